"""`casebook panel`: meetings of the panel, their agenda, who came, what agencies said, and the minutes."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from casebook.case_page.blocks import moment as shown_moment
from casebook.casework import work_queue
from casebook.casework.core.acting import refuse_because
from casebook.casework.panel_decision import panel_meetings, panel_minutes, statements
from casebook.casework.panel_decision.panel import Seat
from casebook.casework.papers import attaching
from casebook.cli.answer import Call, Output
from casebook.cli.case import pack_page
from casebook.cli.opening import Opened, opened
from casebook.cli.reading import moment, one_of, words_of
from casebook.domain import words
from casebook.domain.case.panel_day import SharingCode
from casebook.domain.case.papers import PaperCategory
from casebook.domain.vocabulary import Party
from casebook.errors import AlreadyDone, Collision, Refused
from casebook.writing import refuse_unwritable, write_whole

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Actions: TypeAlias = "_SubParsersAction[ArgumentParser]"
_MEETING = "the meeting, as `panel meeting` printed it"


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    meeting = actions.add_parser("meeting", help="call a meeting: when, who chairs, who is asked for which agency")
    meeting.add_argument("--at", required=True, type=moment, metavar="TIME", help="when, in ISO 8601 with its offset")
    meeting.add_argument("--chair", required=True, metavar="STAFF_ID", help="who chairs")
    meeting.add_argument(
        "--member", action="extend", nargs="+", default=[], type=_seat, metavar="STAFF_ID[:AGENCY]",
        help="who is asked, and for which agency (default: police)",
    )  # fmt: skip
    meeting.set_defaults(handler=_meeting)
    _configure_agenda(actions)
    attend = actions.add_parser("attend", help="note who came and who sent apologies")
    attend.add_argument("meeting", metavar="MEETING", help=_MEETING)
    for name, text in (("present", "who came"), ("apologies", "who sent apologies")):
        attend.add_argument(f"--{name}", action="extend", nargs="+", default=[], metavar="STAFF_ID", help=text)
    attend.set_defaults(handler=_attend)
    _configure_say(actions)
    minutes = actions.add_parser("minutes", help="print the minutes of a meeting as text, HTML or PDF")
    minutes.add_argument("meeting", metavar="MEETING", help=_MEETING)
    minutes.add_argument("--html", type=Path, metavar="FILE", help="write them to this file as one HTML page")
    minutes.add_argument("--pdf", type=Path, metavar="FILE", help="write them to this file as PDF")
    minutes.add_argument(
        "--keep", action="store_true", help="keep what they say of each case with its papers, sealed, as PDF"
    )
    minutes.set_defaults(handler=_minutes)


def _configure_agenda(actions: Actions) -> None:
    agenda = actions.add_parser("agenda", help="show the agenda of a meeting, or convene the panel of cases for it")
    agenda.add_argument("meeting", metavar="MEETING", help=_MEETING)
    agenda.add_argument(
        "--add",
        action="extend",
        nargs="+",
        default=[],
        metavar="REF",
        help="applications that it is to hear, in this order",
    )
    agenda.add_argument(
        "--asked", action="extend", nargs="+", default=[], metavar="AGENCY", help="with --add: agencies that were asked"
    )
    agenda.set_defaults(handler=_agenda)


def _configure_say(actions: Actions) -> None:
    say = actions.add_parser("say", help="record what an agency said about a case, before the chair decides")
    say.add_argument("reference", metavar="REF", help="the application")
    say.add_argument("--agency", required=True, metavar="AGENCY", help="which agency")
    say.add_argument("--by", required=True, metavar="WHO", help="who spoke for it")
    say.add_argument(
        "--words", required=True, type=words_of, metavar="TEXT", help="what they said; - for standard input"
    )
    say.add_argument(
        "--handling", required=True, type=one_of(SharingCode), metavar="CODE",
        help="P: it may be shared lawfully; C: only under conditions",
    )  # fmt: skip
    say.add_argument("--conditions", metavar="TEXT", help="with C: under which conditions")
    say.add_argument("--at", metavar="TIME", help="when, in ISO 8601 with its offset (default: now)")
    say.set_defaults(handler=_say)


def _seat(text: str) -> Seat:
    staff, _, agency = text.partition(":")
    if not staff.strip():
        raise ArgumentTypeError("write a staff id and, after a colon, the agency: m.birch:probation")
    return Seat(staff=staff, agency=agency) if agency.strip() else Seat(staff=staff)


def _meeting(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = panel_meetings.call_meeting(act, meets_at=options.at, chair=options.chair, members=options.member)
    return Output(data=done, lines=[f"called: {done['meeting']}, {shown_moment(done['meets_at'])}"])


def _agenda(options: Namespace, call: Call) -> Output:
    added: list[str] = []
    refused: list[dict[str, str]] = []
    with opened(call) as casebook:
        for reference in dict.fromkeys(options.add):
            answer = {"meeting": options.meeting, "agencies_asked": options.asked}
            try:
                with casebook.acting() as act:
                    item = panel_meetings.item_to_convene(act, reference)
                    work_queue.do(act, item, answer)
            except Collision:  # nothing was written: the command is called again
                raise
            except Refused as why:  # one case must not take down the others
                refused.append({"reference": reference, "code": why.code, "message": str(why)})
            else:
                added.append(reference)
        with casebook.acting() as act:
            data = panel_meetings.agenda(act, options.meeting)
    lines = [*_shown(data), *(f"not added: {line['reference']}: {line['message']}" for line in refused)]
    return Output(
        data={**data, **({"added": added, "refused": refused} if options.add else {})}, lines=lines,
        exit_code=1 if refused else 0,
    )  # fmt: skip


def _shown(data: Mapping[str, Any]) -> Iterator[str]:
    yield f"{data['meeting']}  {shown_moment(data['meets_at'])}  chair {data['chair']}"
    for case in data["cases"]:
        yield (
            f"  {case['reference']}  {words.PRIORITY.of(case['priority'])}  due {shown_moment(case['due_at'])}"
            f"  {words.CASE_STATE.of(case['state'])}  {len(case['answered'])} of {len(case['members'])} answered"
        )
        for line in case["conflicts"]:
            yield f"      does not sit: {line['staff']} ({words.reason(line['reason'])})"
    for line in data["waiting"]:
        lapses = "  lapses before this meeting: out of cycle" if line["out_of_cycle"] else ""
        yield f"  waiting: {line['reference']}  due {shown_moment(line['due_at'])}{lapses}"


def _attend(options: Namespace, call: Call) -> Output:
    if not options.present and not options.apologies:
        refuse_because("nobody_named", "name somebody with --present or --apologies")
    with opened(call) as casebook, casebook.acting() as act:
        done = panel_meetings.note_presence(act, options.meeting, present=options.present, apologies=options.apologies)
    return Output(
        data=done, lines=[f"{options.meeting}: {len(options.present)} present, {len(options.apologies)} apologies"]
    )


def _say(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = statements.record_statement(
            act, options.reference, agency=options.agency, said_by=options.by, said=options.words,
            handling=options.handling, conditions=options.conditions, at=options.at,
        )  # fmt: skip
    return Output(data=done, lines=[f"{options.reference}: recorded. Whoever signs from now on reads it first"])


def _minutes(options: Namespace, call: Call) -> Output:
    for file in (options.html, options.pdf):
        refuse_unwritable(file)
    with opened(call) as casebook:
        with casebook.acting() as act:
            data = panel_minutes.minutes(act, options.meeting)
        kept = _kept(casebook, options.meeting, home=call.home) if options.keep else None
    written = []
    for file, content in ((options.html, pack_page.as_html), (options.pdf, pack_page.as_pdf)):
        if file is not None:
            page = content(data)
            write_whole(file, page.encode() if isinstance(page, str) else page)
            written.append(str(file))
    if not written and kept is None:
        return Output(data=data, lines=pack_page.as_text(data))
    done = {"meeting": options.meeting, "written": written, **({"kept": kept} if kept is not None else {})}
    refused = [line for line in kept or () if "code" in line]
    return Output(data=done, lines=[*(f"written: {file}" for file in written), *_told_kept(kept or ())],
                  exit_code=1 if refused else 0)  # fmt: skip


def _kept(casebook: Opened, meeting: str, *, home: Path) -> list[dict[str, object]]:
    """Keep the minutes of a meeting with the papers of each case that it heard: the copy of a case has that case alone."""
    with casebook.acting() as act:
        references = panel_minutes.cases_to_keep(act, meeting)
    done: list[dict[str, object]] = []
    for reference in references:
        try:
            with casebook.acting() as act:
                data = panel_minutes.minutes_of_case(act, meeting, reference)
                content = pack_page.as_pdf(data, made_at=datetime.fromisoformat(data["meeting"]["meets_at"]))
                attached = attaching.attach(
                    act, reference, home=home, content=content, category=PaperCategory.MINUTES,
                    title=f"minutes of {meeting}", about=Party.B,
                )  # fmt: skip
            done.append({"reference": reference, "document": attached["document"]})
        except AlreadyDone:  # the same minutes are there
            done.append({"reference": reference, "document": None})
        except Refused as why:  # one case must not take down the others
            done.append({"reference": reference, "code": why.code, "message": str(why)})
    return done


def _told_kept(kept: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for line in kept:
        if "code" in line:
            yield f"not kept: {line['reference']}: {line['message']}"
        elif line["document"] is None:
            yield f"{line['reference']}: these minutes are kept already"
        else:
            yield f"{line['reference']}: kept as {line['document']}"
