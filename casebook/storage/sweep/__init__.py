"""Queries of what may be due."""
