"""The people of an application, how each may safely be reached, and immediate danger."""
