"""Commands and pages of the review of past applications."""
