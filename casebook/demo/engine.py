"""How the demonstration uses the running platform: wait until it is at rest, count runs, start a run by hand."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx

from casebook import clock
from casebook.errors import Fault
from casebook.storage import session as storage
from casebook.storage import trial
from casebook.storage.reporting import figures
from casebook.storage.session import Store

PATIENCE = 180.0  # seconds for the platform to come to rest after a round of people's work
LONG_PATIENCE = 900.0  # seconds for one long run
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The running platform of a trial home."""

    store: Store
    api: str
    auth: str  # user:password of Prefect's API

    def rest(self, within: float = PATIENCE) -> bool:
        """Wait until the platform is at rest. False if it is still busy after `within` seconds."""
        deadline = time.monotonic() + within
        while busy := self._busy():
            if time.monotonic() > deadline:
                break
            time.sleep(0.3)
        return not busy

    def _busy(self) -> bool:
        with self.store.session() as session:
            return figures.under_way(session) > 0 or self._unfinished() > 0

    def _unfinished(self) -> int:
        states = {"state": {"type": {"any_": ["PENDING", "RUNNING"]}}}
        late = {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "tags": {"is_null_": False},
            "deployment_id": {"is_null_": False},
        }
        now = {**late, "next_scheduled_start_time": {"before_": clock.now().isoformat()}}
        return int(self._post("flow_runs/count", {"flow_runs": states})) + int(
            self._post("flow_runs/count", {"flow_runs": now})
        )

    def runs(self) -> int:
        """How many flow runs have ended, without subflows."""
        ended = {
            "state": {"type": {"any_": list(ENDED)}},
            "parent_task_run_id": {"is_null_": True},
        }
        return int(self._post("flow_runs/count", {"flow_runs": ended}))

    def start(self, deployment: str, parameters: Mapping[str, str]) -> str:
        """Start a deployment by hand, like the form in Prefect's interface. Returns the id of the run."""
        deployment_found = self._get(f"deployments/name/{deployment}")
        run = self._post(
            f"deployments/{deployment_found['id']}/create_flow_run",
            {"parameters": dict(parameters), "state": {"type": "SCHEDULED"}},
        )
        return str(run["id"])

    def run(self, deployment: str) -> None:
        """Start a deployment by hand and wait for its end. A run that does not complete is a fault."""
        run = self.start(deployment, {})
        deadline = time.monotonic() + LONG_PATIENCE
        while (state := self._get(f"flow_runs/{run}")["state_type"]) not in ENDED:
            if time.monotonic() > deadline:
                break
            time.sleep(0.5)
        if state != "COMPLETED":
            raise Fault(f"the run of {deployment} ended as {state}", "run_not_completed")

    def figures(self) -> dict[str, int]:
        """The number of gate holds and escalations so far."""
        with self.store.session() as session:
            return {"gate_holds": figures.gate_holds(session), "escalations": figures.escalations(session)}

    def now(self) -> datetime:
        with self.store.session() as session:
            return storage.now(session)

    def move_clock(self, to: datetime) -> None:
        """Move the home's clock forward. Every process reads it; no step is skipped."""
        with self.store.session() as session:
            trial.move_clock(session, to)
            session.commit()

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        with self._client() as client:
            answer = client.post(path, json=body, headers=self._token)
            answer.raise_for_status()
            return answer.json()

    def _get(self, path: str) -> Any:
        with self._client() as client:
            answer = client.get(path)
            answer.raise_for_status()
            return answer.json()

    @cached_property
    def _token(self) -> dict[str, str]:
        """The token for requests, kept for an hour: the platform is asked several times a second."""
        with self._client() as client:
            reply = client.get("csrf-token", params={"client": "demonstration"}).json()
        return {"Prefect-Csrf-Token": reply.get("token", ""), "Prefect-Csrf-Client": "demonstration"}

    def _client(self) -> httpx.Client:
        user, _, password = self.auth.partition(":")
        return httpx.Client(base_url=f"{self.api}/", auth=(user, password), timeout=30)
