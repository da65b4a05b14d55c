"""Commands and pages on live applications."""
