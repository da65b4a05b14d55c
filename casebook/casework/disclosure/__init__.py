"""Delivering an outcome, disclosing in an emergency, and telling the applicant about a transfer."""
