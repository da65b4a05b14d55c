"""Queries of the rows that charts are made of."""
