"""Looking again at past applications."""
