"""Measures the desk's pages with many open cases and many people at work, beside a bare page of the same server. Prints JSON.

python -m benchmarks.desk                         # 1,000 open cases, 10 people
python -m benchmarks.desk --cases 10000 --people 50
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

from casebook import clock
from casebook.casework import playbook
from casebook.casework.core import lifecycle
from casebook.casework.core.acting import Act
from casebook.casework.intake import application_file
from casebook.casework.opening_home import open_casebook
from casebook.casework.staff import accounts, staff
from casebook.casework.staff import tokens as tokens_of
from casebook.demo.applications import applications
from casebook.demo.browser import Browser
from casebook.domain.actors import OPERATOR, ActOrigin, system
from casebook.domain.vocabulary import Role
from casebook.storage.server import cluster
from casebook.storage.session import Store
from casebook.storage.tables import Application, LedgerEntry

PAUSE = 8.0  # seconds for which somebody looks at a page, on average
ROUNDS = 2
Figures = dict[str, object]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=1_000)
    asked.add_argument("--people", type=int, default=10)
    asked.add_argument("--home", type=Path, help="a home that is kept, and used again if it is there")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="casebook-bench-", dir="/tmp") as place:
        home = options.home or Path(place) / "home"
        home.mkdir(parents=True, exist_ok=True)
        home.parent.chmod(0o711)
        home.chmod(0o711)
        with cluster.running(home) as server:
            store = open_casebook(home, server.url("casebook_app"), owner=server.url("casebook"))
            tokens = _people(store, options.people)
            _cases(store, options.cases)
            with _desk(home) as (address, started, memory):
                figures = _work(address, tokens)
                figures |= {"start_s": round(started, 1), "memory_mb": memory()}
            figures |= _notes(store)
            store.engine.dispose()
    print(json.dumps({"cores": os.cpu_count(), "cases": options.cases, "people": options.people, **figures}, indent=1))


def _act(store: Store) -> Iterator[Act]:
    with store.session() as session:
        yield Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
        session.commit()


def _people(store: Store, people: int) -> dict[str, str]:
    """Two first accounts, and as many who work: researchers, intake officers and supervisors."""
    roles = (Role.RESEARCHER, Role.INTAKE_OFFICER, Role.SUPERVISOR)
    wanted = {"first": Role.HEAD_OF_UNIT, "other": Role.SUPERVISOR} | {f"p{n}": roles[n % 3] for n in range(people)}
    tokens: dict[str, str] = {}
    for act in _act(store):
        known = {member.id for member in staff.everybody(act.session)}
        for who, role in wanted.items():
            if who in known:  # a home that was kept
                issued = tokens_of.issue(act, who)
                act.record(None, "token_issued", staff=who, token=issued.id)
                tokens[who] = issued.secret
                continue
            state = accounts.add(act, who, [role])
            if not state.in_effect:
                other = staff.identify(act.session, "other", tokens["other"], act.now)
                state = accounts.confirm(Act(session=act.session, actor=other, now=act.now, playbook=playbook), who)
            tokens[who] = state.token or ""
            for subject in ("domestic_abuse", "pnc", "rms", "pnd", "visor"):
                staff.set_competence(act, who, subject, expires_on=act.now.date() + timedelta(days=400))
    return tokens


def _cases(store: Store, cases: int) -> None:
    """Open cases at record checks, each with the searches that people make."""
    with store.session() as session:
        there = session.query(Application).count()
    if there >= cases:
        return
    made = applications(1, cases)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
        file.flush()
        application_file.import_file(store, OPERATOR, Path(file.name), playbook=playbook)
    with store.session() as session:
        references = list(session.scalars(session.query(Application.reference).statement))
    for reference in references:
        with store.session() as session:
            act = Act(session=session, actor=system("lifecycle"), now=clock.now(), playbook=playbook)
            lifecycle.refresh(act, act.application(reference), because="stage_run")
            session.commit()


@contextmanager
def _desk(home: Path) -> Iterator[tuple[str, float, object]]:
    begun = time.perf_counter()
    words = [sys.executable, "-m", "casebook", "--home", str(home), "desk", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        address = re.search(r"http://\S+", line)
        assert address, line
        while httpx.get(f"{address.group()}login").status_code != 200:
            time.sleep(0.05)
        try:
            yield (
                address.group(),
                time.perf_counter() - begun,
                lambda: psutil.Process(process.pid).memory_info().rss >> 20,
            )
        finally:
            process.terminate()


def _work(address: str, tokens: dict[str, str]) -> Figures:
    """Everybody looks at lists, opens a case and writes a note, with pauses between."""
    took: dict[str, list[float]] = defaultdict(list)
    lock, faults = threading.Lock(), []

    def timed(name: str, ask: object) -> object:
        time.sleep(PAUSE * random.uniform(0.5, 1.5))
        begun = time.perf_counter()
        page = ask()  # type: ignore[operator]
        with lock:
            took[name].append((time.perf_counter() - begun) * 1000)
            if page.status != 200:
                faults.append((name, page.status, page.text[-200:]))
        return page

    def one(number: int, who: str) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            browser = Browser(client=client)
            browser.sign_in(who, tokens[who])
            for turn in range(ROUNDS):
                timed("bare", lambda: browser.get("/accessibility"))
                timed("my work", lambda: browser.get("/"))
                timed("team work", lambda: browser.get("/work"))
                listed = timed("applications", lambda: browser.get("/applications"))
                references = [text for text in listed.links if text.startswith("CL-")]  # type: ignore[attr-defined]
                reference = references[(number + turn) % len(references)]
                asked = browser.get(f"/applications/{reference}")
                if asked.has(f"/applications/{reference}/open") and "Open the case" in asked.text:
                    timed("open a case", lambda: browser.press(asked, f"/applications/{reference}/open"))  # noqa: B023 - called at once
                timed("case page", lambda: browser.get(f"/applications/{reference}?tab=people"))  # noqa: B023 - as above
                action = f"/applications/{reference}/act/note"
                form = browser.get(action).form(action)
                timed("write a note", lambda: browser.submit(form, {"category": "contact", "words": f"{who} {turn}"}))  # noqa: B023 - as above

    workers = [threading.Thread(target=one, args=(n, f"p{n}")) for n in range(len(tokens) - 2)]
    begun = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - begun
    bare = statistics.median(took["bare"])
    figures: Figures = {
        name: {
            "times": len(each), "p50_ms": round(statistics.median(each), 1),
            "p95_ms": round(statistics.quantiles(each, n=20)[18], 1), "ratio_to_bare": round(statistics.median(each) / bare, 1),
        }
        for name, each in sorted(took.items())
    }  # fmt: skip
    return {
        "seconds": round(seconds, 1),
        "pages_s": round(sum(map(len, took.values())) / seconds, 1),
        "faults": faults[:5],
        **figures,
    }


def _notes(store: Store) -> Figures:
    """Every note once: none lost, none doubled."""
    with store.session() as session:
        query = session.query(LedgerEntry.actor).filter_by(event="note_written", origin=ActOrigin.DESK)
        return {"notes_in_the_ledger": query.count()}


if __name__ == "__main__":
    main()
