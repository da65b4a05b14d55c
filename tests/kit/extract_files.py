"""People whom a source knows, loaded from the two files of an extract."""

from __future__ import annotations

from pathlib import Path

from walking import Unit

from casebook.casework.record_checks import extracts
from casebook.domain.vocabulary import Source

PERSONS = "source,person_id,forename,surname,dob,sex,aliases,postcode"
RECORDS = "source,record_id,person_id,kind,offence_text,date,victim_relationship"


def load(unit: Unit, folder: Path, *people: tuple[str, ...], source: Source = Source.PNC) -> None:
    """Load people: `(forename and surname, birth date, record or nothing, aliases, postcode)`, the last two if there are any."""
    persons, records = folder / "persons.csv", folder / "records.csv"
    padded = [(*person, "", "")[:5] for person in people]
    rows = [
        f"{source},P{at},{name},{born},m,{aliases},{postcode}"
        for at, (name, born, _, aliases, postcode) in enumerate(padded)
    ]
    persons.write_text("\n".join([PERSONS, *rows, ""]), "utf-8")
    known = [f"{source},R{at},P{at},{record}" for at, (_, _, record, _, _) in enumerate(padded) if record]
    records.write_text("\n".join([RECORDS, *known, ""]), "utf-8")
    with unit.acting() as act:
        extracts.load(act, source, persons=persons, records=records)
