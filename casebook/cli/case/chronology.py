"""Notes, calls that come in, and the timeline: `casebook applications note`, `call` and `timeline`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from casebook import bounds
from casebook.case_page.blocks import moment as shown_moment
from casebook.casework.allocation import reminders
from casebook.casework.chronology import calls, notes
from casebook.casework.chronology.timeline import timeline
from casebook.cli.answer import Call, Output
from casebook.cli.opening import opened
from casebook.cli.reading import day, one_of, whole, words_of
from casebook.domain import words
from casebook.domain.case.chronology import Caller, CallOpens, NoteCategory, TimelineKind
from casebook.domain.vocabulary import Channel, Identified, Party

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"
_REFERENCE = "the application"
_AT = "when, in ISO 8601 with its offset (default: now)"


def configure(actions: Actions) -> None:
    note = actions.add_parser("note", help="write a note")
    note.add_argument("reference", metavar="REF", help=_REFERENCE)
    note.add_argument(
        "--category", required=True, type=one_of(NoteCategory), metavar="CODE", help=", ".join(NoteCategory)
    )
    note.add_argument("--words", required=True, type=words_of, metavar="TEXT", help="the note; - for standard input")
    note.add_argument("--about", type=one_of(Party), metavar="PARTY", help=f"about whom: {', '.join(Party)}")
    note.add_argument("--at", metavar="TIME", help=f"when it happened: {_AT}")
    note.add_argument("--corrects", metavar="NOTE", help="the id of an earlier note that this one corrects")
    note.set_defaults(handler=_note)
    _configure_call(actions)
    _configure_timeline(actions)
    _configure_reminder(actions)


def _configure_call(actions: Actions) -> None:
    call = actions.add_parser("call", help="record that somebody rang, wrote or came, and open what it calls for")
    call.add_argument("reference", metavar="REF", help=_REFERENCE)
    call.add_argument("--caller", required=True, type=one_of(Caller), metavar="WHO", help=", ".join(Caller))
    call.add_argument(
        "--identified-by", required=True, type=one_of(Identified), metavar="HOW", help=", ".join(Identified)
    )
    call.add_argument(
        "--said", required=True, type=words_of, metavar="TEXT", help="what they said; - for standard input"
    )
    call.add_argument("--said-word", metavar="WORD", help="with code_word: the word that they said")
    call.add_argument(
        "--opens",
        action="extend",
        nargs="+",
        default=[],
        type=one_of(CallOpens),
        metavar="CODE",
        help=", ".join(CallOpens),
    )
    call.add_argument("--channel", type=one_of(Channel), metavar="CODE", help=f"{', '.join(Channel)} (default: phone)")
    call.add_argument("--at", metavar="TIME", help=_AT)
    call.set_defaults(handler=_call)


def _configure_timeline(actions: Actions) -> None:
    lines = actions.add_parser("timeline", help="show everything that happened, newest first")
    lines.add_argument("reference", metavar="REF", help=_REFERENCE)
    lines.add_argument(
        "--only", action="extend", nargs="+", default=[], type=one_of(TimelineKind), metavar="KIND",
        help=f"only these kinds of lines: {', '.join(TimelineKind)} (default: all but access)",
    )  # fmt: skip
    lines.add_argument("--since", type=day, metavar="YYYY-MM-DD", help="from this day on")
    lines.add_argument(
        "--limit", type=whole(0, bounds.MOST_ASKED), default=0, metavar="N", help="at most so many lines (default: all)"
    )
    lines.set_defaults(handler=_timeline)


def _configure_reminder(actions: Actions) -> None:
    remind = actions.add_parser("remind", help="bring it forward on a day, for yourself or for somebody else")
    remind.add_argument("reference", metavar="REF", help=_REFERENCE)
    remind.add_argument("--on", required=True, type=day, metavar="YYYY-MM-DD", help="the day")
    remind.add_argument("--words", required=True, type=words_of, metavar="TEXT", help="of what; - for standard input")
    remind.add_argument("--who", metavar="ID", help="whom to remind (default: yourself)")
    remind.set_defaults(handler=_remind)


def _remind(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = reminders.remind(act, options.reference, on=options.on, words=options.words, who=options.who)
    return Output(data=done, lines=[f"{done['staff']} is reminded on {done['on']}"])


def _note(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = notes.write(
            act, options.reference, category=options.category, words=options.words, about=options.about, at=options.at,
            corrects=options.corrects,
        )  # fmt: skip
    return Output(data=done, lines=[f"{options.reference}: note {done['note']} written"])


def _call(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = calls.take(
            act, options.reference, caller=options.caller, identified_by=options.identified_by, said=options.said,
            opens=";".join(options.opens), said_word=options.said_word, channel=options.channel, at=options.at,
        )  # fmt: skip
    lines = [f"{options.reference}: call {done['call']} recorded"]
    lines += [f"opened: {words.of_field('kinds', done['opened'])}"] if done["opened"] else []
    lines += [] if done["identified"] else ["The caller is not identified: change nothing on their word alone."]
    return Output(data=done, lines=lines)


def _timeline(options: Namespace, call: Call) -> Output:
    since = datetime.combine(options.since, datetime.min.time(), UTC) if options.since else None
    with opened(call) as casebook, casebook.acting() as act:
        rows = timeline(act, options.reference, only=options.only, since=since, limit=options.limit)
    return Output(data=rows, lines=[line for row in rows for line in _shown(row)] or ["nothing"])


def _shown(row: Mapping[str, Any]) -> Iterator[str]:
    """One line, and the words below it, set in so that no text looks like the next line."""
    told = "; ".join(
        f"{words.spelled(str(name))} {words.of_field(str(name), value) or value}"
        for name, value in row["details"].items()
    )
    yield f"{shown_moment(row['at'])}  {row['what']}{f' ({told})' if told else ''}  {row['by']}"
    for line in str(row["words"] or "").splitlines():
        yield f"    {line}"
