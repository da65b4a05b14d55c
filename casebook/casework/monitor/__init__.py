"""Questions about decision-makers, dip samples and fairness."""
