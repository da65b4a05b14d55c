"""A source with a loaded extract, which is searched in the casebook's own database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from casebook.domain.case.coverage import VariantFamily
from casebook.domain.vocabulary import Source
from casebook.errors import SourceFault
from casebook.policies import source_families
from casebook.sources import keys
from casebook.sources.protocol import Answered, Cells, Counts
from casebook.storage.case import extracts

FEW = 20  # so many candidates for a subject, if so many share a key


@dataclass(frozen=True, kw_only=True)
class LocalExtract:
    """A `RecordSource` for one extract, the one in force."""

    session: Session
    source: Source
    extract: int
    this_year: int
    missing: int = 0  # rows that did not land and that nobody has accepted: whoever is in them cannot be found

    @property
    def families(self) -> frozenset[VariantFamily]:
        return source_families.extract()

    def find(self, asked: Cells) -> Answered:
        cells = {**dict.fromkeys(extracts.PERSON_CELLS, ""), **asked}
        key_numbers, names = keys.numbers(self.source, cells, self.this_year), keys.of_names(self.source, cells)
        common = extracts.common_names(self.session, self.source, names)
        # whoever shares more with the subject than a very common name shares a rarer key as well
        rows = extracts.sharing(self.session, self.source, {*key_numbers} - {names[name] for name in common})
        if common and len(rows) < FEW:
            rows = extracts.sharing(self.session, self.source, key_numbers)
        return Answered(persons=tuple(cells for cells, _ in rows), counts=self._counts(rows))

    def bearers(self, asked: Cells) -> Answered:
        cells = {**dict.fromkeys(extracts.PERSON_CELLS, ""), **asked}
        rows, everybody = extracts.bearing(self.session, self.source, keys.of_full_names(self.source, cells))
        return Answered(
            persons=tuple(cells for cells, _ in rows), counts=self._counts(rows), not_returned=everybody - len(rows)
        )

    def _counts(self, rows: Sequence[extracts.FoundRow]) -> Counts:
        values = {value for _, plain in rows for value in plain if value}
        return Counts(
            persons=extracts.size(self.session, self.source),
            of=extracts.frequencies(self.session, self.source, values),
        )

    def records_of(self, person_ids: list[str]) -> dict[str, tuple[Cells, ...]]:
        """The records of these persons. Ask only for persons worth reading: staff must not see other people's records."""
        by_person: dict[str, list[Cells]] = {}
        for row in extracts.records(self.session, self.source, person_ids):
            by_person.setdefault(row.person_id, []).append(extracts.record_cells(row))
        return {person_id: tuple(rows) for person_id, rows in by_person.items()}

    def check(self) -> None:
        try:
            newest = extracts.newest(self.session, self.source)
        except SQLAlchemyError as error:
            raise SourceFault(code="database") from error
        if newest is None:
            raise SourceFault("No extract of this source is loaded.", "not_loaded")
