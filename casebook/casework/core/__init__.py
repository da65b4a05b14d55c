"""The shared parts of every use case: acts, clocks, work items, the lifecycle, notices. Imports no other room of casework."""
