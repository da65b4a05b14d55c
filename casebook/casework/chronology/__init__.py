"""What was said and noted about an application, and everything that happened on it in one order."""
