"""Rules of the review of past applications."""
