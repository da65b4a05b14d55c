"""The synthetic force and its simulated staff. Only the `demo` command uses this package."""
