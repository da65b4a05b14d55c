"""The score of what is known, and the judgement of it."""
