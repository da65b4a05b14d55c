"""Searches, what they return, candidates, signatures, and reopening."""
