"""`casebook find`: finds applications by any person in them, by reference, or by their id in another system."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from casebook import bounds
from casebook.case_page.blocks import PageBlock, as_lines, clean, moment, paragraph
from casebook.casework.find import asking, finding
from casebook.casework.find.asking import AskedSearch
from casebook.casework.find.finding import LIMIT, FindAnswer
from casebook.casework.find.hits import Hit
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import read_json, whole
from casebook.domain import words
from casebook.domain.case.finding import DIFFERENT, HowAgrees, PartAgrees
from casebook.errors import WrongUsage

_OPTIONS = {
    "forename": "forename, in any spelling; a nickname is found too",
    "surname": "surname, in any spelling; an alias or a former name is found too",
    "dob": "date of birth, may be partial: 1987, 1987-04 or 1987-04-30; 30/04/1987 and other ways of writing it are read too",
    "phone": "telephone number",
    "postcode": "postcode, or its district alone",
    "email": "e-mail address",
    "identifier": "PNC or CRO number",
    "code-word": "code word of the safe-contact plan",
    "external-id": "id of the application in the sender's system",
}


def configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="WORDS",
        help="what is known: a reference, date, postcode, number or address is recognised; everything else is one name",
    )  # fmt: skip
    for option, text in _OPTIONS.items():
        parser.add_argument(f"--{option}", default="", metavar="TEXT", help=text)
    parser.add_argument(
        "--file", type=read_json, dest="asked", metavar="SEARCH.json",
        help="the search as JSON, with keys as the options have them and `words`; - for standard input, so that no name"
        " stands among the processes of the machine",
    )  # fmt: skip
    parser.add_argument(
        "--limit",
        type=whole(1, bounds.MOST_ASKED),
        default=LIMIT,
        metavar="N",
        help="at most this many hits (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(handler=_find)


def _find(options: Namespace, call: Call) -> Output:
    given = {name.replace("-", "_"): getattr(options, name.replace("-", "_")) for name in _OPTIONS}
    asked = _asked({**given, "words": " ".join(options.words)}, options.asked)
    with opened(call) as casebook, casebook.acting() as act:
        answer = finding.find(act, asked, limit=options.limit)
    return Output(data=_data(answer), lines=list(as_lines(_lines(answer))))


def _asked(given: Mapping[str, str], file: object) -> AskedSearch:
    if file is None:
        return asking.parsed(dict(given))
    if any(given.values()):
        raise WrongUsage("give the search in a file or as words and options, not both")
    return asking.parsed(file)


def _data(answer: FindAnswer) -> dict[str, object]:
    return {
        "hits": [_hit(hit) for hit in answer.hits],
        "more": answer.more,
        "searched_by": list(answer.searched_by),
        "not_used": [{"kind": kind, "reason": why} for kind, why in answer.unused],
    }


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "reference": hit.reference,
        "merged_from": list(hit.merged_from),
        "party": hit.party,
        "name": hit.name,
        "dob": hit.born or None,
        "postcode": hit.postcode or None,
        "stage": hit.stage,
        "submitted_at": hit.submitted_at,
        "waiting_for": [{"role": role, "owner": owner} for role, owner in hit.waiting_for],
        "restricted": hit.restricted,
        "disposed": hit.disposed,
        "contact": hit.contact,
        "agrees": [_part(part) for part in hit.parts if part.how not in DIFFERENT],
        "differs": [part.kind for part in hit.parts if part.how is HowAgrees.DIFFERS],
        "not_known": [part.kind for part in hit.parts if part.how is HowAgrees.NOT_KNOWN],
    }


def _part(part: PartAgrees) -> dict[str, Any]:
    return {"kind": part.kind, "how": part.how, "other_name": part.other_name}


def _lines(answer: FindAnswer) -> Iterator[PageBlock]:
    by = words.ASKED.of_all(answer.searched_by)
    for kind, why in answer.unused:
        yield f"Not used: {words.ASKED.of(kind)} ({words.UNUSED.of(why)})."
    if not answer.hits:
        yield f"Nothing was found by {by}. That does not mean that there is nothing: try less, or another spelling."
        return
    for hit in answer.hits:
        yield from _person(hit)
    if answer.more:
        yield f"There are more than these {len(answer.hits)}. Add what else is known, or raise --limit."


def _person(hit: Hit) -> Iterator[PageBlock]:
    stage = words.STAGE.of(hit.stage) + (", RESTRICTED: named people only" if hit.restricted else "")
    merged = f", merged from {', '.join(hit.merged_from)}" if hit.merged_from else ""
    yield f"{hit.reference}  {stage}, submitted {moment(hit.submitted_at)}{merged}"
    if hit.party is None:
        yield from paragraph(
            "its personal detail was erased" if hit.disposed else "nothing is known of the people in it"
        )
    else:
        who = clean(hit.name) or "name not known"
        where = f", {clean(hit.postcode)}" if hit.postcode else ""
        yield from paragraph(f"{hit.party.upper()}  {who}, born {hit.born or 'not known'}{where}")
        yield from paragraph(words.CAUTION.of(hit.contact).capitalize(), indent=5)
    yield from paragraph("; ".join(_agreement(part) for part in hit.parts), indent=5)
    waiting = (f"{words.ROLE.of(role)} ({owner or 'nobody yet'})" for role, owner in hit.waiting_for)
    yield from paragraph(f"waits for: {', '.join(waiting) or 'nobody'}", indent=5)


def _agreement(part: PartAgrees) -> str:
    other = ", as an alias or former name" if part.other_name else ""
    return f"{words.ASKED.of(part.kind)}: {words.AGREES.of(part.how)}{other}"
