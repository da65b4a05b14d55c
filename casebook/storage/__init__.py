"""SQLAlchemy tables, sessions, queries named for what they answer, migrations and the ledger."""
