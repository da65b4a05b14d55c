"""The desk: where staff do their work in a browser. It holds no rule: its pages call the use cases that the command calls."""
