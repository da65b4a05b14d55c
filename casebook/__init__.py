"""The casebook: the truth about every application, and the only room of this system that is ours by name."""

__version__ = "0.1.0"
