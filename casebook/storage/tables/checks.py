"""The tables of record checks: extracts, searches, candidates, findings, signatures, meetings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from casebook.storage.tables.base import Base, Json, JsonList


class SourceExtract(Base):
    """One load of a local source."""

    __tablename__ = "source_extract"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(index=True)
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]
    persons: Mapped[int]
    records: Mapped[int]
    changed: Mapped[int]  # rows that were new or different from the load before
    digest: Mapped[str]  # of the rows of this load, so that a later change is detected


class SourcePerson(Base):
    """A version of one person of an extract; a search keeps the version it saw."""

    __tablename__ = "source_person"
    __table_args__ = (
        Index("ix_source_person_current", "source", "person_id", unique=True, postgresql_where=text("until IS NULL")),
        Index("ix_source_person_keys", "keys", postgresql_using="gin", postgresql_where=text("until IS NULL")),
    )
    ledgered = False  # a million rows at once: the extract's digest covers them
    personal = (
        "forename", "middle_names", "surname", "aliases", "dob", "address", "postcode", "pnc_id", "cro", "plain_forename",
        "plain_surname", "plain_postcode",
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str]
    person_id: Mapped[str]
    since: Mapped[int] = mapped_column(BigInteger)  # extract that brought it
    until: Mapped[int | None] = mapped_column(BigInteger)  # extract that replaced or dropped it
    forename: Mapped[str | None]
    middle_names: Mapped[str | None]
    surname: Mapped[str | None]
    aliases: Mapped[JsonList]
    dob: Mapped[str | None]
    sex: Mapped[str]
    address: Mapped[str | None]
    postcode: Mapped[str | None]
    pnc_id: Mapped[str | None]
    cro: Mapped[str | None]
    plain_forename: Mapped[str | None]  # in the form in which names are compared; counted in SourceFrequency
    plain_surname: Mapped[str | None]
    plain_postcode: Mapped[str | None]
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer))  # a search finds the person by these, see sources/keys.py
    digest: Mapped[int] = mapped_column(BigInteger)  # of the row as loaded: an equal row is no new version


class SourceFrequency(Base):
    """How many current persons of a source have a common forename, surname or postcode: a match on it is worth less."""

    __tablename__ = "source_frequency"
    ledgered = False

    source: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # forename | surname | postcode
    value: Mapped[str] = mapped_column(primary_key=True)
    persons: Mapped[int]


class SourceRecord(Base):
    """A version of one record of an extract."""

    __tablename__ = "source_record"
    __table_args__ = (
        Index("ix_source_record_current", "source", "record_id", unique=True, postgresql_where=text("until IS NULL")),
        Index("ix_source_record_person", "source", "person_id"),
    )
    ledgered = False
    personal = ("offence_text", "victim_id")

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    source: Mapped[str]
    record_id: Mapped[str]
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[str]
    kind: Mapped[str]
    offence_code: Mapped[str | None]
    offence_text: Mapped[str | None]
    date: Mapped[str | None]
    outcome: Mapped[str | None]
    victim_id: Mapped[str | None]
    victim_relationship: Mapped[str]
    flags: Mapped[JsonList]
    owner: Mapped[str | None]
    source_evaluation: Mapped[str | None]
    intelligence_assessment: Mapped[str | None]
    handling: Mapped[str | None]
    digest: Mapped[int] = mapped_column(BigInteger)


class Search(Base):
    """One source to be searched for one party. It is open until the source returns; a fault leaves it open."""

    __tablename__ = "search"
    __table_args__ = (
        CheckConstraint("result IN ('hit', 'nil', 'unavailable')", name="result"),
        CheckConstraint("(result IS NULL) = (returned_at IS NULL)", name="returned_with_result"),
        CheckConstraint("result <> 'unavailable' OR unavailable_reason IS NOT NULL", name="unavailable_says_why"),
        CheckConstraint("accepted_by IS NULL OR accepted_by <> returned_by", name="acceptance_by_another"),
    )
    personal = ("plan", "terms", "below", "summary", "unavailable_reason")

    id: Mapped[str] = mapped_column(primary_key=True)  # reference, party, source, round
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    party: Mapped[str]
    source: Mapped[str]
    round: Mapped[int]  # a stale or reopened search is made again as the next round
    automatic: Mapped[bool]
    mandatory: Mapped[bool]
    opened_at: Mapped[datetime]
    plan: Mapped[JsonList]  # the searches to make, in order
    required: Mapped[JsonList]  # keys of the identity variants this search is asked to cover
    covered: Mapped[JsonList]  # keys it did cover
    terms: Mapped[JsonList]  # the terms that were typed, one entry per search made
    result: Mapped[str | None]
    unavailable_reason: Mapped[str | None]
    accepted_by: Mapped[str | None]  # the supervisor who accepted that it is unavailable
    searched_at: Mapped[datetime | None]  # when the source answered
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[str | None]
    evidence_reference: Mapped[str | None]
    summary: Mapped[str | None]
    extract_id: Mapped[int | None] = mapped_column(BigInteger)
    beyond: Mapped[int | None]  # bearers of the name whom no list has: nobody will look at them
    below: Mapped[JsonList | None]  # persons below the reviewing line, with their weight: folded, and still listed
    superseded: Mapped[bool]


class SearchAttempt(Base):
    """One try at a source, kept whether it worked or not."""

    __tablename__ = "search_attempt"

    id: Mapped[str] = mapped_column(primary_key=True)
    search_id: Mapped[str] = mapped_column(ForeignKey("search.id"), index=True)
    at: Mapped[datetime]
    outcome: Mapped[str]  # returned, or a reason code


class Candidate(Base):
    """A person in a source who may be the party searched for. Only staff confirm who it is."""

    __tablename__ = "candidate"
    __table_args__ = (
        CheckConstraint("second_by IS NULL OR second_by <> reviewed_by", name="second_is_another"),
        CheckConstraint("verdict IN ('same', 'different', 'cannot_tell')", name="verdict"),
        # who else was confirmed to be the same person of a source
        Index(
            "ix_candidate_confirmed",
            "source",
            "person_id",
            postgresql_where=text("verdict = 'same' AND NOT superseded"),
        ),
    )
    personal = ("explanation", "seen", "worst", "reason", "second_reason")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    search_id: Mapped[str] = mapped_column(ForeignKey("search.id"))
    party: Mapped[str]
    source: Mapped[str]
    person_id: Mapped[str]
    weight: Mapped[float]  # bits
    band: Mapped[str]
    twin: Mapped[bool]  # may be a twin or namesake: never joined without a person
    explanation: Mapped[JsonList]
    seen: Mapped[Json]  # the source's data on the person when proposed
    place: Mapped[str | None]  # one_by_one or listed; empty in homes of before: one by one
    worst: Mapped[Json | None]  # kind, text and date of the gravest record
    proposed_at: Mapped[datetime]
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    second_agrees: Mapped[bool | None]
    second_reason: Mapped[str | None]
    second_by: Mapped[str | None]
    second_at: Mapped[datetime | None]
    superseded: Mapped[bool]


class Finding(Base):
    """A record of a candidate confirmed to be the subject, as it was when confirmed."""

    __tablename__ = "finding"
    personal = ("record",)

    id: Mapped[str] = mapped_column(primary_key=True)  # reference, source, record
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    candidate_id: Mapped[str] = mapped_column(ForeignKey("candidate.id"))
    party: Mapped[str]
    source: Mapped[str]
    record_id: Mapped[str]
    record: Mapped[Json]  # a records.csv row
    owner: Mapped[str | None]  # None: ours
    qualifies: Mapped[str]  # qualifying | supporting | not
    found_at: Mapped[datetime]
    withdrawn: Mapped[bool]  # its candidate turned out to be another person


class Assurance(Base):
    """A signature that the identity is right, or that the research is adequate, with what stays uncovered."""

    __tablename__ = "assurance"
    personal = ("statement",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    kind: Mapped[str]  # identity | adequacy
    confidence: Mapped[str | None]
    uncovered: Mapped[JsonList]  # source and key of each variant
    why_uncovered: Mapped[Json | None]  # `source:family` -> reason -> how many variants; as the signer saw it
    statement: Mapped[str]
    signed_by: Mapped[str]
    signed_at: Mapped[datetime]
    facts: Mapped[str]  # digest of the searches and candidates that it covers: a change makes it stale
    superseded: Mapped[bool]


class ApplicantSign(Base):
    """A sign that the applicant may be B, act for B, or be the abuser; answered by a supervisor."""

    __tablename__ = "applicant_sign"
    personal = ("answer",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    code: Mapped[str]
    found_at: Mapped[datetime]
    cleared: Mapped[bool | None]
    answer: Mapped[str | None]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Meeting(Base):
    """The face-to-face with the applicant, or for Right to Know the safe locating of A; or a recorded exception."""

    __tablename__ = "meeting"
    __table_args__ = (CheckConstraint("accepted_by IS NULL OR accepted_by <> recorded_by", name="accepted_by_another"),)
    personal = ("notes", "exception_reason")

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    kind: Mapped[str]  # meeting | located
    held: Mapped[bool]
    exception_reason: Mapped[str | None]
    new_date: Mapped[datetime | None]  # of one that was not held: when it is tried again
    accepted_by: Mapped[str | None]  # the supervisor who accepts that it cannot be held
    accepted_at: Mapped[datetime | None]
    identity_evidence: Mapped[JsonList]  # kinds of document seen, never their numbers
    identity_confirmed: Mapped[bool]
    notes: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    superseded: Mapped[bool | None]  # its report does not hold any more


class InstrumentAnswer(Base):
    """One answer of one risk instrument. A later row for the same question supersedes the earlier."""

    __tablename__ = "instrument_answer"
    personal = ("answer",)

    id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(ForeignKey("application.reference"), index=True)
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    question: Mapped[str]
    answer: Mapped[str]
    answered_at: Mapped[datetime]
    recorded_by: Mapped[str]
    superseded: Mapped[bool]
