"""Which column of register.csv a heading is: one table of the headings that people use, and mappings that a person gave.

Headings are compared without regard to letters, spaces and signs. Nothing is guessed from what stands under them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from casebook.domain.review.register import COLUMNS
from casebook.values import text

FULL_NAMES = ("a_name", "b_name")  # a whole name in one column: it is split into forename and surname
TARGETS = (*COLUMNS, *FULL_NAMES)
NOT_READ = ""  # the column of ours for a heading that a person decided not to use


class HeadingFrom(StrEnum):
    """How it is known which column of ours a heading is."""

    MAPPING = "mapping"  # a person said so, now or for an earlier file of this register
    OWN = "own"
    TABLE = "table"


@dataclass(frozen=True, kw_only=True)
class RegisterMapping:
    """What a person said about the headings and codes of one register."""

    columns: Mapping[str, str] = field(default_factory=dict)  # heading key -> column of ours, or NOT_READ
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column of ours -> key of the text -> code

    def over(self, earlier: RegisterMapping) -> RegisterMapping:
        """This mapping, and the earlier one where this says nothing."""
        codes = {
            column: {**earlier.codes.get(column, {}), **self.codes.get(column, {})}
            for column in sorted({*earlier.codes, *self.codes})
        }
        return RegisterMapping(columns={**earlier.columns, **self.columns}, codes=codes)


NO_MAPPING = RegisterMapping()


@dataclass(frozen=True, kw_only=True)
class KeptMapping:
    """A mapping that was given for an earlier file, and how a later file of the same register is recognised."""

    register: str
    headings: frozenset[str]  # keys of the whole header
    mapping: RegisterMapping

    def fits(self, names: Collection[str], headers: Collection[frozenset[str]]) -> bool:
        """Whether a file is of this register: it has its name or exactly its header."""
        return register_key(self.register) in {register_key(name) for name in names} or self.headings in headers


def register_key(name: str) -> str:
    """One key for all ways of writing the name of a register."""
    return text.squeezed(name)


def header_keys(headings: Iterable[str]) -> frozenset[str]:
    """The keys of a header, in no order: a register is the same if its columns change places."""
    return frozenset(key for heading in headings if (key := heading_key(heading)))


@dataclass(frozen=True, kw_only=True)
class ReadColumn:
    """One column of a file, and what it is read as."""

    heading: str  # as the file has it
    ours: str  # NOT_READ: the column is ignored
    by: HeadingFrom | None = None  # None: nobody knows the heading, or a better one is read as the same column
    of_applicant: bool = False  # it is about whoever applied, who may not be the person at risk


# The columns of ours that are about no person. Earlier headings of a line come before later ones, if a file has both.
_PLAIN = {
    "register": "REGISTER NAME, LIST NAME, NAME OF LIST",
    "reference": "APPLICATION REFERENCE, APPLICATION REF, APPLICATION REF NO, APPLICATION NUMBER, APPLICATION NO, APPLICATION ID,"
    " APP REFERENCE, APP REF, APP NUMBER, APP NO, APP NUM, APP ID, DVDS REFERENCE, DVDS REF, DVDS REF NO, DVDS NUMBER, DVDS NO,"
    " DVDS ID, CLARES LAW REFERENCE, CLARES LAW REF, CLARES LAW NUMBER, CLARES LAW NO, REF NO, REF NUM, REF NUMBER,"
    " REFERENCE NO, REFERENCE NUMBER, REF, UNIQUE REFERENCE NUMBER, UNIQUE REFERENCE, UNIQUE REF, URN, CASE REFERENCE,"
    " CASE REF, CASE REF NO, CASE NUMBER, CASE NO, CASE ID, OUR REFERENCE, OUR REF",
    "received_on": "DATE RECEIVED, DATE RECD, DATE REC, DATE REC D, RECEIVED DATE, RECD DATE, DATE OF RECEIPT, RECEIPT DATE,"
    " RECEIVED, RECD, RECEIVED AT, APPLICATION DATE, DATE OF APPLICATION, DATE APPLICATION RECEIVED, APP DATE, DATE APPLIED,"
    " APPLIED ON, REQUEST DATE, DATE OF REQUEST, DATE REQUESTED, DATE SUBMITTED, SUBMITTED ON, SUBMITTED, DATE LOGGED,"
    " LOGGED ON, DATE OPENED",
    "route": "ROUTE, APPLICATION TYPE, APP TYPE, TYPE OF APPLICATION, REQUEST TYPE, TYPE OF REQUEST, DVDS TYPE, RTA RTK, RTK RTA,"
    " RTA OR RTK, RTK OR RTA, RIGHT TO ASK KNOW, RIGHT TO ASK RIGHT TO KNOW, RIGHT TO ASK OR RIGHT TO KNOW,"
    " RIGHT TO ASK OR KNOW, ASK OR KNOW, ASK KNOW, PATHWAY, TYPE",
    "applicant": "APPLICANT TYPE, TYPE OF APPLICANT, APPLICANT CATEGORY, APPLICANT ROLE, APPLICANT IS, WHO APPLIED,"
    " WHO IS APPLYING, WHO IS THE APPLICANT",
    "b_pnc_id": "PNC ID, PNC NUMBER, PNC NO, PNC REF",
    "b_cro": "CRO, CRO NUMBER, CRO NO",
    "relationship": "RELATIONSHIP TYPE, TYPE OF RELATIONSHIP, RELATIONSHIP STATUS, RELATIONSHIP TO SUBJECT,"
    " RELATIONSHIP TO PERPETRATOR, RELATIONSHIP TO VICTIM, RELATIONSHIP BETWEEN PARTIES, RELATIONSHIP OF PARTIES",
    "relationship_ended": "RELATIONSHIP ENDED ON, DATE RELATIONSHIP ENDED, RELATIONSHIP END DATE, END OF RELATIONSHIP,"
    " DATE OF SEPARATION, SEPARATION DATE, SEPARATED ON, DATE SEPARATED",
    "living_together": "LIVES TOGETHER, LIVE TOGETHER, STILL LIVING TOGETHER, COHABITING, COHABIT, CO HABITING, RESIDE TOGETHER,"
    " RESIDING TOGETHER",
    "children": "CHILDREN DOB, CHILDREN DOBS, CHILDRENS DOB, CHILDRENS DOBS, CHILD DOB, CHILD DOBS, DOB OF CHILDREN,"
    " DOBS OF CHILDREN, CHILDREN DATES OF BIRTH, DATES OF BIRTH OF CHILDREN",
    "immediate_danger": "IMMEDIATE RISK, AT IMMEDIATE RISK, IMMINENT RISK, IMMINENT DANGER, IN IMMEDIATE DANGER, IN DANGER",
    "handler": "OIC, OFFICER IN CASE, OFFICER IN THE CASE, OFFICER IN CHARGE, HANDLING OFFICER, HANDLER ID, HANDLED BY,"
    " CASE HANDLER, CASE OFFICER, CASEWORKER, CASE WORKER, DVDS OFFICER, INVESTIGATING OFFICER, INVESTIGATOR,"
    " DEALING OFFICER, DEALT WITH BY, ALLOCATED OFFICER, ALLOCATED TO, ASSIGNED OFFICER, ASSIGNED TO, OFFICER, OFFICER ID,"
    " OFFICER NAME, COLLAR NUMBER, COLLAR NO",
    "approver": "APPROVED BY, APPROVING OFFICER, APPROVER ID, AUTHORISED BY, AUTHORISING OFFICER, AUTHORIZED BY,"
    " AUTHORIZING OFFICER, SIGNED OFF BY, RATIFIED BY",
    "sources_searched": "SOURCES, SOURCES CHECKED, SYSTEMS CHECKED, SYSTEMS SEARCHED, SYSTEMS RESEARCHED, SYSTEM CHECKS,"
    " DATABASES CHECKED, DATABASES SEARCHED, CHECKS DONE, CHECKS MADE, CHECKS COMPLETED, CHECKS CONDUCTED,"
    " CHECKS CARRIED OUT, SEARCHES MADE, SEARCHES DONE, SEARCHES COMPLETED, INTEL CHECKS, INTELLIGENCE CHECKS, CHECKS",
    "searched_as": "SEARCHED UNDER, NAMES SEARCHED, NAME SEARCHED, IDENTITIES SEARCHED, IDENTITY SEARCHED, SEARCHED NAMES",
    "outcome": "OUTCOME OF APPLICATION, APPLICATION OUTCOME, FINAL OUTCOME, OUTCOME CODE, DECISION, FINAL DECISION,"
    " DECISION OUTCOME, PANEL DECISION, PANEL OUTCOME, DISCLOSURE DECISION, DISCLOSURE OUTCOME, RESULT, FINAL RESULT,"
    " RESULT OF APPLICATION, APPLICATION RESULT",
    "decided_on": "DECISION DATE, DATE OF DECISION, DATE DECIDED, DATE OF PANEL DECISION, PANEL DECISION DATE, OUTCOME DATE,"
    " DATE OF OUTCOME, DECIDED",
    "disclosed_on": "DISCLOSURE DATE, DATE OF DISCLOSURE, DATE DISCLOSED, DATE DISCLOSURE MADE, DATE OF DISCLOSURE TO A,"
    " DISCLOSURE MADE ON, DATE TOLD, DATE VICTIM TOLD",
    "rationale": "DECISION RATIONALE, RATIONALE FOR DECISION, REASON FOR DECISION, REASONS FOR DECISION, DECISION REASON,"
    " DECISION REASONS, REASONING, JUSTIFICATION, REASONS, REASON, GROUNDS FOR DECISION",
    "contact_safe": "SAFE TO CONTACT, SAFE TO CALL, SAFE TO PHONE, SAFE CONTACT, CONTACT IS SAFE, IS CONTACT SAFE",
}  # fmt: skip
# What the details of a person are called; beside the name of the party, before or after it.
_DETAILS = {
    "forename": "FORENAME, FORENAMES, FIRST NAME, FIRST NAMES, GIVEN NAME, GIVEN NAMES, CHRISTIAN NAME, FNAME",
    "middle_names": "MIDDLE NAMES, MIDDLE NAME, OTHER FORENAMES, MNAME",
    "surname": "SURNAME, LAST NAME, FAMILY NAME, SNAME, LNAME",
    "former_names": "FORMER NAMES, FORMER NAME, PREVIOUS NAMES, PREVIOUS NAME, PREVIOUS SURNAME, PREVIOUS SURNAMES, MAIDEN NAME",
    "aliases": "ALIASES, ALIAS, AKA, AKAS, ALSO KNOWN AS, KNOWN AS, OTHER NAMES",
    "dob": "DOB, DATE OF BIRTH, BIRTH DATE, BORN, DATE BORN, BIRTHDAY",
    "sex": "SEX, GENDER",
    "address": "ADDRESS, HOME ADDRESS, CURRENT ADDRESS, FULL ADDRESS",
    "postcode": "POSTCODE, POST CODE, HOME POSTCODE",
    "phone": "PHONE, PHONE NO, PHONE NUMBER, TELEPHONE, TELEPHONE NO, TELEPHONE NUMBER, TEL, TEL NO, MOBILE, MOBILE NO,"
    " MOBILE NUMBER, CONTACT NO, CONTACT NUMBER",
    "email": "EMAIL, E MAIL, EMAIL ADDRESS",
    "pnc_id": "PNC ID, PNC NUMBER, PNC NO, PNC",
    "cro": "CRO, CRO NUMBER, CRO NO",
    "dob_certainty": "DOB CERTAINTY",
    "name": "NAME, FULL NAME, NAMES",
}  # fmt: skip
# What the parties are called. The applicant is named last: a column about the victim comes before one about the applicant.
_PARTIES = {
    "a": "A, PARTY A, PERSON A, PERSON AT RISK, PAR, AT RISK PERSON, VICTIM, POTENTIAL VICTIM, ALLEGED VICTIM, AGGRIEVED,"
    " INJURED PARTY, IP",
    "b": "B, PARTY B, PERSON B, SUBJECT, PERPETRATOR, PERP, ALLEGED PERPETRATOR, POTENTIAL PERPETRATOR, SUSPECT, OFFENDER,"
    " NOMINAL, ABUSER, ALLEGED ABUSER, PARTNER, EX PARTNER",
}  # fmt: skip
_APPLICANT = "APPLICANT"
# Parties whose name alone, as a heading, means their whole name.
_NAMED_ALONE = "PERSON AT RISK, VICTIM, POTENTIAL VICTIM, PERPETRATOR, ALLEGED PERPETRATOR, SUSPECT, OFFENDER, NOMINAL"
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def heading_key(heading: str) -> str:
    """One key for all ways of writing a heading: letters of any case, spaces and signs make no difference."""
    return text.squeezed(heading)


def columns_of(headings: Sequence[str], mapping: RegisterMapping) -> tuple[ReadColumn, ...]:
    """What each column is read as. If two could be one column of ours, the better known heading is it, else the first."""
    known = [_known(heading, mapping) for heading in headings]
    best: dict[str, int] = {}
    for at, place in enumerate(known):
        if place and place.ours and (place.ours not in best or place.strength < _strength(known[best[place.ours]])):
            best[place.ours] = at
    return tuple(
        ReadColumn(heading=heading, ours=place.ours, by=place.by, of_applicant=place.of_applicant)
        if place and (place.ours == NOT_READ or best[place.ours] == at)
        else ReadColumn(heading=heading, ours=NOT_READ)
        for at, (heading, place) in enumerate(zip(headings, known, strict=True))
    )


@dataclass(frozen=True, kw_only=True)
class _Known:
    ours: str
    by: HeadingFrom
    strength: int  # the smaller, the surer
    of_applicant: bool = False


def _strength(known: _Known | None) -> int:
    return known.strength if known else len(_table())


def _known(heading: str, mapping: RegisterMapping) -> _Known | None:
    key = heading_key(heading)
    if key in mapping.columns:
        return _Known(ours=mapping.columns[key], by=HeadingFrom.MAPPING, strength=-2)
    # "Date received (dd/mm/yyyy)": what stands in brackets explains
    for form in (key, heading_key(_IN_BRACKETS.sub(" ", heading))):
        if known := _table().get(form):
            return known
    return None


@cache
def _table() -> Mapping[str, _Known]:
    """Heading key -> what it is. A heading that stands for two things is not in the table."""
    table = {heading_key(name): _Known(ours=name, by=HeadingFrom.OWN, strength=-1) for name in TARGETS}
    for place, (ours, key, of_applicant) in enumerate(_listed()):
        table.setdefault(key, _Known(ours=ours, by=HeadingFrom.TABLE, strength=place, of_applicant=of_applicant))
    return table


def _listed() -> Iterator[tuple[str, str, bool]]:
    for ours, line in _PLAIN.items():
        yield from ((ours, heading_key(name), False) for name in line.split(","))
    alone = {heading_key(name) for name in _NAMED_ALONE.split(",")}
    for party, line in _PARTIES.items():
        for name in line.split(","):
            if heading_key(name) in alone:
                yield f"{party}_name", heading_key(name), False
            yield from ((ours, key, False) for ours, key in _details(party, name))
    yield from ((ours, key, True) for ours, key in _details("a", _APPLICANT))


def _details(party: str, name: str) -> Iterator[tuple[str, str]]:
    """Every heading of the details of a party: SUBJECT DOB, SUBJECTS DOB, DOB SUBJECT, DOB OF SUBJECT, DOB OF THE SUBJECT."""
    for detail, line in _DETAILS.items():
        if (ours := f"{party}_{detail}") in TARGETS:
            for word in line.split(","):
                headings: Iterable[str] = (
                    f"{name} {word}", f"{name}S {word}", f"{word} {name}", f"{word} OF {name}", f"{word} OF THE {name}",
                )  # fmt: skip
                yield from ((ours, heading_key(heading)) for heading in headings)
