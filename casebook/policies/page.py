"""Writes the policies as a page for people: `python -m casebook.policies.page > docs/policy.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from casebook import markdown, policies
from casebook.domain.policy import Allowance, EscalationLevel, Fact, Policy, Timed, TimeLimit
from casebook.domain.vocabulary import Limit
from casebook.policies import review

HEAD = """# Policy

Written by `make docs` from `casebook/policies/*.toml`; edit those. *Verified* means that somebody read it in the source
named beside it; "local" is a choice that a force should make its own."""


def page() -> str:
    latest, *earlier = [policies.load(name) for name in reversed(policies.names())]
    parts = [HEAD, *_whole(latest)]
    for policy in earlier:
        parts += [f"## {policy.title}", *_in_force(policy), "The limits; all else is as above.", _limits(policy)]
    parts += _review()
    return "\n\n".join(parts) + "\n"


def _review() -> Iterator[str]:
    policy = review.load()
    yield "## The review of past applications"
    yield f"`{policy.name}`, version {policy.version}."
    for each in fields(policy):
        if is_dataclass(section := getattr(policy, each.name)):
            yield f"### {_words(each.name).capitalize()} (review)"
            yield _table(["what", "value", "source", "verified", "note"], _facts(section, ""))


def _whole(policy: Policy) -> Iterator[str]:
    yield f"## {policy.title}"
    yield from _in_force(policy)
    yield "### Time limits"
    yield _limits(policy)
    yield "### Work that is due by itself"
    yield _table(
        ["work", *_TIMED], ([each.kind, *_timed(each)] for each in sorted(policy.work, key=lambda each: each.kind))
    )
    yield "### Grounds for stopping a clock"
    rows = ([each.reason, ", ".join(each.limits), each.source, _yes(each.verified)] for each in policy.pauses)
    yield _table(["ground", "limits", "source", "verified"], rows)
    for each in fields(policy):
        section = getattr(policy, each.name)
        if is_dataclass(section) and not isinstance(section, Fact):
            yield f"### {_words(each.name).capitalize()}"
            yield _table(["what", "value", "source", "verified", "note"], _facts(section, ""))


def _in_force(policy: Policy) -> Iterator[str]:
    until = f" to {policy.in_force_until.value}" if policy.in_force_until else ""
    yield f"`{policy.name}`, version {policy.version}, for what was received from {policy.in_force_from.value}{until}."


def _limits(policy: Policy) -> str:
    order = list(Limit)
    limits = sorted(policy.limits, key=lambda each: order.index(each.limit))
    return _table(["limit", "route", "runs from", *_TIMED], (_limit(each) for each in limits))


def _limit(limit: TimeLimit) -> list[str]:
    return [limit.limit, ", ".join(map(_words, limit.routes)), limit.anchor, *_timed(limit)]


_TIMED = ["usual", "shorter (local)", "source", "verified", "note"]


def _timed(timed: Timed) -> list[str]:
    usual = timed.usual
    shorter = "; ".join(f"{priority}: {_value(fact.value)}" for priority, fact in timed.by_priority.items())
    return [_value(usual.value), shorter, usual.source, _yes(usual.verified), usual.note]


def _facts(section: object, prefix: str) -> Iterator[list[str]]:
    """One row a fact, however deep it stands."""
    if isinstance(section, Fact):
        yield [prefix, _value(section.value), section.source, _yes(section.verified), section.note]
    elif isinstance(section, Mapping):
        for key, item in section.items():
            yield from _facts(item, f"{prefix}: {_words(key)}")
    elif is_dataclass(section):
        for each in fields(section):
            yield from _facts(getattr(section, each.name), _words(each.name))
    else:
        yield [prefix, _value(section), "", "", ""]


def _value(value: object) -> str:
    match value:
        case Allowance():
            return f"{value.budget} {_words(value.unit)}"
        case EscalationLevel():
            waits = f" ({_value(value.wait_minutes)} minutes)" if value.wait_minutes else ""
            return f"{value.level}. {_words(value.role or 'owner')}{waits}"
        case Mapping():
            return ", ".join(f"{_words(str(key))} {_value(item)}" for key, item in value.items())
        case tuple():
            return ", ".join(map(_value, value)) or "none"
        case _:
            return str(value)


def _words(name: str) -> str:
    return "escalation levels" if name == "rungs" else name.replace("_", " ")  # the policy's key is older than the word


def _yes(verified: bool) -> str:  # noqa: FBT001 - the one thing it is about
    return "yes" if verified else "no"


def _table(head: list[str], rows: Iterator[list[str]]) -> str:
    return "\n".join(markdown.marked_table(head, rows))


if __name__ == "__main__":
    sys.stdout.write(page())
