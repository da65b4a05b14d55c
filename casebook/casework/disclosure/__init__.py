"""Delivering an outcome, disclosing in an emergency, and telling of a transfer."""
