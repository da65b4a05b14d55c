"""The monitor of decisions: signals, dip samples and fairness."""
