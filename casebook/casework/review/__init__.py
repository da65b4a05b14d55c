"""The review of past applications."""
