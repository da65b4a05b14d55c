"""The base of every table, and the mark of tables whose rows the ledger must record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Json = dict[str, Any]
JsonList = list[Any]


class Base(DeclarativeBase):
    """No column of a ledgered table has a server default: the digest is taken before the row is read back."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text,
        Json: JSONB,
        JsonList: JSONB,
    }

    # False: an operational row (a lease, a queued wake-up) that needs no record in the ledger
    ledgered: ClassVar[bool] = True
    # True: a row may be deleted, as the ledger then says. No row of an application ever is: disposal empties it
    deletable: ClassVar[bool] = False
    # columns that hold personal detail: shown only to roles that may see it, erased by lawful disposal
    personal: ClassVar[tuple[str, ...]] = ()
