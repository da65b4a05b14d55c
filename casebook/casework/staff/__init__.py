"""Staff, their competence and their suspension."""
