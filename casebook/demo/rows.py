"""Lines of the files, as named tuples: a million of them are written in seconds."""

from __future__ import annotations

from typing import NamedTuple

ExtractRow = dict[str, str]  # a row of an extract, cells by column


class PersonRow(NamedTuple):
    """One line of persons.csv."""

    source: str
    person_id: str
    forename: str
    middle_names: str
    surname: str
    aliases: str
    dob: str
    sex: str
    address: str
    postcode: str
    pnc_id: str
    cro: str


class Identity(NamedTuple):
    """The truth beside a row: which human it is about."""

    source: str
    person_id: str
    human: str


class RecordRow(NamedTuple):
    """One line of records.csv."""

    source: str
    record_id: str
    person_id: str
    kind: str
    offence_code: str
    offence_text: str
    date: str
    outcome: str
    victim_id: str
    victim_relationship: str
    flags: str
    owner: str
    source_evaluation: str
    intelligence_assessment: str
    handling: str
