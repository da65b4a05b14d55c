"""`casebook monitor` on files: analyse decisions, compute the threshold of a chart. These two touch no database."""

from __future__ import annotations

import math
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable
from pathlib import Path as FilePath

from casebook.cli.answer import Call, Output
from casebook.cli.monitor import live
from casebook.domain.monitor.decision_monitor import Path
from casebook.monitor.analysis import JudgedDecider, MonitorReport, analyse
from casebook.monitor.decisions_file import read_decisions, read_expected
from casebook.monitor.thresholds import threshold_for

DIGITS = 6


def configure(parser: ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="ACTION")
    analysis = commands.add_parser("analyse", help="chart each decider's outcomes against what was expected")
    analysis.add_argument("file", type=FilePath, metavar="FILE", help="decisions.csv")
    analysis.add_argument("--odds-ratio", type=number, default=2.0, metavar="R", help="watched as R and as 1/R (2)")
    analysis.add_argument("--arl0", type=number, default=5000.0, metavar="N", help="decisions per false signal (5000)")
    analysis.set_defaults(handler=analyse_file)
    threshold = commands.add_parser("threshold", help="the threshold of one chart for a wanted run length")
    threshold.add_argument("--odds-ratio", type=number, required=True, metavar="R", help="below 1 watches for fewer")
    threshold.add_argument("--arl0", type=number, required=True, metavar="N", help="wanted cases per false signal")
    expected = threshold.add_mutually_exclusive_group(required=True)
    expected.add_argument("--expected", type=FilePath, metavar="FILE", help="decisions.csv, or a list of probabilities")
    expected.add_argument("--p", type=number, metavar="P", help="one probability for every case")
    threshold.set_defaults(handler=compute_threshold)
    live.configure(commands)


def number(word: str) -> float:
    value = float(word)
    if not math.isfinite(value):
        raise ArgumentTypeError("must be a finite number")
    return value


def compute_threshold(options: Namespace, _call: Call) -> Output:
    expected = [options.p] if options.p is not None else read_expected(options.expected)
    found = threshold_for(expected, odds_ratio=options.odds_ratio, arl0=options.arl0)
    data = {
        "threshold": found.threshold,
        "arl0": round(found.arl0, 3),
        "wanted": options.arl0,
        "method": found.method,
        "relative_error": round(found.relative_error, DIGITS),
    }
    return Output(
        data=data,
        lines=[f"threshold {found.threshold:.6f}: one false signal in {found.arl0:,.1f} cases ({found.method})"],
    )


def analyse_file(options: Namespace, _call: Call) -> Output:
    read = read_decisions(options.file)
    report = analyse(read.rows, odds_ratio=options.odds_ratio, arl0=options.arl0)
    rejected = sorted((*read.rejected, *report.rejected), key=lambda each: each.line)
    data = {
        **report_data(report),
        "rejected": [each.as_json() for each in rejected],
        "ignored_columns": list(read.ignored_columns),
    }
    faults = [f"line {each.line}, {each.column}: {each.message} [{each.code}]" for each in rejected]
    return Output(data=data, lines=[*report_lines(report), *faults], exit_code=1 if rejected else 0)


def report_data(report: MonitorReport) -> dict[str, object]:
    change = report.change
    return {
        "deciders": [judged_data(each) for each in report.deciders],
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
    """Every signal, in order; after each the chart was restarted."""
    found = [of_path(path) for path in (judged.low, judged.high)]
    return sorted((each for group in found for each in group), key=lambda each: (each["decision"], each["side"]))


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
        return ["no decisions to judge"]
    rows = [
        f"{each['decider']:<14} {each['n']:>6} {each['observed']:>8} {each['expected']:>8.1f} {each['cusum_low']:>7.2f}"
        f" {each['cusum_high']:>7.2f} {each['signal_at'] or '-':<10} {each['funnel']}"
        for each in map(judged_data, report.deciders)
    ]
    head = f"{'decider':<14} {'n':>6} {'observed':>8} {'expected':>8} {'low':>7} {'high':>7} {'signal':<10} funnel"
    watch, change = report.watch, report.change
    known = (
        "none: every expected value is 0 or 1" if watch.low is None else f"{watch.low:.4f} low, {watch.high:.4f} high"
    )
    told = (
        f"the whole unit changed in {change.since:%Y-%m}; each is judged against the others since" if change else None
    )
    notes = [told, "a signal is a question to be asked, not a finding", f"thresholds: {known}"]
    return [head, *rows, *(note for note in notes if note)]
