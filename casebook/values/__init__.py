"""Reads single values as people write them: text, names, dates, phones, postcodes, identifiers and fillers.

One reading for intake, sources, matching, registers, staff and monitor. The room knows nothing of the rooms above it.
"""
