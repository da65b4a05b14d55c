"""Record checks: searches, returns, candidates, signatures and reopening."""
