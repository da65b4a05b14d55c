"""A remote source over a real socket that can be made to fail. The demonstration searches it for some of its people."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from casebook.demo.rows import ExtractRow
from casebook.writing import write_whole

# it returns whoever shares any of these, so one search finds them whatever else differs
KEYS = ("forename", "surname", "dob", "postcode", "pnc_id", "cro")
FAMILIES = (
    "as_given", "swapped_names", "nickname", "middle_name", "day_month_swapped", "date_slip", "year_near", "date_unknown",
    "address", "identifier",
)  # fmt: skip
PAGE = 50


@dataclass(kw_only=True)
class FlakySource:
    """Serves persons-NAME.csv and records-NAME.csv. It can be made to fail at any time, also during a request."""

    name: str
    persons: list[ExtractRow]
    records: dict[str, list[ExtractRow]]
    down: bool = False  # True: answers no request
    asked: Counter[str] = field(default_factory=Counter)  # surname -> requests, answered or not
    _failing: Counter[str] = field(default_factory=Counter)
    _by_key: dict[str, list[ExtractRow]] = field(default_factory=dict, init=False)
    url: str = field(default="", init=False)

    def __post_init__(self) -> None:
        rows: dict[str, list[ExtractRow]] = defaultdict(list)
        for row in self.persons:
            for key in _keys(row):
                rows[key].append(row)
        self._by_key = dict(rows)

    @classmethod
    def of(cls, directory: Path, name: str) -> FlakySource:
        records: dict[str, list[ExtractRow]] = defaultdict(list)
        for row in _rows(directory / f"records-{name}.csv"):
            records[row["person_id"]].append(row)
        return cls(name=name, persons=_rows(directory / f"persons-{name}.csv"), records=dict(records))

    def fail_about(self, surname: str, times: int) -> None:
        """Fail the next `times` requests about anybody of this surname."""
        self._failing[surname.lower()] = times

    def write_configuration(self, path: Path) -> None:
        """Write the TOML that makes a casebook ask this source. `HOME/sources.toml` is read by default."""
        families = ", ".join(f'"{family}"' for family in FAMILIES)
        table = f'[{self.name}]\nkind = "http"\nurl = "{self.url}"\ntries = 1\nrate_per_second = 200\nfamilies = [{families}]'
        write_whole(path, [table])

    @contextmanager
    def serving(self) -> Iterator[FlakySource]:
        """Serve on a free port of this machine until the end of the block."""
        server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=5)

    def fails(self, said: dict[str, Any]) -> bool:
        surname = str(said.get("asked", {}).get("surname", "")).lower()
        self.asked[surname] += 1
        if self._failing[surname] > 0:
            self._failing[surname] -= 1
            return True
        return self.down

    def answer(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        if path == "/records":
            rows = [row for person_id in said["person_ids"] for row in self.records.get(person_id, [])]
            return _page("records", rows, said.get("cursor"))
        matches = {row["person_id"]: row for key in _keys(said["asked"]) for row in self._by_key.get(key, [])}
        return _page("persons", list(matches.values()), said.get("cursor"))


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Print nothing when the client has gone: its own run reports that."""


def _handler(source: FlakySource) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if source.fails(request):
                self._send(503, {})
            else:
                self._send(200, source.answer(self.path, request))

        def do_GET(self) -> None:
            self._send(503 if source.down else 200, {})

        def _send(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Write nothing: requests are personal data."""

    return Handler


def _page(name: str, rows: list[ExtractRow], cursor: str | None) -> dict[str, Any]:
    start = int(cursor or 0)
    end = start + PAGE
    return {name: rows[start:end], "total": len(rows), "next": str(end) if end < len(rows) else None}


def _keys(row: ExtractRow) -> Iterator[str]:
    """The keys of a row. Forename and surname may be swapped; a forename alone is no key."""
    for name in KEYS:
        if (value := row.get(name, "").replace(" ", "").lower()) and (name != "forename" or not row.get("surname")):
            yield f"{'surname' if name == 'forename' else name}:{value}"
    if row.get("person_id") and row.get("forename"):
        yield f"surname:{row['forename'].replace(' ', '').lower()}"


def _rows(path: Path) -> list[ExtractRow]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
