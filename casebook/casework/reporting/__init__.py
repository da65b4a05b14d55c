"""Reporting: board, cards, force figures, forecasts, viewing and audit."""
