"""The risk model."""
