"""The arithmetic of watching decision-makers that needs numpy, scipy or statsmodels.

Why it is a room of its own: docs/decisions/0005-monitor-room.md.
"""
