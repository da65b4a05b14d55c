"""What a form for one work item offers besides its model: choices and first values that only the case knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from casebook.case_page.blocks import as_sentence, clean
from casebook.case_page.people_found import gravest_first, who, worst
from casebook.desk import fields as making
from casebook.desk import questions
from casebook.desk.fields import Choices, Field
from casebook.domain import words
from casebook.domain.case.namesakes import ListPlace
from casebook.domain.case.record_checks import MatchVerdict
from casebook.domain.case.wording import Wording
from casebook.domain.risk.instruments import Reply
from casebook.domain.risk.risk_model import InstrumentForm
from casebook.domain.vocabulary import Relationship, WorkKind
from casebook.storage.documents import Documents

OpenedFile = Mapping[str, Any]  # the file of the case, as it was opened
ItemSubject = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """How the form of one item differs from its model."""

    offered: Mapping[str, Choices] = field(default_factory=dict)  # field -> choices
    keys: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)  # field with keys -> a question for each key
    start: Mapping[str, list[str]] = field(default_factory=dict)  # what stands in the form before anybody types
    fixed: Mapping[str, str] = field(default_factory=dict)  # fields that are not asked
    leave_out: frozenset[str] = frozenset()
    labels: Mapping[str, str] = field(default_factory=dict)  # field -> what it is asked as here


@dataclass(frozen=True, kw_only=True)
class InForce:
    """What the casebook's own documents say now that a form offers."""

    wording: Wording
    wording_version: str
    refusals: tuple[str, ...]  # the grounds on which a panel may refuse this application
    instruments: Mapping[str, InstrumentForm]


def in_force(documents: Documents, now: datetime, *, submitted_at: datetime) -> InForce:
    """The documents for an application that was submitted at a moment."""
    version = documents.wording_at(now)
    return InForce(
        wording=documents.wording(version),
        wording_version=version,
        refusals=tuple(documents.refusals(submitted_at).allowed),
        instruments=documents.risk_model(now).numbers.instruments,
    )


def fields_of(model: type, kind: WorkKind, ready: Prepared) -> list[Field]:
    """The fields of the form for one item."""
    hidden = {"version", *ready.leave_out, *(name for name in ready.fixed if "." not in name)}
    made = making.chosen(making.of_model(model, kind, leave_out=hidden), ready.offered)
    asked = [_with_keys(each, ready) for each in made if _is_asked(each, ready)]
    return [replace(each, label=ready.labels.get(each.name, each.label)) for each in asked]


def _is_asked(each: Field, ready: Prepared) -> bool:
    return each.name not in ready.fixed and not (each.kind == "pairs" and each.name not in ready.keys)


def _with_keys(each: Field, ready: Prepared) -> Field:
    parts = tuple(_with_keys(part, ready) for part in each.parts if _is_asked(part, ready))
    return replace(each, parts=ready.keys.get(each.name, parts))


def of(kind: WorkKind, subject: ItemSubject, shown: OpenedFile, asked_for: str, docs: InForce) -> Prepared:
    """What the case offers for an item. `asked_for`: what the reader chose of the page itself, such as a questionnaire."""
    make = _OF.get(kind)
    return make(subject, shown, asked_for, docs) if make else Prepared()


def _rows(shown: OpenedFile, name: str) -> list[Mapping[str, Any]]:
    return list(shown.get(name) or [])


def _details(subject: ItemSubject, _shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    parts = tuple(
        Field(name=f"explained.{doubt}", kind="text", label=as_sentence(words.reason(doubt)))
        for doubt in subject.get("doubts", ())
    )
    return Prepared(
        keys={"explained": parts} if parts else {},
        offered={"relationship": making.choices_of("relationship", Relationship)},
    )


def _search(subject: ItemSubject, shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    """The searches of the plan stand in the form as they are to be typed; their results are what is asked."""
    if subject.get("accept"):
        return Prepared(
            fixed={"result": "unavailable"},
            leave_out=frozenset(
                {"searches", "persons", "searched_at", "evidence_reference", "summary", "unavailable_reason"}
            ),
        )
    row = next((each for each in _rows(shown, "search") if each["id"] == subject.get("search")), None)
    start: dict[str, list[str]] = {}
    for number, step in enumerate((row or {}).get("plan") or ()):
        given = {name: step.get(name) or "" for name in ("forename", "surname", "dob", "pivot")}
        given["age_range"] = "yes" if step.get("age_range_years") else "no"
        start |= {f"searches.{number}.{name}": [str(value)] for name, value in given.items() if value}
    return Prepared(start=start, leave_out=frozenset({"accept_unavailable"}))


def _match(subject: ItemSubject, shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    if "list" not in subject:
        of_link = {"verdict": questions.of("link_of_applications", "verdict").label} if "pair" in subject else {}
        return Prepared(leave_out=frozenset({"look_at"}), labels=of_link)
    lines = [
        row
        for row in _rows(shown, "candidate")
        if row["place"] == ListPlace.LISTED and row["source"] == subject.get("source") and not row["superseded"]
    ]
    said = ((row["person_id"], filter(None, (who(row), worst(row)))) for row in sorted(lines, key=gravest_first))
    return Prepared(
        offered={"look_at": tuple((person, ": ".join(parts)) for person, parts in said)},
        fixed={"verdict": MatchVerdict.DIFFERENT},
        labels={"reason": questions.of("list_of_the_name", "reason").label},
    )


def _adequacy(subject: ItemSubject, _shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    uncovered = tuple((entry, words.source_and_family(entry)) for entry in subject.get("uncovered", ()))
    return Prepared(offered={"uncovered": uncovered}, leave_out=frozenset() if uncovered else frozenset({"uncovered"}))


def _questionnaire(_subject: ItemSubject, _shown: OpenedFile, asked_for: str, docs: InForce) -> Prepared:
    forms = docs.instruments
    name = asked_for if asked_for in forms else "DASH"
    replies = tuple((reply, as_sentence(words.ANSWER.of(reply))) for reply in Reply)
    questions = tuple(
        Field(
            name=f"instrument.answers.{question.code}",
            kind="choice",
            label=f"{question.code}: {words.spelled(question.topic)}",
            choices=replies,
        )
        for question in forms[name].questions
    )
    return Prepared(
        keys={"instrument.answers": questions},
        fixed={"instrument.name": name, "instrument.instrument_version": forms[name].version},
        leave_out=frozenset({"accept_exception"}),
    )


def _meeting(subject: ItemSubject, shown: OpenedFile, asked_for: str, docs: InForce) -> Prepared:
    if subject.get("accept"):
        return _accepting(subject, shown, asked_for, docs)
    return _questionnaire(subject, shown, asked_for, docs)


def _locating(subject: ItemSubject, shown: OpenedFile, asked_for: str, docs: InForce) -> Prepared:
    if subject.get("accept"):
        return _accepting(subject, shown, asked_for, docs)
    return Prepared(leave_out=frozenset({"accept_exception"}))


def _accepting(_subject: ItemSubject, _shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    """A supervisor says whether a meeting that cannot be held is done without. Nothing else is asked."""
    return Prepared(
        leave_out=frozenset({"instrument", "identity_evidence", "identity_confirmed", "instrument_declined_because"})
    )


def _panel(subject: ItemSubject, _shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    staff = tuple((each, each) for each in subject.get("eligible", ()))
    named = tuple(
        Field(name=f"not_the_person_named.{each}", kind="text", label=each)
        for each, why in (subject.get("conflicted") or {}).items()
        if why == "shared_surname"
    )
    agencies = _agencies()
    offered = {
        "members.staff": staff,
        "members.agency": agencies,
        "agencies_asked": agencies,
        "agencies_silent": agencies,
    }
    return Prepared(offered=offered, keys={"not_the_person_named": named} if named else {})


def _agencies() -> Choices:
    """Who can sit on a panel or be asked by it."""
    return tuple((code, as_sentence(text)) for code, text in words.AGENCY.words.items() if code != "crime")


def _decision(subject: ItemSubject, shown: OpenedFile, _asked: str, docs: InForce) -> Prepared:
    refusals = tuple((code, as_sentence(words.REFUSAL.of(code))) for code in docs.refusals)
    offered: dict[str, Choices] = {
        "items": _findings(shown), "refusal_reason": refusals,
        "agencies_silent": _agencies(), "words.item": _findings(shown), "words.phrases": _phrases(docs.wording),
    }  # fmt: skip
    start = {"wording": [docs.wording_version]}
    if subject.get("as") == "chair":
        start["recipients.0.party"] = ["a"]
    return Prepared(offered=offered, start=start)


def _phrases(wording: Wording) -> Choices:
    """The approved phrases, with the places for facts that the case fills."""
    return tuple((code, phrase.words.replace("{", "[").replace("}", "]")) for code, phrase in wording.phrases.items())


def _findings(shown: OpenedFile) -> Choices:
    refused = {row["finding_id"] for row in _rows(shown, "owner_agreement") if not row["agreed"]}
    return tuple(
        (row["id"], f"{_finding(row)}{' (its originator refuses)' if row['id'] in refused else ''}")
        for row in _rows(shown, "finding")
        if not row["withdrawn"]
    )


def _finding(row: Mapping[str, Any]) -> str:
    record = row.get("record") or {}
    kind = words.RECORD_KIND.of(record["kind"]) if record.get("kind") else words.SOURCE.of(row["source"])
    told = [
        record.get("date"),
        kind,
        record.get("offence_text"),
        record.get("outcome"),
        words.QUALIFIES.of(row["qualifies"]),
    ]
    return ", ".join(clean(part) for part in told if part)


def _delivery(subject: ItemSubject, shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    """Who is told, and in which words, was decided: the officer does not choose it."""
    fixed = {name: str(subject[name]) for name in ("recipient", "wording") if subject.get(name)}
    agreed = {item for row in _rows(shown, "decision") if not row["superseded"] for item in row["items"] or ()}
    offered = tuple((code, text) for code, text in _findings(shown) if code in agreed)
    start = {"items": [code for code, _ in offered], "asked_plan_again": ["yes"]}
    return Prepared(fixed=fixed, offered={"items": offered}, start=start)


def _checklist(_subject: ItemSubject, _shown: OpenedFile, _asked: str, _docs: InForce) -> Prepared:
    answers = tuple((code, as_sentence(words.ANSWER.of(code))) for code in ("yes", "no", "unknown", "not_applicable"))
    parts = tuple(
        Field(name=f"checklist.{code}", kind="choice", label=as_sentence(text), choices=answers)
        for code, text in words.CHECKLIST.words.items()
    )
    modes = tuple((code, as_sentence(text)) for code, text in words.FAILURE_MODE.words.items())
    return Prepared(keys={"checklist": parts}, offered={"modes": modes})


_OF: Mapping[WorkKind, Callable[[ItemSubject, OpenedFile, str, InForce], Prepared]] = {
    WorkKind.COMPLETE_DETAILS: _details,
    WorkKind.RETURN_SEARCH: _search,
    WorkKind.REVIEW_MATCH: _match,
    WorkKind.STATE_ADEQUACY: _adequacy,
    WorkKind.MEET_APPLICANT: _meeting,
    WorkKind.LOCATE_PERSON_AT_RISK: _locating,
    WorkKind.COMPLETE_INSTRUMENT: _questionnaire,
    WorkKind.CONVENE_PANEL: _panel,
    WorkKind.DECIDE: _decision,
    WorkKind.DELIVER_DISCLOSURE: _delivery,
    WorkKind.DELIVER_NO_DISCLOSURE: _delivery,
    WorkKind.REVIEW_APPLICATION: _checklist,
    WorkKind.SECOND_REVIEW: _checklist,
    WorkKind.REVIEW_RESTRICTED: _checklist,
}
