"""What the words of a search are, how a person agrees with them, and who comes first."""

from __future__ import annotations

from itertools import permutations

import pytest

from casebook.domain.case import finding
from casebook.domain.case.asked_words import recognised
from casebook.domain.case.finding import AskedKind, ContactCaution, HowAgrees, PartAgrees, PersonAgrees
from casebook.domain.vocabulary import Party
from casebook.matching import agreement, known_people

YEAR = 2026
NAME, BORN, POSTCODE, PHONE = AskedKind.NAME, AskedKind.BORN, AskedKind.POSTCODE, AskedKind.PHONE
SAME, NEAR, PARTLY, DIFFERS, NOT_KNOWN = (
    HowAgrees.SAME, HowAgrees.NEAR, HowAgrees.PARTLY, HowAgrees.DIFFERS, HowAgrees.NOT_KNOWN,
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("", {}),
        ("kath", {NAME: "kath"}),
        ("kath smyth", {NAME: ("kath", "smyth")}),
        ("smyth, kath", {NAME: ("kath", "smyth")}),
        ("Jan van der Berg", {NAME: ("Jan", "van der Berg")}),
        ("O'Neill-Smith", {NAME: "O'Neill-Smith"}),
        ("May June", {NAME: ("May", "June")}),  # months, and no year
        ("kath smyth 1990-02-03", {BORN: "1990-02-03", NAME: ("kath", "smyth")}),
        ("kath 3rd of February 1990 smyth", {BORN: "3rd of February 1990", NAME: ("kath", "smyth")}),
        ("03/02/90", {BORN: "03/02/90"}),
        ("1990", {BORN: "1990"}),
        ("02/1990", {BORN: "02/1990"}),
        ("07700 900123", {PHONE: "07700 900123"}),
        ("+44 (0)7700-900-123 dave", {PHONE: "+44 (0)7700-900-123", NAME: "dave"}),
        ("020 7946 0018", {PHONE: "020 7946 0018"}),
        ("QX3 4LM", {POSTCODE: "QX3 4LM"}),
        ("smyth qx34lm", {POSTCODE: "qx34lm", NAME: "smyth"}),
        ("qx3 smyth", {POSTCODE: "qx3", NAME: "smyth"}),
        ("kath@example.org", {AskedKind.EMAIL: "kath@example.org"}),
        ("cl-2026-000012", {AskedKind.REFERENCE: "cl-2026-000012"}),
        ("2001/1234567K", {AskedKind.IDENTIFIER: "2001/1234567K"}),
        ("12345/98a", {AskedKind.IDENTIFIER: "12345/98a"}),
        ("FORM-17", {AskedKind.EXTERNAL_ID: "FORM-17"}),  # no name has a digit
        ("12345", {AskedKind.EXTERNAL_ID: "12345"}),  # no day, though a spreadsheet would make it one
        ("CL-2026-12", {AskedKind.EXTERNAL_ID: "CL-2026-12"}),
    ],
)
def test_what_each_word_is(words, parts):
    found = recognised(words, YEAR)
    assert {part.kind: part.text or (part.forename, part.surname) for part in found} == parts


@pytest.mark.parametrize("order", list(permutations(["kath smyth", "1990-02-03", "QX3 4LM", "07700 900123"])))
def test_the_order_of_the_words_does_not_matter(order):
    kinds = {part.kind for part in recognised(" ".join(order), YEAR)}
    assert kinds == {NAME, BORN, POSTCODE, PHONE}


@pytest.mark.parametrize(
    ("asked", "known", "how"),
    [
        ("1990-02-03", ["1990-02-03"], SAME),
        ("1990-02", ["1990-02-03"], SAME),  # everybody born in that month
        ("1990", ["1990-02-03"], SAME),
        ("1990-02-03", ["1990-02"], PARTLY),  # the part that is known agrees
        ("1990-02-03", ["1990"], PARTLY),
        ("1990-02-03", ["1990-03-02"], NEAR),  # day and month swapped
        ("1990-02-03", ["1991-02-03"], NEAR),
        ("1990-02-03", ["1990-02-13"], NEAR),
        ("1990-02-03", ["1991-02-13"], DIFFERS),
        ("1990-02", ["1990-03"], DIFFERS),
        ("1990-02-03", ["1961-12-30", "1990-02-03"], SAME),  # a record has another date
        ("1990-02-03", [], NOT_KNOWN),
    ],
)
def test_how_a_birth_date_agrees(asked, known, how):
    assert finding.how_born(asked, known) is how


@pytest.mark.parametrize(
    ("asked", "known", "how"),
    [
        (("QX34LM", "QX3"), [("QX34LM", "QX3")], SAME),
        (("QX34LM", "QX3"), [("QX39ZZ", "QX3")], PARTLY),
        (("", "QX3"), [("QX34LM", "QX3")], SAME),  # only the district was asked
        (("QX34LM", "QX3"), [("QX91ZZ", "QX9")], DIFFERS),
        (("QX34LM", "QX3"), [("75001", "")], DIFFERS),
        (("QX34LM", "QX3"), [], NOT_KNOWN),
    ],
)
def test_how_a_postcode_agrees(asked, known, how):
    assert finding.how_postcode(asked, known) is how


@pytest.mark.parametrize(
    ("asked", "known", "how"),
    [
        (("Katherine", "Smith"), ("Katherine", "Smith"), SAME),
        (("kath", "smyth"), ("Katherine", "Smith"), HowAgrees.OTHER_FORM),
        (("Smith", "Katherine"), ("Katherine", "Smith"), HowAgrees.SWAPPED),
        (("Katerine", "Smitth"), ("Katherine", "Smith"), NEAR),
        (("K", "Smith"), ("Katherine", "Smith"), NEAR),  # an initial
        (("Jes", "Smith"), ("Jesamine", "Smith"), NEAR),  # a short form that no table has
        (("Peter", "Smith"), ("Katherine", "Smith"), PARTLY),
        (("Katherine", "Jones"), ("Katherine", "Smith"), PARTLY),
        (("Peter", "Jones"), ("Katherine", "Smith"), DIFFERS),
        (("", "Smith"), ("Katherine", "Smith"), SAME),
        (("", "Smith"), ("Smith", "Jones"), HowAgrees.SWAPPED),
        (("Dave", "Smith"), ("David", ""), PARTLY),  # only his forename is known
    ],
)
def test_how_a_name_agrees(asked, known, how):
    name, other = known_people.name_of(asked[0], "", asked[1]), known_people.name_of(known[0], "", known[1])
    assert agreement.of_name(name, [other]).how is how


def test_a_name_agrees_with_an_alias_and_says_so_but_the_name_told_comes_first():
    asked = known_people.name_of("Kath", "", "Smith")
    told, alias = known_people.name_of("Katherine", "", "Smith"), known_people.name_of("Kath", "", "Jones", told=False)
    assert not agreement.of_name(asked, [told, alias]).other_name
    assert agreement.of_name(known_people.name_of("Kath", "", "Jones"), [told, alias]).other_name
    assert agreement.of_name(asked, []).how is NOT_KNOWN


def parts(**how):
    return tuple(PartAgrees(kind=AskedKind[kind], how=HowAgrees[each]) for kind, each in how.items())


@pytest.mark.parametrize(
    ("agrees", "hit"),
    [
        (parts(NAME="SAME", BORN="DIFFERS"), True),  # a right name under a wrong date
        (parts(NAME="NEAR"), True),
        (parts(NAME="PARTLY"), False),  # everybody of one surname
        (parts(NAME="PARTLY", BORN="DIFFERS"), False),
        (parts(NAME="PARTLY", BORN="SAME"), True),
        (parts(NAME="DIFFERS", BORN="SAME"), False),  # fifty people are born on a day
        (parts(NAME="DIFFERS", BORN="SAME", POSTCODE="SAME"), True),
        (parts(NAME="DIFFERS", PHONE="SAME"), True),
        (parts(BORN="SAME"), True),  # nothing else was asked
        (parts(BORN="NOT_KNOWN"), False),
        (parts(POSTCODE="PARTLY"), True),
        (parts(PHONE="NOT_KNOWN", NAME="NOT_KNOWN"), False),
        ((), False),
    ],
)
def test_who_is_listed(agrees, hit):
    assert finding.is_hit(agrees) is hit


def test_the_best_come_first_and_the_newer_of_equals():
    order = [
        parts(NAME="DIFFERS", PHONE="SAME"),
        parts(NAME="SAME", PHONE="SAME"),
        parts(NAME="SAME", PHONE="NOT_KNOWN"),
        parts(NAME="OTHER_FORM", PHONE="NOT_KNOWN"),
        parts(NAME="SAME", PHONE="DIFFERS"),
    ]
    people = [
        PersonAgrees(person_id=f"CL-{number}:a", reference=f"CL-{number}", parts=agrees)
        for number, agrees in enumerate(order)
    ]
    newer = PersonAgrees(person_id="CL-9:b", reference="CL-9", parts=order[2])
    placed = [person.reference for person in finding.in_order([*people, newer])]
    assert placed == ["CL-1", "CL-9", "CL-2", "CL-0", "CL-4", "CL-3"]


@pytest.mark.parametrize(
    ("party", "channel", "caution"),
    [
        (Party.A, "phone", ContactCaution.BY_PLAN),
        (Party.A, None, ContactCaution.NO_PLAN),
        (Party.C, "email", ContactCaution.BY_PLAN),
        (Party.B, None, ContactCaution.NEVER),
        (Party.B, "phone", ContactCaution.NEVER),  # whatever a row says
        (None, None, ContactCaution.NO_PLAN),
    ],
)
def test_what_to_know_before_ringing(party, channel, caution):
    assert finding.contact_caution(party, channel) is caution
