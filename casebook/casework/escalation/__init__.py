"""What is due or not acknowledged, raised to the next escalation level; early warnings."""
