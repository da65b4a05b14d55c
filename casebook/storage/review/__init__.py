"""Queries of registers and of cases of the review."""
