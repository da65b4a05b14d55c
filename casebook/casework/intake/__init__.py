"""Taking applications in."""
