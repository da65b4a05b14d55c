"""The metrics endpoint, on this machine only: the board's figures for Prometheus, and alarms from Prefect's automations."""

from __future__ import annotations

import base64
import hmac
import logging
import re
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from casebook.casework.reporting import board
from casebook.casework.reporting.board import Gauge
from casebook.casework.sweep import alarms
from tasks.home import acting

HOST = "127.0.0.1"
LONGEST = 2_000  # bytes in the text of an alarm
_REFERENCE = re.compile(r"\bCL-\d{4}-\d{6}\b")

log = logging.getLogger("casebook.metrics_endpoint")


def serve(port: int, credentials: str) -> ThreadingHTTPServer | None:
    """Start the endpoint in a thread. An alarm must carry `credentials` (user:password). None if the port is in use."""
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(credentials))
    except OSError:
        log.warning("Port %d is in use. This dispatcher serves no figures to Prometheus and receives no alarms.", port)
        return None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="metrics-endpoint", daemon=True).start()
    return server


def exposition() -> bytes:
    """The board's figures in the format of Prometheus."""
    with acting("dispatcher") as act:
        gauges = list(board.gauges(board.figures(act)))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(gauges))
    return generate_latest(registry)


class _Families(Collector):
    def __init__(self, gauges: list[Gauge]) -> None:
        self.gauges = gauges

    def collect(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library's own shape
        families: dict[str, GaugeMetricFamily] = {}
        for gauge in self.gauges:
            labels = list(gauge.labels)
            family = families.setdefault(
                gauge.name, GaugeMetricFamily(f"casebook_{gauge.name}", gauge.words, labels=labels)
            )
            family.add_metric(list(gauge.labels.values()), gauge.value)
        return families.values()


def receive_alarm(alarm: str, text: str) -> None:
    """Raise the alarm that an automation sent about a run, a pool or the sweep."""
    match = _REFERENCE.search(text)
    with acting("dispatcher") as act:
        alarms.raise_alarm(act, alarm, reference=match[0] if match else None)


def _handler(credentials: str) -> type[BaseHTTPRequestHandler]:
    expected = "Basic " + base64.b64encode(credentials.encode()).decode()

    class Endpoint(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self._answer(HTTPStatus.NOT_FOUND)
                return
            try:
                self._answer(HTTPStatus.OK, exposition(), CONTENT_TYPE_LATEST)
            except Exception:
                log.exception("The figures for Prometheus could not be counted")
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE)

        def do_POST(self) -> None:
            alarm = self.path.removeprefix("/alarm/")
            length = int(self.headers.get("Content-Length") or 0)
            if not hmac.compare_digest(self.headers.get("Authorization", ""), expected):
                self._answer(HTTPStatus.UNAUTHORIZED)
            elif alarm not in alarms.ALARMS or not 0 <= length <= LONGEST:
                self._answer(HTTPStatus.NOT_FOUND)
            else:
                try:
                    receive_alarm(alarm, self.rfile.read(length).decode("utf-8", "replace"))
                    self._answer(HTTPStatus.NO_CONTENT)
                except Exception:
                    log.exception("An alarm could not be recorded")
                    self._answer(HTTPStatus.SERVICE_UNAVAILABLE)

        def _answer(self, status: HTTPStatus, body: bytes = b"", kind: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Log nothing: there is no use for a line for every scrape."""

    return Endpoint
