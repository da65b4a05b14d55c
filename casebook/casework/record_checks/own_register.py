"""Our own register: the A and B of an application are compared with those of every other, as with any source.

The keys, the model and its bands are the same. What is found is a link between two applications, not a candidate: it has two
sides, and holds no copy of anybody's details.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from casebook.casework.core import found_by
from casebook.casework.core.acting import Act
from casebook.casework.record_checks import identity, links, match_weights
from casebook.casework.record_checks.links import FoundLink
from casebook.casework.record_checks.match_weights import MatchWeight
from casebook.domain.case import own_register as rules
from casebook.domain.case.namesakes import NEAR_MISS
from casebook.domain.case.own_register import LinkKind
from casebook.domain.case.record_checks import SearchResult
from casebook.domain.vocabulary import Party
from casebook.sources import catalogue, keys
from casebook.sources.protocol import Cells, Counts
from casebook.storage.case import decisions, repeats
from casebook.storage.case import record_checks as stored
from casebook.storage.case.extracts import PERSON_CELLS
from casebook.storage.links import SURE, standing_links
from casebook.storage.tables import Application, Person, PersonKeys, SafeContact, Search
from casebook.values.names import split_full

COMPARED = (Party.B, Party.A)
Accounts = list[dict[str, str]]


def arrived(act: Act, application: Application, people: Sequence[Person], stored_keys: Sequence[PersonKeys]) -> None:
    """Compare the people of an application that was taken in a moment ago, with the keys that were stored with it."""
    mine = {
        Party(person.party): accounts(identity.cells_of(person), ()) for person in people if person.party in COMPARED
    }
    found = _alike(act, application.reference, mine, {number for row in stored_keys for number in row.keys})
    if found:
        links.link(act, application, found)


def look(act: Act, application: Application) -> None:
    """Compare the people of an application, as they are known now, with those of the others, and link what belongs together.

    Idempotent. Call it whenever details become known, and at every search: two that came in at one moment miss each other.
    """
    if application.disposed_at is not None or application.frozen_at is not None:
        return
    act.session.flush()
    confirmed = repeats.confirmed(act.session, application.reference)
    mine = {
        party: accounts(identity.cells_of(person), [row.seen for row in confirmed if row.party == party])
        for party in COMPARED
        if (person := identity.person_of(act, application, party)) is not None
    }
    same_person = [
        FoundLink(other=other.reference, why=rules.SURE[Party(other.party)])
        for other in repeats.confirmed_elsewhere(act.session, confirmed)
        if other.party in rules.SURE
    ]
    asked = _keep_keys(act, application, mine)
    links.link(act, application, [*_alike(act, application.reference, mine, asked), *same_person])


def bring_up(act: Act, application: Application) -> None:
    """The same before a search: a return of our own register that says nil beside a link is made again."""
    look(act, application)
    if standing_links(act.session, application.reference):
        for search in _nil(act, application):
            search.superseded = True


def why_again(act: Act, application: Application) -> str | None:
    """Why record checks must be looked at again before a decision, or None: our own register has a link and said nil."""
    if decisions.decision(act.session, application) is not None or not _nil(act, application):
        return None
    sure = any(link.why in SURE for link in standing_links(act.session, application.reference))
    return links.LINKED if sure else None


def _nil(act: Act, application: Application) -> list[Search]:
    """The current returns of our own register that say nil."""
    return [
        search
        for search in stored.searches(act.session, application.reference)
        if (search.source, search.result) == (catalogue.OWN_REGISTER, SearchResult.NIL)
        and search.automatic
        and search.extract_id is None
    ]


def accounts(told: Mapping[str, str], confirmed: Iterable[Mapping[str, object]]) -> Accounts:
    """A person as the application has them, under each full name that it gives, and as each confirmed record has them."""
    as_told = {**dict.fromkeys(PERSON_CELLS, ""), **told}
    others = [name for name in as_told["aliases"].split(";") if " " in name.strip()]
    under = [{**as_told, **dict(zip(("forename", "surname"), split_full(name), strict=True))} for name in others]
    name = f"{as_told['forename']} {as_told['surname']}".strip()
    for cells in under:
        cells["aliases"] = ";".join(filter(None, (as_told["aliases"], name)))
    recorded = [{cell: str(seen.get(cell) or "") for cell in PERSON_CELLS} for seen in confirmed]
    return [as_told, *under, *(cells for cells in recorded if cells["forename"] or cells["surname"])]


def numbers(party: str, known: Iterable[Cells], this_year: int) -> list[int]:
    """The keys of one person under every account. Those of A and of B are distinct by rule."""
    return sorted({number for cells in known for number in keys.numbers(_register(party), cells, this_year)})


def first_keys(people: Sequence[Person], plans: Sequence[SafeContact], this_year: int) -> list[PersonKeys]:
    """The keys of the people of a new application. C is found by staff, and compared with nobody."""
    words = found_by.code_words_of(plans)
    return [
        found_by.row_of(
            person,
            numbers(person.party, accounts(identity.cells_of(person), ()), this_year)
            if person.party in COMPARED
            else [],
            found_by.numbers_of(
                person, found_by.details_of(person, (), words.get(person.id, ()), this_year), restricted=False
            ),
        )
        for person in people
    ]


def _register(party: str) -> str:
    return f"own_register:{party}"


def _keep_keys(act: Act, application: Application, mine: Mapping[Party, Accounts]) -> set[int]:
    """Bring the stored keys in line with what is known now, because others are found by them. Returns all of them."""
    key_numbers = {
        f"{application.reference}:{party}": numbers(party, known, act.now.year) for party, known in mine.items()
    }
    stored_keys = repeats.keys_of(act.session, application.reference)
    if missing := key_numbers.keys() - stored_keys.keys():
        found_by.bring_up(act.session, missing, act.now.year)
        act.session.flush()
        stored_keys = repeats.keys_of(act.session, application.reference)
    for person_id, present in key_numbers.items():
        if stored_keys[person_id].keys != present:
            stored_keys[person_id].keys = present
    act.session.flush()
    return {number for present in key_numbers.values() for number in present}


def surely(act: Act, party: Party, cells: Cells) -> set[str]:
    """The applications whose A or B is surely this person of a source."""
    mine = {party: accounts(cells, ())}
    links_of = _alike(act, "", mine, set(numbers(party, mine[party], act.now.year)))
    return {link.other for link in links_of if link.why is not rules.OPEN_QUESTION[party]}


def _alike(act: Act, reference: str, mine: Mapping[Party, Accounts], asked: set[int]) -> list[FoundLink]:
    """Every other application with an A or a B who is strongly or possibly the same person."""
    single = {party: _single_names(party, known) for party, known in mine.items()}
    # a name alone tells nobody apart: whoever shares more with the person shares another key as well
    telling = asked - {number for numbers_of_names in single.values() for number in numbers_of_names.values()}
    people = repeats.sharing(act.session, telling, leaving_out=reference)
    found = list[FoundLink]()
    for party, known in mine.items():
        theirs = {
            row.reference: accounts(identity.cells_of(cast("Person", row)), row.confirmed or ())
            for row in people
            if row.party == party
        }
        near = _near(known, theirs, act.now.year)
        if theirs := {reference: theirs[reference] for reference in theirs if reference in near}:
            best = _best(known, theirs, _counts(act, single[party]), act.now.year)
            found += _links(party, known, theirs, best)
    return found


def _single_names(party: Party, known: Accounts) -> dict[str, int]:
    return {name: number for cells in known for name, number in keys.of_names(_register(party), cells).items()}


def _counts(act: Act, single: Mapping[str, int]) -> Counts:
    """How common the names of one person are in our own register."""
    common = repeats.counts(act.session, single.values())
    of = {(part, name): common[number] for name, number in single.items() for part in ("forename", "surname")}
    return Counts(persons=repeats.size(act.session), of=of)


def _near(mine: Accounts, theirs: Mapping[str, Accounts], this_year: int) -> set[str]:
    """The other applications that are worth counting how common the names are."""
    rows = _rows(theirs)
    return set().union(*(match_weights.at_least(NEAR_MISS, cells, rows, this_year=this_year) for cells in mine))


def _rows(theirs: Mapping[str, Accounts]) -> list[dict[str, str]]:
    return [{**cells, "person_id": reference} for reference, known in theirs.items() for cells in known]


def _best(mine: Accounts, theirs: Mapping[str, Accounts], counts: Counts, this_year: int) -> list[MatchWeight]:
    """The weight of each other application, under the accounts that agree best; the heaviest first."""
    rows = _rows(theirs)
    best: dict[str, MatchWeight] = {}
    for cells in mine:
        for match in match_weights.score(cells, rows, counts, this_year=this_year):
            if match.person_id not in best or match.weight > best[match.person_id].weight:
                best[match.person_id] = match
    return sorted(best.values(), key=lambda match: (-match.weight, match.person_id))


def _links(
    party: Party, mine: Accounts, theirs: Mapping[str, Accounts], best: Sequence[MatchWeight]
) -> list[FoundLink]:
    """The links of one person, the surest first."""
    found = [
        FoundLink(other=match.person_id, why=why, weight=match.weight, explanation=match.explanation)
        for match in best
        if (why := _why(party, match, mine, theirs[match.person_id]))
    ]
    questions = [link for link in found if link.why is rules.OPEN_QUESTION[party]]
    # the latest: those are linked to the ones before, and no crowd of repeats makes a link with each
    sure = sorted((link for link in found if link not in questions), key=lambda link: link.other, reverse=True)
    return [*sure[: rules.LATEST], *questions[: rules.MAY_BE]]


def _why(party: Party, match: MatchWeight, mine: Accounts, theirs: Accounts) -> LinkKind | None:
    exact = any(
        rules.same_name_and_date(_name_and_date(one), _name_and_date(other)) for one in mine for other in theirs
    )
    return rules.kind_of_link(party, match.band, twin=match.twin, same_name_and_date=exact)


def _name_and_date(cells: Cells) -> tuple[str, str, str]:
    return cells["forename"], cells["surname"], cells["dob"]
