"""The week's look, as tasks: rows from the casebook, charts from the monitor, questions back into the casebook.

What is shown in the Prefect UI has pseudonyms that are dealt anew for each report: in a small unit a staff code is a name.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from casebook.casework.monitor import dip_sampling, signals
from casebook.casework.monitor.signals import RunResult
from casebook.monitor import plots
from casebook.monitor.weekly import ChannelReport, watch_all
from tasks.home import acting
from tasks.pictures import show_picture


@dataclass(frozen=True, kw_only=True)
class Watched:
    recorded: RunResult
    reports: tuple[ChannelReport, ...]


@task(persist_result=False, cache_policy=NO_CACHE)
def look_at_everybody() -> Watched:
    """Two transactions: the charts take seconds, and nobody waits for a lock meanwhile."""
    with acting("monitor") as act:
        inputs = signals.watch_inputs(act)
    reports = watch_all(**inputs)
    with acting("monitor") as act:
        return Watched(recorded=signals.record(act, reports), reports=reports)


@task(persist_result=False, cache_policy=NO_CACHE)
def draw_samples() -> int:
    with acting("monitor") as act:
        return len(dip_sampling.draw(act, in_question=signals.in_question(act)))


@task(persist_result=False, cache_policy=NO_CACHE)
async def show_charts(reports: Sequence[ChannelReport]) -> None:
    """A page, and of each channel with cases the funnel and the charts as pictures."""
    named = plots.deal(reports, random.SystemRandom())
    await acreate_markdown_artifact(
        key="monitor",
        markdown=plots.page(reports, named),
        description="Questions, not findings; pseudonyms of this report only",
    )
    for report in (each for each in reports if each.standing):
        for what, picture in (("funnel", plots.funnel(report, named)), ("chart", plots.charts(report, named))):
            key = f"monitor-{report.channel}-{what}".replace("_", "-")
            await show_picture(key, picture, plots.CAPTIONS[what])
