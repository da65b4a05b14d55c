"""The kill points: each is a function of the product or of Prefect, and whether to kill before or after it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    """`function` may be a method, as in `Session.commit`."""

    module: str
    function: str
    before: bool
    sentence: str


def before(place: str, sentence: str) -> Point:
    return Point(*place.split(":"), before=True, sentence=sentence)


def after(place: str, sentence: str) -> Point:
    return Point(*place.split(":"), before=False, sentence=sentence)


# in the process of whoever calls a command
COMMAND = {
    "act-before-commit": before("sqlalchemy.orm.session:Session.commit", "a person's act, just before its commit"),
    "act-committed": after("sqlalchemy.orm.session:Session.commit", "a person's act committed, nobody told yet"),
    "import-half": after("casebook.casework.intake.intake:take_in", "an import, after the first row of a chunk"),
    "sweep-half": after(
        "casebook.casework.sweep.wakes:wake_neglected", "a sweep, after its wake-ups, before its commit"
    ),
}
# in the dispatcher
DISPATCHER = {
    "notified": before("casebook.storage.outbox:claim", "the dispatcher, called and nothing claimed yet"),
    "run-unmarked": before("casebook.storage.outbox:mark", "the dispatcher, run created, outbox row not marked"),
    "mark-uncommitted": before("casebook.storage.heartbeats:beat", "the dispatcher, row marked, mark not committed"),
}
# in the worker
WORKER = {
    "run-unstarted": before("deployments.warm_pool:WarmPool.fork", "the worker, run taken from its queue, not started"),
    "run-untold": before("deployments.warm_worker:identity", "the worker, run started, Prefect not told by whom"),
}
# in Prefect's server
SERVER = {
    "artifact-half": before(
        "prefect.server.models.artifacts:_insert_into_artifact", "Prefect's server, card half written"
    ),
}
# in the process of a run
RUN = {
    "lease-held": before("tasks.stages:_standing", "a run, lease held, nothing looked at"),
    "searched": after("casebook.casework.record_checks.record_checks:search_automatic", "a run, searched, nothing committed"),
    "source-said": before("casebook.casework.record_checks.remote_searches:_keep", "a run, a source answered, not written"),
    "verdict-unwritten": before("casebook.casework.core.lifecycle:record_verdict", "a run, between a gate's verdict and its row"),
    "verdict-written": before("casebook.casework.core.lifecycle:move", "a run, verdict's row written, application not moved"),
    "lease-kept": before("casebook.storage.leases:give_back", "a run, moved and committed, lease not given back"),
    "card-unwritten": before("casebook.casework.reporting.cards:card", "a run, lease given back, card not written"),
    "card-written": after("prefect.artifacts:acreate_markdown_artifact", "a run, card written, Prefect not told the end"),
}  # fmt: skip
POINTS = {**COMMAND, **DISPATCHER, **WORKER, **SERVER, **RUN}
