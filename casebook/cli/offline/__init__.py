"""Commands that touch no database."""
