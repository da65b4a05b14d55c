"""Prefect tasks, one module per noun: load, rule or use case, save."""
