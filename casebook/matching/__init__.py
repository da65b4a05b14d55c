"""Identity variants, candidate search and the linkage model."""
