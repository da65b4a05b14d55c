"""`casebook review people` and `contact`: whom the review must reach, how that is safe, and each step towards them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from casebook.casework.core import given
from casebook.casework.review import people as review_people
from casebook.casework.review import reaching
from casebook.casework.safeguarding import safe_contact
from casebook.casework.safeguarding.contact import Contact
from casebook.casework.safeguarding.details import SafeContactPlan
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.domain import words
from casebook.domain.case.safe_contact import Purpose, Way
from casebook.domain.review.cases import ContactProgress
from casebook.domain.vocabulary import Channel, Party
from casebook.errors import WrongUsage

_PLAN = ("channel", "days", "start", "until")
_YES_NO = ("yes", "no")


def configure(actions: Any) -> None:  # noqa: ANN401 - argparse names no type for what adds parsers
    people = actions.add_parser(
        "people", help="list the people at risk whom the review must reach, and the contact progress"
    )
    people.add_argument(
        "reference", metavar="REF", nargs="?", help="show how this person can be contacted safely, and what was tried"
    )
    people.set_defaults(handler=_people)
    step = actions.add_parser("contact", help="record contact progress with one of them; refused if it was not safe")
    step.add_argument("reference", metavar="REF", help="the past application")
    step.add_argument(
        "--progress", dest="rung", type=ContactProgress, choices=list(ContactProgress)[1:], required=True,
        help="the contact progress after this step",
    )  # fmt: skip
    step.add_argument("--note", required=True, help="what was done; stored as personal detail")
    step.add_argument(
        "--channel",
        type=Channel,
        choices=list(Channel),
        help="the safe channel of the plan, or the channel of this contact",
    )
    _plan_options(step)
    _contact_options(step)
    step.set_defaults(handler=_contact)


def _plan_options(step: ArgumentParser) -> None:
    plan = step.add_argument_group(
        "safe_plan", "without these options, the safe-contact plan of the application in the casebook is used"
    )
    plan.add_argument("--days", metavar="DAYS", help="the safe days: mon to sun, separated by ;")
    plan.add_argument("--start", metavar="HH:MM", help="when the safe times start; several are separated by ;")
    plan.add_argument("--until", metavar="HH:MM", help="when the safe times end; several are separated by ;")
    plan.add_argument("--voicemail", choices=_YES_NO, help="whether a message may be left")
    plan.add_argument("--code-word", metavar="WORD", help="a word agreed with them that shows who is calling")


def _contact_options(step: ArgumentParser) -> None:
    made = step.add_argument_group("attempted or reached, or safeguarded if that was a contact")
    made.add_argument("--at", metavar="T", help="when, in ISO 8601 with offset (default: now)")
    made.add_argument(
        "--purpose",
        type=Purpose,
        choices=list(Purpose),
        help="what the contact was for; `arrange` if a meeting was agreed",
    )
    made.add_argument(
        "--asked-plan-again", choices=_YES_NO, help="whether it began by asking if the plan is still safe"
    )
    made.add_argument("--left-message", choices=_YES_NO, help="whether a message was left")


def _people(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        if options.reference is not None:
            person: dict[str, Any] = reaching.person(act, options.reference)
            return Output(data=person, lines=list(_one_person(person)))
        people = review_people.listing(act)
    return Output(data=people, lines=[_person_line(person) for person in people] or ["nobody has to be reached"])


def _person_line(person: Mapping[str, Any]) -> str:
    again = f"  look again on {person['look_again_on']}" if person["look_again_on"] else ""
    priority, progress = words.CONTACT_PRIORITY.of(person["contact_priority"]), _progress(person)
    return f"{priority:<19} {progress:<28} {person['reference']}  {words.reason(person['because'])}{again}"


def _progress(row: Mapping[str, Any]) -> str:
    return words.PROGRESS.of(row["rung"])


def _one_person(person: Mapping[str, Any]) -> Iterator[str]:
    yield f"{person['reference']}: {_progress(person)} since {person['since']}"
    if plan := person["plan"]:
        windows = ", ".join(f"{start}-{end}" for start, end in plan["windows"])
        message = "a message may be left" if plan["voicemail"] else "no message"
        how = words.CHANNEL.of(plan["channel"])
        yield f"{how}, {' '.join(plan['days'])}, {windows}; {message}; confirmed {plan['confirmed_at']}"
        if word := plan.get("code_word"):
            yield f"code word: {word}"
    yield f"contact now: {words.CONTACT_FAULT.of(person['now'])}; next safe time: {person['next_safe'] or 'none'}"
    for step in person["steps"]:
        way = (
            f" by {words.CHANNEL.of(step['channel'])} ({words.PURPOSE.of(step['purpose'])})" if step["channel"] else ""
        )
        second = f", {step['second_by']} agrees" if step["second_by"] else ""
        yield f"  {step['at']}  {_progress(step)}{way}, {step['by']}{second}: {step['note']}"


def _contact(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        standing = reaching.step(
            act, options.reference, options.rung, note=options.note, plan=_plan(options), made=_made(options, act.now)
        )
        answer = {
            "reference": standing.reference,
            "rung": standing.rung,
            "needs_second": standing.rung != options.rung,
            "look_again_on": standing.look_again_on.isoformat() if standing.look_again_on else None,
        }
    second = "; a second person must agree" if answer["needs_second"] else ""
    return Output(data=answer, lines=[f"{answer['reference']}: {_progress(answer)}{second}"])


def _plan(options: Namespace) -> SafeContactPlan | None:
    """The safe-contact plan that was given, if one was. --channel belongs to it only in the step `safe_plan`."""
    planned = [
        name for name in ("days", "start", "until", "voicemail", "code_word") if getattr(options, name) is not None
    ]
    if not planned and (options.rung != ContactProgress.SAFE_PLAN or options.channel is None):
        return None
    if missing := [name for name in _PLAN if getattr(options, name) is None]:
        raise WrongUsage(
            f"a plan needs --channel, --days, --start and --until; missing: {', '.join(missing)}", "plan_missing"
        )
    given = {name: getattr(options, name) for name in (*_PLAN, "voicemail", "code_word")}
    return safe_contact.read_plan(**given)


def _made(options: Namespace, now: datetime) -> Contact | None:
    has_details = any(
        getattr(options, name) is not None for name in ("at", "purpose", "asked_plan_again", "left_message")
    )
    if options.channel is None or options.rung == ContactProgress.SAFE_PLAN:
        if has_details:
            raise WrongUsage(
                "--at, --purpose, --asked-plan-again and --left-message need --channel, and are not for safe_plan",
                "not_a_contact",
            )
        return None
    purpose = options.purpose or Purpose.OTHER
    way = Way(
        at=given.moment(options.at, now), channel=options.channel,
        asks_plan_again=options.asked_plan_again == "yes" or purpose == Purpose.CONFIRM_PLAN,
        leaves_message=options.left_message == "yes",
    )  # fmt: skip
    return Contact(party=Party.A, purpose=purpose, way=way, reached=options.rung != ContactProgress.ATTEMPTED)
