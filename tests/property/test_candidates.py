"""No single slip, and no common pair of slips, hides a person: they stand among the first twenty candidates."""

import csv
import os
import random
import runpy
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casebook.matching.match import match_files

MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "made_up.py"))
KINDS = MADE_UP["CORRUPTIONS"]
CLASHES = {
    "forename": {"forename", "names"},
    "surname": {"surname", "names"},
    "names": {"forename", "surname", "names"},
}
PAIRS = [
    (one, other)
    for one, other in combinations(KINDS, 2)
    if KINDS[other][0] not in CLASHES.get(KINDS[one][0], {KINDS[one][0]})
    or {KINDS[one][0], KINDS[other][0]} == {"forename", "surname"}
]
# one fault takes the last thing that the other leaves to go by
HOPELESS = {frozenset({"another forename", "another surname"}), frozenset({"no forename", "another surname"})}
PERSONS = 2_000


@dataclass(frozen=True, kw_only=True)
class People:
    folder: Path = field(repr=False)
    known: dict = field(repr=False)  # two thousand of them would drown a failure's report


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    rng = random.Random(20)  # noqa: S311 - a seeded generator wants to be repeatable
    known = [MADE_UP["person"](rng) for _ in range(PERSONS)]
    for at in range(0, PERSONS - 1, 20):
        known[at + 1] = rng.choice([MADE_UP["twin"], MADE_UP["junior"]])(rng, known[at])
    named = [(f"p{at}", who) for at, who in enumerate(known)]
    folder = tmp_path_factory.mktemp("people")
    MADE_UP["write"](folder / "persons.csv", "person_id", named)
    return People(folder=folder, known=dict(named))


def missed(people, seed, faults):
    """Those of one fresh subject per fault that are not among their own candidates."""
    folder, known = people.folder, people.known
    rng = random.Random(seed)  # noqa: S311 - a seeded generator wants to be repeatable
    asked = []
    for number, kinds in enumerate(faults):
        identity = rng.choice(list(known))
        who = MADE_UP["Person"](**vars(known[identity]))
        for kind in kinds:
            KINDS[kind][1](rng, who)
        asked.append((f"{number}/{identity}", who))
    MADE_UP["write"](folder / "subjects.csv", "subject_id", asked)
    match_files(folder / "subjects.csv", folder / "persons.csv", folder / "out.csv", this_year=2026)
    rows = csv.DictReader((folder / "out.csv").read_text().splitlines())
    found = {row["subject_id"] for row in rows if row["subject_id"].partition("/")[2] == row["person_id"]}
    return [kinds for (subject, _), kinds in zip(asked, faults, strict=True) if subject not in found]


EXAMPLES = settings(
    max_examples=int(os.environ.get("CASEBOOK_EXAMPLES", "2")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_no_single_slip_hides_a_person(people, seed):
    assert missed(people, seed, [(kind,) for kind in KINDS for _ in range(15)]) == []


@EXAMPLES
@given(seed=st.integers(0, 2**32))
def test_no_common_pair_of_slips_hides_a_person(people, seed):
    assert [pair for pair in missed(people, seed, PAIRS * 2) if frozenset(pair) not in HOPELESS] == []
