"""Rules of decision monitoring."""
