"""`casebook monitor` on the casebook's own decisions: the week's look, its questions, blind samples, training, fairness."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from casebook.cli.answer import Call, Output
from casebook.domain import words

if TYPE_CHECKING:
    from casebook.cli.opening import Opened


def configure(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    for name, handler, text in (
        ("run", _run, "the week's look, now: chart everybody, ask what is to be asked, draw samples"),
        ("signals", _signals, "the questions that were raised; names for professional standards only"),
        ("report", _report, "how everybody stands in every channel, with names; for professional standards"),
        ("agreement", _agreement, "how often decisions made again blind agree with the first"),
        ("fairness", _fairness, "searches and outcomes by origin of the subject's name and by sex"),
    ):
        commands.add_parser(name, help=text).set_defaults(handler=handler)
    untrained = commands.add_parser(
        "untrained", help="what was done by people who were not trained for it at that moment"
    )
    untrained.add_argument("--staff", metavar="ID", help="of one member of staff")
    untrained.set_defaults(handler=_untrained)
    _with_one(
        commands, "signal", _signal, "SIGNAL", "one question with its evidence and the name; the view is in the ledger"
    )
    _with_one(commands, "look-back", _look_back, "SIGNAL", "look again at everything that the person of a signal did")
    _with_one(commands, "sample", _sample, "ITEM", "what you read to decide a drawn case again, blind")


def _with_one(commands: Any, name: str, handler: object, what: str, text: str) -> None:  # noqa: ANN401 - as above
    parser: ArgumentParser = commands.add_parser(name, help=text)
    parser.add_argument("one", metavar=what)
    parser.set_defaults(handler=handler)


def opened(call: Call) -> AbstractContextManager[Opened]:
    from casebook.cli import opening  # noqa: PLC0415 - the commands on files load no database

    return opening.opened(call)


def _run(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling, signals  # noqa: PLC0415 - the commands on files load no database
    from casebook.monitor.weekly import watch_all  # noqa: PLC0415 - as above

    with opened(call) as casebook:
        with casebook.acting() as act:
            inputs = signals.watch_inputs(act)
        reports = watch_all(**inputs)
        with casebook.acting() as act:
            told = signals.record(act, reports)
            drawn = len(dip_sampling.draw(act, in_question=signals.in_question(act)))
    data = {
        "run": told.run, "cases": told.cases, "questions": told.questions, "opened": told.opened, "samples": drawn,
        "channels": {str(each.channel): {"cases": each.cases, "questions": len(each.questions)} for each in reports},
    }  # fmt: skip
    return Output(
        data=data,
        lines=[
            f"{told.cases} decisions looked at; {told.opened} questions opened; {drawn} decisions to be made again",
            "A signal is a question to be asked, not a finding.",
        ],
    )


def _signals(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        found = signals.listing(act)
    lines = [
        f"{each['signal']}  {each['on']}  {words.CHART.of(each['channel']):<38} {words.SIDE.of(each['side']):<19}"
        f" {words.CONCLUSION.of(each['conclusion']) if each['conclusion'] else 'not answered'}"
        f"  {each.get('staff', '')}"
        for each in found
    ]
    return Output(
        data=found, lines=[*(lines or ["no questions"]), "A signal is a question to be asked, not a finding."]
    )


def _signal(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        found = signals.show(act, options.one)
    facts = found["evidence"]
    lines = [
        str(found["asks"]),
        str(found["note"]),
        f"about {found['staff']}, {words.CHART.of(found['channel'])}, {found['on']}",
    ]
    lines += [f"{name}: {value}" for name, value in facts.items()] if isinstance(facts, dict) else []
    lines.append("answer it with `casebook work do`, or look again with `casebook monitor look-back`")
    return Output(data=found, lines=lines)


def _look_back(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        told = signals.look_back(act, options.one)
    campaign = told["campaign"] or f"none ({told['no_campaign']})"
    touched = told["touched"] if isinstance(told["touched"], list) else []
    return Output(
        data=told,
        lines=[
            f"campaign of the review: {campaign}; {told['taken_in']} closed applications of the casebook came in for it",
            "rank what came in by `casebook review triage`; `casebook review allocate` then gives it to reviewers",
            f"applications they acted on: {', '.join(touched) or 'none'}",
        ],
    )


def _sample(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        found = dip_sampling.look(act, options.one)
    return Output(data=found, lines=json.dumps(found, indent=2, ensure_ascii=False, default=str).splitlines())


def _agreement(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        told = dip_sampling.agreement(act)
    rate = "no sample was answered yet"
    if told["rate"] is not None:
        rate = (
            f"{told['agreed']} of {told['sampled']} agree: {told['rate']:.0%} ({told['low']:.0%} to {told['high']:.0%})"
        )
    return Output(data=told, lines=[f"{told['drawn']} drawn, {told['answered']} answered", rate])


def _untrained(options: Namespace, call: Call) -> Output:
    from casebook.casework.staff import competence  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        found = competence.untrained(act, staff_id=options.staff)
    lines = [
        f"{each['done_at'][:16]}  {each['staff']:<14} {each['kind']:<20} {each['reference']}  not trained for {each['needs']}"
        for each in found
    ]
    return Output(data=found, lines=lines or ["nothing was done by anybody who was not trained for it"])


def _report(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above
    from casebook.monitor import plots  # noqa: PLC0415 - as above
    from casebook.monitor.weekly import watch_all  # noqa: PLC0415 - as above

    with opened(call) as casebook:
        with casebook.acting() as act:
            inputs = signals.report_inputs(act)
        reports = watch_all(**inputs)
    own = {each.judged: each.judged for report in reports for each in report.standing}
    return Output(data=[plots.as_data(each) for each in reports], lines=plots.page(reports, own).splitlines())


def _fairness(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import fairness  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        told = fairness.report(act)
    return Output(data=told, lines=fairness.lines(told))
