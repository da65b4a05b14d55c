"""Rules of the risk model."""
