"""Queries of figures and boards."""
