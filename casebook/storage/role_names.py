"""The names of the database's roles. What each may do is in `roles.py`; the embedded server makes them."""

from __future__ import annotations

OWNERS = ("casebook", "prefect")  # each owns the database of its name
APP, WORKER, READER, BACKUP = "casebook_app", "casebook_worker", "casebook_reader", "casebook_backup"
WORKING = (APP, WORKER, READER, BACKUP)  # they own nothing, and work in the database `casebook`
