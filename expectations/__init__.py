"""The gates: one Great Expectations suite per stage and per incoming file."""
