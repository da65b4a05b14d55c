"""Boards, returns, forecasts, viewing and audit."""
