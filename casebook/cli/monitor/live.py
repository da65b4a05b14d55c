"""`casebook monitor` on decisions in the casebook: the weekly check, signals, blind samples, training, fairness."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from casebook.cli.answer import Call, Output
from casebook.domain import words
from casebook.domain.words.operations import TRAINING

if TYPE_CHECKING:
    from casebook.cli.opening import Opened


def configure(commands: Any) -> None:  # noqa: ANN401 - argparse has no public name for it
    for name, handler, text in (
        ("run", _run, "do the weekly check now: chart everybody, raise signals, draw blind samples"),
        ("signals", _signals, "list the signals; only professional standards see names"),
        ("report", _report, "show every chart, with names; for professional standards only"),
        ("agreement", _agreement, "show how often decisions made a second time, blind, agree with the first"),
        ("fairness", _fairness, "show searches and outcomes by origin of the subject's name and by sex"),
    ):
        commands.add_parser(name, help=text).set_defaults(handler=handler)
    untrained = commands.add_parser(
        "untrained", help="list what was done by people who were not trained for it at the time"
    )
    untrained.add_argument("--staff", metavar="ID", help="only by this member of staff")
    untrained.set_defaults(handler=_untrained)
    _with_one(
        commands,
        "signal",
        _signal,
        "SIGNAL",
        "show one signal with its evidence and the name; that you viewed it is entered in the ledger",
    )
    _with_one(
        commands,
        "look-back",
        _look_back,
        "SIGNAL",
        "start a look-back: everything that the person in a signal did is reviewed again",
    )
    _with_one(commands, "sample", _sample, "ITEM", "show what you need to make a sampled decision a second time, blind")


def _with_one(commands: Any, name: str, handler: object, what: str, text: str) -> None:  # noqa: ANN401 - as above
    parser: ArgumentParser = commands.add_parser(name, help=text)
    parser.add_argument("one", metavar=what, help=f"the id of the {'work item' if what == 'ITEM' else 'signal'}")
    parser.set_defaults(handler=handler)


def opened(call: Call) -> AbstractContextManager[Opened]:
    from casebook.cli import opening  # noqa: PLC0415 - the commands on files need no database

    return opening.opened(call)


def _run(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling, signals  # noqa: PLC0415 - the commands on files need no database
    from casebook.monitor.weekly import watch_all  # noqa: PLC0415 - as above

    with opened(call) as casebook:
        with casebook.acting() as act:
            inputs = signals.watch_inputs(act)
        reports = watch_all(**inputs)
        with casebook.acting() as act:
            recorded = signals.record(act, reports)
            drawn = len(dip_sampling.draw(act, in_question=signals.in_question(act)))
    data = {
        "run": recorded.run, "cases": recorded.cases, "questions": recorded.questions, "opened": recorded.opened,
        "samples": drawn,
        "channels": {
            str(report.channel): {"cases": report.cases, "questions": len(report.questions)} for report in reports
        },
    }  # fmt: skip
    return Output(
        data=data,
        lines=[
            f"{recorded.cases} decisions checked; {recorded.opened} signals opened; {drawn} decisions to be made a second time",
            "A signal is a question to be asked, not a finding.",
        ],
    )


def _signals(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        listing = signals.listing(act)
    lines = [
        f"{signal['signal']}  {signal['on']}  {words.CHART.of(signal['channel']):<38} {words.SIDE.of(signal['side']):<19}"
        f" {words.CONCLUSION.of(signal['conclusion']) if signal['conclusion'] else 'not answered'}"
        f"  {signal.get('staff', '')}"
        for signal in listing
    ]
    return Output(
        data=listing, lines=[*(lines or ["no signals"]), "A signal is a question to be asked, not a finding."]
    )


def _signal(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        signal = signals.show(act, options.one)
    evidence = signal["evidence"]
    lines = [
        str(signal["asks"]),
        str(signal["note"]),
        f"about {signal['staff']}, {words.CHART.of(signal['channel'])}, {signal['on']}",
    ]
    lines += (
        [f"{words.spelled(name)}: {value}" for name, value in evidence.items()] if isinstance(evidence, dict) else []
    )
    lines.append("Answer it with `casebook work do`, or start a look-back with `casebook monitor look-back`.")
    return Output(data=signal, lines=lines)


def _look_back(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        look_back = signals.look_back(act, options.one)
    campaign = look_back["campaign"] or f"none ({words.spelled(look_back['no_campaign'])})"
    touched = look_back["touched"] if isinstance(look_back["touched"], list) else []
    return Output(
        data=look_back,
        lines=[
            f"review campaign: {campaign}; {look_back['taken_in']} closed applications of the casebook were added for it",
            "rank them with `casebook review triage`, then give them to reviewers with `casebook review allocate`",
            f"applications they acted on: {', '.join(touched) or 'none'}",
        ],
    )


def _sample(options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        sample = dip_sampling.look(act, options.one)
    return Output(data=sample, lines=json.dumps(sample, indent=2, ensure_ascii=False, default=str).splitlines())


def _agreement(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import dip_sampling  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        agreement = dip_sampling.agreement(act)
    rate = "no sample has been answered yet"
    if agreement["rate"] is not None:
        rate = (
            f"{agreement['agreed']} of {agreement['sampled']} agree:"
            f" {agreement['rate']:.0%} ({agreement['low']:.0%} to {agreement['high']:.0%})"
        )
    return Output(data=agreement, lines=[f"{agreement['drawn']} drawn, {agreement['answered']} answered", rate])


def _untrained(options: Namespace, call: Call) -> Output:
    from casebook.casework.staff import competence  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        acts = competence.untrained(act, staff_id=options.staff)
    lines = [
        f"{untrained['done_at'][:16]}  {untrained['staff']:<14} {words.WORK.of(untrained['kind'])}  {untrained['reference']}"
        f"  not trained for {_training(untrained['needs'])}"
        for untrained in acts
    ]
    return Output(data=acts, lines=lines or ["nothing was done by people who were not trained for it"])


def _training(needs: str) -> str:
    """The words of a source or of a kind of training."""
    return (words.SOURCE if needs in words.SOURCE.words else TRAINING).of(needs)


def _report(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import signals  # noqa: PLC0415 - as above
    from casebook.monitor import plots  # noqa: PLC0415 - as above
    from casebook.monitor.weekly import watch_all  # noqa: PLC0415 - as above

    with opened(call) as casebook:
        with casebook.acting() as act:
            inputs = signals.report_inputs(act)
        reports = watch_all(**inputs)
    names = {standing.judged: standing.judged for report in reports for standing in report.standing}
    return Output(data=[plots.as_data(report) for report in reports], lines=plots.page(reports, names).splitlines())


def _fairness(_options: Namespace, call: Call) -> Output:
    from casebook.casework.monitor import fairness  # noqa: PLC0415 - as above

    with opened(call) as casebook, casebook.acting() as act:
        report = fairness.report(act)
    return Output(data=report, lines=fairness.lines(report))
