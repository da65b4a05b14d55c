"""The tasks of the weekly monitor: read rows, make the charts, and record the questions that follow.

The Prefect UI shows pseudonyms, dealt again for each report: in a small unit a staff code identifies a person.
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
from tasks.without_text import without_text


@dataclass(frozen=True, kw_only=True)
class Watched:
    recorded: RunResult
    reports: tuple[ChannelReport, ...]


@task(persist_result=False, cache_policy=NO_CACHE)
@without_text
def look_at_everybody() -> Watched:
    """Watch every channel and record the signals.

    Two transactions: the charts take seconds, and nobody should wait for a lock meanwhile.
    """
    with acting("monitor") as act:
        inputs = signals.watch_inputs(act)
    reports = watch_all(**inputs)
    with acting("monitor") as act:
        return Watched(recorded=signals.record(act, reports), reports=reports)


@task(persist_result=False, cache_policy=NO_CACHE)
@without_text
def draw_samples() -> int:
    with acting("monitor") as act:
        return len(dip_sampling.draw(act, in_question=signals.in_question(act)))


@task(persist_result=False, cache_policy=NO_CACHE)
@without_text
async def show_charts(reports: Sequence[ChannelReport]) -> None:
    """Write the page and, for each channel with cases, pictures of the funnel and the charts."""
    named = plots.deal(reports, random.SystemRandom())
    await acreate_markdown_artifact(
        key="monitor",
        markdown=plots.page(reports, named),
        description="Questions, not findings; pseudonyms of this report only",
    )
    for report in (report for report in reports if report.standing):
        for what, picture in (("funnel", plots.funnel(report, named)), ("chart", plots.charts(report, named))):
            key = f"monitor-{report.channel}-{what}".replace("_", "-")
            await show_picture(key, picture, plots.CAPTIONS[what])
