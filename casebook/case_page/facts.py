"""The part of an application's page on what is known: people, searches, candidates, facts, meeting, risk."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from casebook.case_page.blocks import ApplicationView, PageBlock, ShownRow, clean, moment, paragraph, rows, table
from casebook.domain import words
from casebook.domain.case import namesakes, uncovered

MOST = 12  # how many contributions of a score are shown; --json has all


def who(application: ApplicationView) -> Iterator[PageBlock]:
    shown = application["personal_detail"] == "shown"
    plans = {plan["party"]: plan for plan in rows(application, "safe_contact")}
    for person in sorted(rows(application, "person"), key=lambda person: str(person["party"])):
        yield from _person(person, shown=shown)
        if plan := plans.pop(person["party"], None):
            yield from paragraph("safe contact", _plan(plan, shown=shown), indent=5)
    for party, plan in plans.items():
        yield from paragraph(f"{str(party).upper()}  safe contact", _plan(plan, shown=shown))
    for change in sorted(rows(application, "safe_contact_change"), key=lambda row: (str(row["party"]), row["number"])):
        yield from paragraph(f"change {change['number']} of {str(change['party']).upper()}'s plan", _change(change))
    dates = (
        f" from {application.get('relationship_started') or '?'} to {application.get('relationship_ended') or 'now'}"
    )
    known = application.get("relationship_started") or application.get("relationship_ended")
    yield from paragraph(
        f"B is to A: {words.RELATIONSHIP.of(application['relationship'])}{dates if known else ''};"
        f" living together: {words.ANSWER.of(application['living_together'])}; pregnant: {words.ANSWER.of(application['pregnant'])}"
        + (
            f"; children born: {', '.join(born or 'not known' for born in application['children']) or 'none known'}"
            if shown
            else ""
        )
    )
    yield from paragraph(f"In danger now: {words.ANSWER.of(application['immediate_danger'])}")
    if application.get("concern"):
        yield from paragraph("Concern", application["concern"])
    if doubts := [code for code in application["doubts"] if code not in application["explained"]]:
        yield from paragraph("Missing or doubtful", ", ".join(map(words.reason, doubts)))
    if shown and (written := application.get("as_written")):
        yield from paragraph(
            "As written", "; ".join(f"{column}: {clean(text)}" for column, text in sorted(written.items()))
        )
    if application["explained"]:
        yield from paragraph(
            "Cannot be obtained, with an explanation", ", ".join(map(words.reason, application["explained"]))
        )


def circumstances(application: ApplicationView) -> Iterator[PageBlock]:
    """What changed, the first change first: what it was, what it is, and from whom anybody learnt it."""
    for row in sorted(rows(application, "circumstance"), key=lambda row: str(row["recorded_at"])):
        what = words.CIRCUMSTANCE.of(row["what"])
        changed = (
            f"{_value(row['earlier'])} -> {_value(row['value'])}" if "value" in row else "your role may not see how"
        )
        since = f" since {row['since']}" if row.get("since") else ""
        learned = f"learnt from {words.spelled(row['learned_from'])}, recorded by {row['recorded_by']}"
        yield from paragraph(f"{moment(row['recorded_at'])}  {what}: {changed}{since}", learned)


def _value(value: object) -> str:
    """A circumstance in words: a code, or what was written."""
    known = next((each for each in (words.ANSWER, words.RELATIONSHIP) if str(value) in each.words), None)
    return known.of(value) if known else clean(value) or words.ANSWER.of("unknown")


def _person(person: ShownRow, *, shown: bool) -> Iterator[PageBlock]:
    party = str(person["party"]).upper()
    if not shown:
        yield from paragraph(f"{party}  (your role may not see this)")
        return
    names = clean(" ".join(person[name] or "" for name in ("forename", "middle_names", "surname")))
    certainty = (
        f" ({words.CERTAINTY.of(person['dob_certainty'])})"
        if person["dob"] and person["dob_certainty"] != "unknown"
        else ""
    )
    sex = "" if person["sex"] == "unknown" else f", {words.SEX.of(person['sex'])}"
    yield from paragraph(f"{party}  {names or 'name not known'}, born {person['dob'] or 'not known'}{certainty}{sex}")
    if other := [*person["former_names"], *person["aliases"]]:
        yield from paragraph("also known as", ", ".join(other), indent=5)
    where = (person[name] for name in ("address", "postcode", "phone", "email"))
    numbers = (f"{label} {person[name]}" for label, name in (("PNC", "pnc_id"), ("CRO", "cro")) if person[name])
    if details := [clean(detail) for detail in (*where, *numbers) if detail]:
        yield from paragraph(", ".join(details), indent=5)


def _change(change: ShownRow) -> str:
    """Who asked for a change of a plan, what came of it, and the plan before and after it if the role may see that."""
    parts = [
        f"asked by {words.ASKED_BY.of(change['asked_by'])} {moment(change['asked_at'])}",
        f"identified by {words.IDENTIFIED.of(change['identified_by'])}",
        f"recorded by {change['recorded_by']}",
        f"in force {words.PLAN_EFFECT.of(change['effect'])}",
        f"widens {', '.join(map(words.spelled, change['widens']))}" if change["widens"] else "",
    ]
    if change["second_by"]:
        verb = "agreed" if change["agreed"] else "did not agree"
        parts.append(f"{change['second_by']} {verb} {moment(change['second_at'])}")
    plans = (f"{name}: {_terms(change[name])}" for name in ("before", "after") if change.get(name))
    return "; ".join(filter(None, [*parts, *plans]))


def _terms(plan: Mapping[str, Any]) -> str:
    if not plan["channel"]:
        return "no contact"
    windows = ", ".join(f"{start}-{until}" for start, until in plan["windows"])
    own = (f"{words.spelled(name)} {plan[name]}" for name in ("code_word", "interpreter") if plan[name])
    voicemail = "voicemail yes" if plan["voicemail"] else "no voicemail"
    return clean(", ".join([words.CHANNEL.of(plan["channel"]), " ".join(plan["days"]), windows, voicemail, *own]))


def _plan(plan: ShownRow, *, shown: bool) -> str:
    channel = words.CHANNEL.of(plan["channel"]) if plan["channel"] else "no contact until a channel is set"
    terms = _terms(plan) if shown and plan["channel"] else channel
    return f"{terms}; confirmed {moment(plan['confirmed_at'])} by {plan['confirmed_by']}"


def searches(application: ApplicationView) -> Iterator[PageBlock]:
    lines = []
    for row in sorted(
        rows(application, "search"), key=lambda row: (row["superseded"], str(row["party"]), str(row["source"]))
    ):
        result = words.RESULT.of(row["result"]) if row["result"] else "OPEN"
        if row["result"] == "unavailable":
            accepted = f"accepted by {row['accepted_by']}" if row["accepted_by"] else "not accepted yet"
            result = f"{result} ({clean(row['unavailable_reason']) or 'your role may not see the reason'}), {accepted}"
        marks = [
            *(["mandatory"] if row["mandatory"] else []), *(["replaced"] if row["superseded"] else []), _covered(row),
            *([f"by {row['returned_by']}"] if row["returned_by"] else []),
            *([namesakes.not_told_apart(row["beyond"])] if row["beyond"] else []),
            *([uncovered.not_whole(missing)] if (missing := uncovered.rows_missing(row["required"] or ())) else []),
        ]  # fmt: skip
        party, source, returned = str(row["party"]).upper(), words.SOURCE.of(row["source"]), moment(row["returned_at"])
        lines.append((party, source, returned, "; ".join([result, *marks])))
    yield from table(("of", "source", "returned", "result"), lines)
    for row in rows(application, "search"):
        if row["returned_at"] is None and not row["superseded"] and row.get("plan"):
            yield from paragraph(f"{words.SOURCE.of(row['source'])}: type", "; ".join(map(to_type, row["plan"])))
    for row in rows(application, "assurance"):
        head = f"{words.ASSURANCE.of(row['kind'])} signed by {row['signed_by']} {moment(row['signed_at'])}"
        head += f", confidence {words.CONFIDENCE.of(row['confidence'])}" if row["confidence"] else ""
        head += f", identity variants not covered: {len(row['uncovered'])}" if row["uncovered"] else ""
        head += _why(row["why_uncovered"] or {})
        yield from paragraph(f"{head}{' (replaced)' if row['superseded'] else ''}", row.get("statement"))


def to_type(step: ShownRow) -> str:
    """One search of a plan as the researcher types it."""
    if step["pivot"]:
        return clean(step["pivot"])
    name = clean(" ".join(filter(None, (step["forename"], step["surname"]))))
    years = step.get("age_range_years")
    return (
        f"{name}, born {step['dob']}"
        if step["dob"]
        else f"{name}, no birth date" + (f", {years} years either way" if years else "")
    )


def _covered(row: ShownRow) -> str:
    """How many of the required identity variants the search covered."""
    required = set(row["required"] or ())
    return (
        f"{len(set(row['covered'] or ()) & required)} of {len(required)} identity variants covered"
        if required
        else "no identity variants required"
    )


def _answer(code: str | None) -> str:
    return words.ANSWER.of(code) if code else "answers that your role may not see"


def _why(reasons_of: Mapping[str, Mapping[str, int]]) -> str:
    """How many identity variants were not covered, for each reason, over all sources and families."""
    counted = Counter[str]()
    for reasons in reasons_of.values():
        counted.update(reasons)
    return (
        f" ({'; '.join(f'{count}: {words.UNCOVERED.of(why)}' for why, count in sorted(counted.items()))})"
        if counted
        else ""
    )


def findings(application: ApplicationView) -> Iterator[PageBlock]:
    agreed = {row["finding_id"]: row for row in rows(application, "owner_agreement")}
    for row in sorted(rows(application, "finding"), key=lambda row: str(row["id"])):
        record = row.get("record") or {}
        parts = [
            record.get("date"),
            words.RECORD_KIND.of(record["kind"]) if record.get("kind") else words.SOURCE.of(row["source"]),
            record.get("offence_text"),
            record.get("outcome"),
        ]
        flags = record.get("flags") or ""
        parts.append(
            f"[{words.of_field('flags', flags.split(';') if isinstance(flags, str) else flags)}]" if flags else ""
        )
        withdrawn = ", WITHDRAWN" if row["withdrawn"] else ""
        head = f"{words.SOURCE.of(row['source'])} {row['record_id']}, {words.QUALIFIES.of(row['qualifies'])}{withdrawn}"
        yield from paragraph(head, ", ".join(clean(part) for part in parts if part))
        if row["owner"]:
            agreement = agreed.get(row["id"])
            answer = (
                f"{'agrees' if agreement['agreed'] else 'REFUSES'}, recorded by {agreement['recorded_by']}"
                if agreement
                else "has not answered"
            )
            conditions = agreement.get("conditions") if agreement else None
            yield from paragraph(f"its originator {words.AGENCY.of(row['owner'])} {answer}", conditions, indent=5)


def meeting(application: ApplicationView) -> Iterator[PageBlock]:
    for row in rows(application, "meeting"):
        shown = words.PROOF.of_all(row["identity_evidence"])
        result = f"identity {'confirmed' if row['identity_confirmed'] else 'NOT confirmed'} ({shown})"
        result = result if row["held"] else f"not held: {clean(row.get('exception_reason'))}{_afterwards(row)}"
        head = f"{words.MEETING.of(row['kind'])} {moment(row['occurred_at'])} by {row['recorded_by']}, {result}"
        yield from paragraph(head, row.get("notes"))
    for row in rows(application, "applicant_sign"):
        state = f"{'cleared' if row['cleared'] else 'NOT cleared'} by {row['answered_by']}"
        state = "not answered yet" if row["cleared"] is None else state
        yield from paragraph(
            f"sign about the applicant: {words.APPLICANT_SIGN.of(row['code'])}, {state}", row.get("answer")
        )


def _afterwards(meeting: ShownRow) -> str:
    """What follows from a meeting that was not held."""
    if meeting["accepted_by"]:
        return f", accepted by {meeting['accepted_by']} {moment(meeting['accepted_at'])}"
    return f", to be held {moment(meeting['new_date'])}" if meeting["new_date"] else ", waits for a supervisor"


def risk(application: ApplicationView) -> Iterator[PageBlock]:
    asked: dict[str, list[ShownRow]] = defaultdict(list)
    for row in rows(application, "instrument_answer"):
        if not row["superseded"]:
            asked[f"{row['instrument']} ({row['instrument_version']})"].append(row)
    for name, answers in asked.items():
        counted = Counter(row["answer"] for row in answers)
        answered = ", ".join(f"{count} {_answer(answer)}" for answer, count in sorted(counted.items(), key=str))
        positive = ", ".join(str(row["question"]) for row in answers if row["answer"] == "yes")
        yield from paragraph(f"{name}: {answered}{f'; yes to {positive}' if positive else ''}")
    for row in rows(application, "instrument_shortfall"):
        yield from paragraph(_shortfall(row), row.get("reason"))
    for row in rows(application, "risk_score"):
        if row["superseded"]:
            continue
        yield from paragraph(
            f"score {row['score']:.1f}: {words.BAND.of(row['band'])}, by {row['model']}, {moment(row['computed_at'])}"
        )
        contributions = sorted(row["contributions"] or (), key=lambda part: -abs(part.get("value") or 0))
        for part in contributions[:MOST]:
            yield from paragraph(
                f"{part.get('value'):+.1f} {words.FACTOR.of(part.get('factor'))}", part.get("reason"), indent=5
            )
        if row["uncertainty"]:
            yield from paragraph("not certain", "; ".join(map(_plain, row["uncertainty"])), indent=5)
    for row in rows(application, "risk_assessment"):
        second = (
            f", second person {row['second_by']} {'agrees' if row['second_agrees'] else 'does not agree'}"
            if row["second_by"]
            else ""
        )
        lowers = " (lowers it)" if row["lowers"] else ""
        head = f"{words.BAND.of(row['band'])}{lowers}, assessed by {row['assessed_by']} {moment(row['assessed_at'])}{second}"
        yield from paragraph(f"{head}{' (replaced)' if row['superseded'] else ''}", row.get("reason"))


def _shortfall(row: ShownRow) -> str:
    """Why the questionnaire is not complete, and what a second person says to it."""
    head = f"questionnaire: {words.INCOMPLETE.of(row['why'])}, recorded by {row['recorded_by']} {moment(row['recorded_at'])}"
    if row["accepted_by"]:
        return f"{head}, {'accepted' if row['accepted'] else 'NOT accepted'} by {row['accepted_by']}"
    if row["why"] == "no_more":
        return f"{head}, waits for a second person"
    return f"{head}{' (set aside)' if row['accepted'] is False else ''}"


def _plain(value: object) -> str:
    return ", ".join(map(clean, value.values())) if isinstance(value, dict) else clean(value)
