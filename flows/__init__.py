"""Prefect flows, one per module: the order of steps and nothing else."""
