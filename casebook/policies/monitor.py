"""Loads the numbers of the monitor."""

from functools import cache

from casebook.domain.monitor.monitor_policy import MonitorPolicy
from casebook.policies import reading


@cache
def load() -> MonitorPolicy:
    return reading.load(MonitorPolicy, "monitor-1")
