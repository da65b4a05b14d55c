"""What a committed act sets going at once: people are told of danger, and no receiver holds up a wake-up."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
import urllib.error
import urllib.request
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import text

from casebook import clock
from casebook.casework import playbook
from casebook.casework.core import notices
from casebook.casework.core.acting import Act
from casebook.casework.intake import intake
from casebook.domain.actors import OPERATOR
from casebook.domain.case import application_file as rules
from casebook.domain.vocabulary import Role
from deployments import dispatcher, metrics_endpoint, notifier

FORM = {
    "external_id": "X-1", "submitted_at": "2026-03-02T09:00:00+00:00", "route": "right_to_ask", "applicant": "a",
    "immediate_danger": "yes",
}  # fmt: skip
ENOUGH = 20  # seconds for anything on a busy machine; the sweep comes after 900


@pytest.fixture
def acting(store):
    @contextmanager
    def act(_part=""):
        with store.session() as session:
            yield Act(session=session, actor=OPERATOR, now=clock.now(), playbook=playbook)
            session.commit()

    return act


@pytest.fixture
def dispatching(
    store, database_url, acting, monkeypatch, tmp_path
):  # database_url: it listens by a connection of its own
    """Runs the dispatcher beside a coroutine, with an engine that takes every wake-up and channels of the test's."""

    @asynccontextmanager
    async def no_server():
        yield None

    async def run_made(_client, wake_up):
        return f"run of {wake_up.reference}"

    monkeypatch.setenv("CASEBOOK_HOME", str(tmp_path))
    monkeypatch.setattr(dispatcher, "store", lambda: store)
    monkeypatch.setattr(dispatcher, "get_client", no_server)
    monkeypatch.setattr(dispatcher, "_create_run", run_made)
    monkeypatch.setattr(notifier, "acting", acting)

    def beside(urls, act):
        monkeypatch.setenv("CASEBOOK_NOTIFY_URLS", urls)

        async def both():
            stop = asyncio.Event()
            running = asyncio.create_task(dispatcher.run(stop))
            await asyncio.sleep(1)  # it has looked once, and listens
            try:
                await asyncio.to_thread(act)
            finally:
                stop.set()
                await running

        asyncio.run(both())

    return beside


@pytest.fixture
def receiver():
    """A local receiver: its address, what it got, and the event for which it waits before it answers."""
    got, answer = [], threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            answer.wait(ENOUGH)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_address[1]}/", got, answer
    answer.set()
    server.shutdown()
    server.server_close()


def until(done):
    end = time.monotonic() + ENOUGH
    while not (found := done()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def take_in(acting):
    form = rules.read(FORM)
    assert isinstance(form, rules.Form)
    with acting() as act:
        return intake.take_in(act, form, "digest")[0].reference


def test_danger_is_received_without_a_sweep(dispatching, receiver, acting, store):
    url, got, answer = receiver
    answer.set()
    found = {}

    def act():
        begun = time.monotonic()
        found["reference"] = take_in(acting)
        assert until(lambda: got)
        found["seconds"] = time.monotonic() - begun

    dispatching(url, act)
    assert found["reference"] in got[0]["message"]
    assert "immediate safeguarding" in got[0]["message"]
    assert found["seconds"] < notifier.PATIENCE / 3  # it was called, it did not happen to look
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notice WHERE received_at IS NULL")).scalar() == 0
    assert len(got) == 1


def test_a_receiver_that_hangs_does_not_hold_up_a_wake_up(dispatching, receiver, acting, store):
    url, got, answer = receiver

    def waiting():
        with store.engine.connect() as connection:
            return connection.execute(text("SELECT count(*) FROM outbox WHERE dispatched_at IS NULL")).scalar()

    def act():
        with acting() as first:
            notices.notify(first, None, role=Role.SUPERVISOR, reason="overdue")
        assert until(lambda: got)  # the receiver has it, and does not answer
        begun = time.monotonic()
        take_in(acting)
        assert until(lambda: waiting() == 0)
        assert time.monotonic() - begun < dispatcher.PATIENCE
        answer.set()

    dispatching(url, act)


def test_a_fault_in_telling_ends_nothing_else(dispatching, receiver, acting, monkeypatch):
    from casebook.errors import DatabaseUnavailable  # noqa: PLC0415

    url, got, answer = receiver
    answer.set()
    whole, tries = notifier.deliver, []

    def faulty(ways):
        tries.append(1)
        if len(tries) == 1:
            raise DatabaseUnavailable
        return whole(ways)

    monkeypatch.setattr(notifier, "deliver", faulty)

    def act():
        take_in(acting)
        assert until(lambda: got)

    dispatching(url, act)


@pytest.fixture
def door(acting, monkeypatch):
    """The dispatcher's door: ask(path, word, body) gives status and text."""
    monkeypatch.setattr(metrics_endpoint, "acting", acting)
    server = metrics_endpoint.serve(0, "casebook:secret")

    def ask(path, word="casebook:secret", body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_address[1]}{path}", data=body)
        request.add_header("Authorization", "Basic " + base64.b64encode(word.encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=ENOUGH) as answer:  # noqa: S310 - our own door
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, ""

    yield ask
    server.shutdown()
    server.server_close()


def test_the_figures_for_prometheus_are_those_of_the_board(door, acting):
    take_in(acting)
    status, text = door("/metrics")
    assert status == 200
    assert 'casebook_applications{stage="intake",state="overdue"} 1.0' in text  # it was submitted long ago
    assert "casebook_notices_undelivered 1.0" in text
    assert "CL-" not in text
    assert door("/other")[0] == 404


def test_an_alarm_becomes_a_notice_for_the_operator_once_in_a_while(door, acting, store):
    reference = take_in(acting)
    assert door("/alarm/run_crashed", body=f"{reference} intake".encode())[0] == 204
    assert door("/alarm/run_crashed", body=f"{reference} intake".encode())[0] == 204
    with store.engine.connect() as connection:
        told = connection.execute(text("SELECT reference, role FROM notice WHERE reason = 'engine:run_crashed'")).all()
    assert set(map(tuple, told)) == {(reference, "operator")}
    assert len(told) <= 2  # two only if the quarter of an hour turned in between


@pytest.mark.parametrize(
    ("path", "word", "status"),
    [("/alarm/run_crashed", "casebook:guessed", 401), ("/alarm/anything", "casebook:secret", 404)],
)
def test_nobody_else_rings_and_nothing_else_is_rung(door, store, path, word, status):
    assert door(path, word, b"")[0] == status
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM notice")).scalar() == 0


def test_a_port_that_is_taken_ends_nothing(door, acting):
    import socket  # noqa: PLC0415

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert metrics_endpoint.serve(taken.getsockname()[1], "a:b") is None
