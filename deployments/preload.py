"""Imported by the forkserver before the first run: what every run would otherwise do for itself, done once.

Nothing here opens a connection or starts a thread; neither survives a fork.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import tqdm
from pydantic import BaseModel

from casebook import policies
from casebook.casework import playbook
from casebook.domain.vocabulary import Stage, WorkKind
from casebook.policies import offence_tables, risk_model
from casebook.storage.tables.base import Base
from expectations.gate import ask
from expectations.gates import gate_of
from tasks.stages import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOMS = (
    "flows",
    "tasks",
    "expectations",
    "casebook.casework",
    "casebook.sources",
    "casebook.matching",
    "casebook.storage",
)
LATE = (  # what libraries import at their first use, found by comparing sys.modules before and after a run
    "fastapi.encoders",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "prefect.artifacts",
    "prefect.concurrency.sync",
    "psycopg.types",
    "sqlalchemy.dialects.postgresql.psycopg",
)


def preload() -> None:
    """Every module of a run, every policy, the mappers, the schemas of Prefect's models, and each gate asked about nobody."""
    tqdm.tqdm.monitor_interval = 0  # Great Expectations' progress bars, though off, would start a thread
    for name in (*LATE, *_modules()):
        importlib.import_module(name)
    Base.registry.configure()
    for name in policies.names():
        policies.load(name)
    for kind in WorkKind:
        playbook.answer(kind)
    risk_model.load()
    offence_tables.load()
    for model in _unfinished(BaseModel):
        model.model_rebuild(raise_errors=False)
    for stage in Stage:
        if stage is not Stage.CLOSED:
            gate = gate_of(stage)
            ask(gate, tables(gate, {frame.name: [] for frame in gate.frames}))


def _modules() -> Iterator[str]:
    for room in ROOMS:
        package = importlib.import_module(room)
        for found in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations" not in found.name:
                yield found.name


def _unfinished(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Prefect defers its models' schemas until they are first used."""
    for each in model.__subclasses__():
        if each.__module__.startswith("prefect.client") and not each.__pydantic_complete__:
            yield each
        yield from _unfinished(each)


preload()
