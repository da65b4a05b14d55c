"""Loads the numbers of watching."""

import tomllib
from functools import cache
from importlib import resources

from casebook.domain.monitor_policy import MonitorPolicy
from casebook.policies.reading import read

CURRENT = "monitor-1"


@cache
def load() -> MonitorPolicy:
    text = (resources.files(__package__) / f"{CURRENT}.toml").read_text(encoding="utf-8")
    return read(MonitorPolicy, tomllib.loads(text), CURRENT)
