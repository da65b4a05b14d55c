"""The keys by which the people of applications are found."""

from __future__ import annotations

from sqlalchemy import ARRAY, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base


class PersonKeys(Base):
    """The keys by which a person of one application is found. They follow the details.

    `keys`: from another application, by record checks, see sources/keys.py. `found_by`: by staff, see matching/find_keys.py.
    """

    __tablename__ = "person_keys"
    __table_args__ = (
        # without a list of pending entries: every search would read it from end to end
        Index("ix_person_keys_keys", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_person_keys_found_by", "found_by", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )
    ledgered = False
    personal = ("keys", "found_by")

    id: Mapped[str] = mapped_column(primary_key=True)  # of the person
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer))  # none of C
    found_by: Mapped[list[int]] = mapped_column(ARRAY(Integer))
