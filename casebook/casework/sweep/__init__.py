"""The periodic pass over everything open, and its health."""
