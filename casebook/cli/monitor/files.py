"""`casebook monitor` on files: analyse decisions, calculate the threshold of a chart. These two use no database."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from pathlib import Path as FilePath

from casebook.cli.answer import Call, Output
from casebook.cli.monitor import live
from casebook.domain.monitor.decision_monitor import Path
from casebook.domain.words.review import FUNNEL, METHOD
from casebook.monitor.analysis import JudgedDecider, MonitorReport, analyse
from casebook.monitor.decisions_file import read_decisions, read_expected
from casebook.monitor.thresholds import threshold_for

DIGITS = 6


def configure(parser: ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="ACTION")
    analysis = commands.add_parser(
        "analyse", help="chart the decisions of each decider in a file against what was expected"
    )
    analysis.add_argument("file", type=FilePath, metavar="FILE", help="a CSV file of decisions")
    analysis.add_argument(
        "--odds-ratio",
        type=number,
        default=2.0,
        metavar="R",
        help="watch for rates R times and 1/R times what is expected, as odds (default: 2)",
    )
    analysis.add_argument(
        "--arl0", type=number, default=5000.0, metavar="N", help="decisions per false signal (default: 5000)"
    )
    analysis.set_defaults(handler=analyse_file)
    threshold = commands.add_parser("threshold", help="calculate the threshold of one chart for a wanted run length")
    threshold.add_argument(
        "--odds-ratio",
        type=number,
        required=True,
        metavar="R",
        help="the odds ratio to watch for; below 1 means fewer than expected",
    )
    threshold.add_argument(
        "--arl0", type=number, required=True, metavar="N", help="the wanted number of cases per false signal"
    )
    expected = threshold.add_mutually_exclusive_group(required=True)
    expected.add_argument(
        "--expected", type=FilePath, metavar="FILE", help="a CSV file of decisions, or a list of probabilities"
    )
    expected.add_argument("--p", type=number, metavar="P", help="the same probability for every case")
    threshold.set_defaults(handler=compute_threshold)
    live.configure(commands)


def number(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ArgumentTypeError("must be a finite number")
    return value


def compute_threshold(options: Namespace, _call: Call) -> Output:
    expected = [options.p] if options.p is not None else read_expected(options.expected)
    threshold = threshold_for(expected, odds_ratio=options.odds_ratio, arl0=options.arl0)
    data = {
        "threshold": threshold.threshold,
        "arl0": round(threshold.arl0, 3),
        "wanted": options.arl0,
        "method": threshold.method,
        "relative_error": round(threshold.relative_error, DIGITS),
    }
    return Output(
        data=data,
        lines=[
            (
                f"threshold {threshold.threshold:.6f}: one false signal in {threshold.arl0:,.1f} cases"
                f" ({METHOD.of(threshold.method)})"
            )
        ],
    )


def analyse_file(options: Namespace, _call: Call) -> Output:
    read = read_decisions(options.file)
    report = analyse(read.rows, odds_ratio=options.odds_ratio, arl0=options.arl0)
    rejected = sorted((*read.rejected, *report.rejected), key=lambda fault: fault.line)
    data = {
        **report_data(report),
        "rejected": [fault.as_json() for fault in rejected],
        "ignored_columns": list(read.ignored_columns),
    }
    faults = [f"line {fault.line}, {fault.column}: {fault.message} [{fault.code}]" for fault in rejected]
    return Output(
        data=data, lines=[*report_lines(report), *faults], exit_code=0 if all(fault.landed for fault in rejected) else 1
    )


def report_data(report: MonitorReport) -> dict[str, object]:
    change = report.change
    return {
        "deciders": [judged_data(judged) for judged in report.deciders],
        "threshold_low": report.watch.low,
        "threshold_high": report.watch.high,
        "odds_ratio": report.watch.odds_ratio,
        "arl0": report.watch.arl0,
        "false_signals_expected": round(report.false_signals_expected, DIGITS),
        "dispersion": round(report.dispersion, DIGITS),
        "unit_change": change and {"since": change.since.isoformat(), "log_odds": round(change.log_odds, DIGITS)},
        "not_decisions": report.not_decisions,
    }


def judged_data(judged: JudgedDecider) -> dict[str, object]:
    named = judged.unnamed_because is None
    return {
        "decider": judged.decider,
        "n": judged.cases,
        "observed": judged.observed,
        "expected": round(judged.expected, DIGITS),
        "expected_from": judged.expected_from,
        "cusum_low": round(judged.low.current, DIGITS),
        "cusum_high": round(judged.high.current, DIGITS),
        "signal_at": first_signal(judged) if named else None,
        "signals": signals(judged) if named else [],
        "funnel": str(judged.place),
        "funnel_p": judged.tails.p,
        "funnel_q": judged.q,
        "unnamed_because": judged.unnamed_because,
    }


def first_signal(judged: JudgedDecider) -> str | None:
    return min((signal.on.isoformat() for path in (judged.low, judged.high) for signal in path.signals), default=None)


def signals(judged: JudgedDecider) -> list[dict[str, object]]:
    """Every signal, in order. After each signal the chart was restarted."""
    both = [signal for path in (judged.low, judged.high) for signal in of_path(path)]
    return sorted(both, key=lambda signal: (signal["decision"], signal["side"]))


def of_path(path: Path) -> Iterable[dict[str, object]]:
    for signal in path.signals:
        yield {
            "on": signal.on.isoformat(),
            "side": str(path.side),
            "decision": signal.case,
            "since_restart": signal.since_restart,
        }


def report_lines(report: MonitorReport) -> list[str]:
    if not report.deciders:
        return ["no decisions to analyse"]
    rows = [
        f"{row['decider']:<14} {row['n']:>9} {row['observed']:>8} {row['expected']:>8.1f} {row['cusum_low']:>7.2f}"
        f" {row['cusum_high']:>7.2f} {row['signal_at'] or '-':<10} {FUNNEL.of(row['funnel'])}"
        for row in map(judged_data, report.deciders)
    ]
    head = f"{'decider':<14} {'decisions':>9} {'observed':>8} {'expected':>8} {'low':>7} {'high':>7} {'signal':<10} funnel plot"
    watch, change = report.watch, report.change
    known = (
        "none, because every expected value is 0 or 1"
        if watch.low is None
        else f"{watch.low:.4f} low, {watch.high:.4f} high"
    )
    unit_change = (
        f"the whole unit changed in {change.since:%Y-%m}; since then each decider is compared with the others"
        if change
        else None
    )
    notes = [unit_change, "A signal is a question to be asked, not a finding.", f"thresholds: {known}"]
    return [head, *rows, *(note for note in notes if note)]
