"""Risk scoring: the score, and people's judgement of it."""
