"""Staff, their training and their suspension."""
