"""`casebook work`: list the queue, claim an item, do it, and see what its answer must contain."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from casebook.casework import playbook, work_queue
from casebook.casework.allocation import owners, reminders, telling
from casebook.casework.governance import superseding
from casebook.casework.item_names import item_named, names_of
from casebook.casework.work_queue import WaitingWork
from casebook.cli.answer import Call, Output, plain
from casebook.cli.opening import opened
from casebook.cli.reading import one_of, read_json
from casebook.domain import words
from casebook.domain.vocabulary import Role, WorkKind
from casebook.storage.tables import WorkItem

_ITEM = "the item, as `work list` prints it: REF:KIND such as CL-2026-000017:assess_risk, or its id"


def configure(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list the work that is waiting, in the order to do it")
    listing.add_argument(
        "--role", type=one_of(Role), metavar="ROLE", help=f"only the work of this role: {', '.join(Role)}"
    )
    listing.add_argument("--mine", action="store_true", help="only what you have claimed or what is reserved for you")
    listing.set_defaults(handler=_list)
    claim = actions.add_parser("claim", help="claim an item for yourself")
    claim.add_argument("item", metavar="ITEM", help=_ITEM)
    claim.set_defaults(handler=_claim)
    do = actions.add_parser("do", help="do an item: give its answer as JSON")
    do.add_argument("item", metavar="ITEM", help=_ITEM)
    do.add_argument(
        "--file", required=True, type=read_json, dest="answer", metavar="ANSWER.json",
        help="the answer as JSON; - for standard input",
    )  # fmt: skip
    do.set_defaults(handler=_do)
    _configure_moves(actions)
    supersede = actions.add_parser(
        "supersede", help="set an answer aside that does not hold: its work is asked for again"
    )
    supersede.add_argument("item", metavar="ITEM", help="the id of the item that was answered")
    supersede.add_argument("--reason", required=True, metavar="TEXT", help="why the answer does not hold, in words")
    supersede.set_defaults(handler=_supersede)
    show = actions.add_parser("show", help="show an item, and what to read before doing it; for those who may do it")
    show.add_argument("item", metavar="ITEM", help=_ITEM)
    show.set_defaults(handler=_show)
    schema = actions.add_parser("schema", help="print the JSON schema of the answer to a kind of work")
    schema.add_argument("kind", type=one_of(WorkKind), metavar="KIND", help=f"the kind of work: {', '.join(WorkKind)}")
    schema.set_defaults(handler=_schema)


def _configure_moves(actions: _SubParsersAction[ArgumentParser]) -> None:
    for name, handler, text in (
        ("take-back", _take_back, "return an item that somebody claimed to its queue; they are told"),
        ("give", _give, "give an item to somebody whose role allows it; whoever had it is told"),
    ):
        moved = actions.add_parser(name, help=text)
        moved.add_argument("item", metavar="ITEM", help=_ITEM)
        if name == "give":
            moved.add_argument("--to", required=True, metavar="ID", help="the staff id of whoever gets it")
        moved.add_argument(
            "--reason", required=True, metavar="WHY", help="why: a code, words, or both as `code: words`"
        )
        moved.set_defaults(handler=handler)
    actions.add_parser("digest", help="what waits for you: late, due today, your cases, those you cover").set_defaults(
        handler=_digest
    )
    told = actions.add_parser("notices", help="what you are told about your own work; it is read by that")
    told.add_argument("--all", action="store_true", dest="everything", help="also what you have read before")
    told.set_defaults(handler=_notices)


def _list(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        waiting = work_queue.waiting(act, role=options.role, mine=options.mine)
        names = names_of(waiting.items)
        items = [{**_item(item, act.now), **_hindered(waiting, item), "name": names[item.id]} for item in waiting.items]
        unread = telling.unread(act)
    first = [f"{unread} notice{'s' * (unread > 1)} for you: casebook work notices"] if unread else []
    return Output(data=items, lines=[*first, *(line for item in items for line in _lines(item)), *_not_listed(waiting)])


def _take_back(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = owners.take_item(act, item_named(act, options.item), reason=options.reason)
    return Output(data=done, lines=[f"{options.item}: back in its queue; {done['was']} is told"])


def _give(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = owners.give_item(act, item_named(act, options.item), to=options.to, reason=options.reason)
    return Output(data=done, lines=[f"{options.item}: given to {done['owner']}"])


def _digest(_options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        told = reminders.digest(act)
    lines = [
        f"{title}: {item['reference'] or 'the unit'}  {words.WORK.of(item['kind'])}  {item['due_at']}"
        for title, name in (("LATE", "late"), ("due today", "due_today"))
        for item in told[name]
    ]
    lines += [f"case officer of: {', '.join(told['cases'])}"] if told["cases"] else []
    lines += [f"for {who}, who is away: {', '.join(cases) or 'no cases'}" for who, cases in told["covers"].items()]
    lines += [f"{told['later']} later; notices: {told['notices']}"]
    return Output(data=told, lines=lines)


def _notices(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        rows = telling.read(act, everything=options.everything)
    lines = [f"{row['at']}  {row['reference'] or '-'}  {words.TOLD.of(row['reason'])}  ({row['by']})" for row in rows]
    return Output(data=rows, lines=lines or ["nothing new"])


def _hindered(waiting: WaitingWork, item: WorkItem) -> dict[str, object]:
    """Why an item cannot be done now by anybody, or never by whoever asks."""
    why = waiting.barred.get(item.id)
    return {"nobody_trained_for": waiting.stuck.get(item.id), "not_for_you": why.message if why else None}


def _not_listed(waiting: WaitingWork) -> Iterator[str]:
    """What the list leaves out. Only an empty queue says that no work is waiting."""
    if number := waiting.of_colleagues:
        yield f"{number} more {'item needs' if number == 1 else 'items need'} training that colleagues on duty have"
    elif not waiting.items:
        yield "no work is waiting"


def _claim(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        item = work_queue.claim(act, item_named(act, options.item))
        data = _item(item, act.now)
    return Output(data=data, lines=[f'{item.reference or "the unit"}: you have claimed "{words.WORK.of(item.kind)}"'])


def _do(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        item = work_queue.do(act, item_named(act, options.item), options.answer)
        data = _item(item, act.now)
    return Output(data=data, lines=[f'{item.reference or "the unit"}: "{words.WORK.of(item.kind)}" is done'])


def _supersede(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        done = superseding.supersede(act, options.item, reason=options.reason)
    back = (
        f"the application is back in {words.STAGE.of(done.reopened)}"
        if done.reopened
        else "the work is asked for again"
    )
    lines = [f"{done.reference}: the answer is superseded, and {back}"]
    lines += [f"  told since: {words.spelled(told['what'])}, to {told['to']}, {told['at']}" for told in done.told_since]
    return Output(data=asdict(done), lines=lines)


def _show(options: Namespace, call: Call) -> Output:
    with opened(call) as casebook, casebook.acting() as act:
        item, detail = work_queue.show(act, item_named(act, options.item))
        data = {**_item(item, act.now), "detail": detail}
    return Output(data=data, lines=[*_lines(data), *_detail(detail)])


def _detail(detail: Mapping[str, Any]) -> Iterator[str]:
    """A row of a file: why it was rejected, and its cells as written."""
    yield from (
        f"    rejected for {fault['column'] or 'the row'} [{fault['code']}]" for fault in detail.get("faults", ())
    )
    yield from (f"    {cell['column'] or 'no column'}: {cell['value']}" for cell in detail.get("cells", ()))
    if detail.get("disposed_at"):
        yield f"    disposed of at {detail['disposed_at']}"


def _schema(options: Namespace, _call: Call) -> Output:
    schema = playbook.answer(options.kind).schema.model_json_schema()
    return Output(data=schema, lines=[json.dumps(schema, indent=2, ensure_ascii=False)])


def _item(item: WorkItem, now: datetime) -> dict[str, object]:
    return {
        "item": item.id,
        "reference": item.reference,
        "kind": item.kind,
        "stage": item.stage,
        "role": item.role,
        "owner": item.owner,
        "priority": item.priority,
        "due_at": item.due_at.isoformat() if item.due_at else None,
        "overdue": item.due_at is not None and item.due_at < now,
        "escalation_level": item.escalation_level,
        "subject": item.subject,
        "opened_at": item.opened_at.isoformat(),
        "done_at": item.done_at.isoformat() if item.done_at else None,
        "done_by": item.done_by,
    }


def _lines(item: dict[str, Any]) -> Iterator[str]:
    """An item, and on the next lines what it is about."""
    kind, priority = words.WORK.of(item["kind"]), words.PRIORITY.of(item["priority"])
    line = [f"{item.get('name', item['item'])}  {priority}  {kind}  due {item['due_at'] or '-'}"]
    yield "  ".join([*line, *(["OVERDUE"] if item["overdue"] else []), *([item["owner"]] if item["owner"] else [])])
    if training := item.get("nobody_trained_for"):
        yield f"    nobody can do this now: nobody on duty has training for {words.SOURCE.of(training)}"
    if why := item.get("not_for_you"):
        yield f"    not for you: {why}"
    subject = {**item["subject"]}
    why = subject.pop("why_uncovered", {})
    if subject:
        facts = ((name, words.of_field(name, value) or plain(value)) for name, value in subject.items())
        yield "    " + "; ".join(f"{words.spelled(name)}: {text}" for name, text in facts)
    for entry, reasons in why.items():
        for reason, count in reasons.items():
            yield f"    {words.source_and_family(entry)}, {count} not covered: {words.UNCOVERED.of(reason)}"
