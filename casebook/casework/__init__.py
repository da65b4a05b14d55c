"""Use cases: authorise, load, rule, save, ledger, outbox, in one transaction and in that order."""
