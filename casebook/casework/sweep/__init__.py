"""The regular pass over all open applications, and monitoring that it runs."""
