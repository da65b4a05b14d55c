"""Queries of live applications."""
