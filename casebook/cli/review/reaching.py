"""`casebook review people` and `contact`: who is to be reached, how that is safe for one of them, and each step towards them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from casebook.casework.review import people as review_people
from casebook.casework.review import reaching
from casebook.casework.safeguarding import contact, safe_contact
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
    people = actions.add_parser("people", help="the people at risk whom the review must reach, and how far that is")
    people.add_argument(
        "reference", metavar="REF", nargs="?", help="how this one may safely be contacted, and what was tried"
    )
    people.set_defaults(handler=_people)
    step = actions.add_parser("contact", help="write down a step towards one of them; refused if it was not safe")
    step.add_argument("reference", metavar="REF")
    step.add_argument("--rung", type=ContactProgress, choices=list(ContactProgress)[1:], required=True)
    step.add_argument("--note", required=True, help="what was done; it is kept as personal detail")
    step.add_argument("--channel", type=Channel, choices=list(Channel), help="of the plan, or of this contact")
    plan = step.add_argument_group("safe_plan", "none of these: the plan that the casebook's own application holds")
    plan.add_argument("--days", help="mon..sun; lists are separated by ;")
    plan.add_argument("--start", metavar="HH:MM")
    plan.add_argument("--until", metavar="HH:MM")
    plan.add_argument("--voicemail", choices=_YES_NO, help="whether a message may be left")
    plan.add_argument("--code-word")
    made = step.add_argument_group("attempted, reached; safeguarded, if it was a contact")
    made.add_argument("--at", help="when, with its offset; else now")
    made.add_argument("--purpose", type=Purpose, choices=list(Purpose), help="arrange: a meeting was agreed")
    made.add_argument(
        "--asked-plan-again", choices=_YES_NO, help="whether it began by asking if the plan is still safe"
    )
    made.add_argument("--left-message", choices=_YES_NO)
    step.set_defaults(handler=_contact)


def _people(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        if options.reference is not None:
            one: dict[str, Any] = reaching.person(act, options.reference)
            return Output(data=one, lines=list(_one_person(one)))
        told = review_people.listing(act)
    return Output(data=told, lines=[_person_line(each) for each in told] or ["nobody is to be reached"])


def _person_line(told: Mapping[str, Any]) -> str:
    again = f"  look again on {told['look_again_on']}" if told["look_again_on"] else ""
    priority, progress = words.CONTACT_PRIORITY.of(told["contact_priority"]), words.PROGRESS.of(told["rung"])
    return f"{priority:<17} {progress:<26} {told['reference']}  {words.reason(told['because'])}{again}"


def _one_person(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['reference']}: {words.PROGRESS.of(told['rung'])} since {told['since']}"
    if plan := told["plan"]:
        windows = ", ".join(f"{start}-{end}" for start, end in plan["windows"])
        message = "a message may be left" if plan["voicemail"] else "no message"
        how = words.CHANNEL.of(plan["channel"])
        yield f"{how}, {' '.join(plan['days'])}, {windows}; {message}; confirmed {plan['confirmed_at']}"
        if word := plan.get("code_word"):
            yield f"code word: {word}"
    yield f"now: {words.CONTACT_FAULT.of(told['now'])}; next safe time: {told['next_safe'] or 'none'}"
    for each in told["steps"]:
        over = (
            f" by {words.CHANNEL.of(each['channel'])} ({words.PURPOSE.of(each['purpose'])})" if each["channel"] else ""
        )
        second = f", {each['second_by']} agrees" if each["second_by"] else ""
        yield f"  {each['at']}  {words.PROGRESS.of(each['rung'])}{over}, {each['by']}{second}: {each['note']}"


def _contact(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        stood = reaching.step(
            act, options.reference, options.rung, note=options.note, plan=_plan(options), made=_made(options, act.now)
        )
        told = {
            "reference": stood.reference,
            "rung": stood.rung,
            "needs_second": stood.rung != options.rung,
            "look_again_on": stood.look_again_on.isoformat() if stood.look_again_on else None,
        }
    second = ": another person must say so too" if told["needs_second"] else ""
    return Output(data=told, lines=[f"{told['reference']}: {words.PROGRESS.of(told['rung'])}{second}"])


def _plan(options: Namespace) -> SafeContactPlan | None:
    """Of a safe_plan alone is the channel a plan's."""
    planned = [
        name for name in ("days", "start", "until", "voicemail", "code_word") if getattr(options, name) is not None
    ]
    if not planned and (options.rung != ContactProgress.SAFE_PLAN or options.channel is None):
        return None
    if missing := [name for name in _PLAN if getattr(options, name) is None]:
        raise WrongUsage(
            f"a plan has all of --channel, --days, --start and --until: {', '.join(missing)} not given", "plan_missing"
        )
    given = {name: getattr(options, name) for name in (*_PLAN, "voicemail", "code_word")}
    return safe_contact.read_plan(**given)


def _made(options: Namespace, now: datetime) -> Contact | None:
    said = any(getattr(options, name) is not None for name in ("at", "purpose", "asked_plan_again", "left_message"))
    if options.channel is None or options.rung == ContactProgress.SAFE_PLAN:
        if said:
            raise WrongUsage(
                "when, what for and how belong to a contact: --channel, and not with safe_plan", "not_a_contact"
            )
        return None
    purpose = options.purpose or Purpose.OTHER
    way = Way(
        at=contact.moment(options.at, now), channel=options.channel,
        asks_plan_again=options.asked_plan_again == "yes" or purpose == Purpose.CONFIRM_PLAN,
        leaves_message=options.left_message == "yes",
    )  # fmt: skip
    return Contact(party=Party.A, purpose=purpose, way=way, reached=options.rung != ContactProgress.ATTEMPTED)
