"""Loads once, in the forkserver, what every run would otherwise load for itself.

Nothing here opens a connection or starts a thread: neither survives a fork.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

import tqdm
from pydantic import BaseModel

from casebook import policies
from casebook.domain.vocabulary import Stage
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
LATE = (  # what libraries import at first use; found by comparing sys.modules before and after a run
    "fastapi.encoders",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "prefect.artifacts",
    "prefect.concurrency.sync",
    "psycopg.types",
    "sqlalchemy.dialects.postgresql.psycopg",
)


def preload() -> None:
    """Load every module of a run, every policy, the mappers and the schemas of Prefect's models; ask each gate once, empty."""
    tqdm.tqdm.monitor_interval = 0  # Great Expectations' progress bars would start a thread, even when off
    for name in (*LATE, *_modules()):
        importlib.import_module(name)
    Base.registry.configure()
    for name in policies.names():
        policies.load(name)
    risk_model.load()
    offence_tables.load()
    for model in _unfinished(BaseModel):
        model.model_rebuild(raise_errors=False)
    for stage in Stage:
        if stage is not Stage.CLOSED:
            gate = gate_of(stage)
            ask(gate, tables(gate, {frame.name: [] for frame in gate.frames}))


def _modules() -> Iterator[str]:
    for root in ROOMS:
        package = importlib.import_module(root)
        for module in pkgutil.walk_packages(package.__path__, f"{root}."):
            if ".migrations" not in module.name:
                yield module.name


def _unfinished(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Models of Prefect whose schema is not built yet: Prefect defers that to their first use."""
    for subclass in model.__subclasses__():
        if subclass.__module__.startswith("prefect.client") and not subclass.__pydantic_complete__:
            yield subclass
        yield from _unfinished(subclass)


preload()
