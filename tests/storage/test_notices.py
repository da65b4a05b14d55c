"""An escalation is sent when somebody received it: real local receivers, some of which refuse, fail or hang."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from casebook.casework.core import channels, notices
from casebook.domain.vocabulary import Role
from casebook.storage.case import notices as stored
from casebook.storage.tables import Notice

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@contextmanager
def serving(server):
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def web(got, status=200, hang=None):
    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if hang is not None:
                hang.wait(20)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *words):
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Receiver)


def post_office(got, *, refuses=False):
    class Receiver(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letter = b""
                    while (text := self.rfile.readline()) != b".\r\n":
                        letter += text
                    got.append(letter)
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                self.wfile.write(b"550 no\r\n" if refuses and word == b"MAIL" else b"250 ok\r\n")

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver)


def mail(port):
    return f"mailto://127.0.0.1:{port}?from=casebook@example.org&to=duty@example.org&mode=insecure&format=text"


@pytest.fixture
def queued(received, acting):
    reference = received()
    with acting(now=NOW) as act:
        notices.notify(act, act.application(reference), role=Role.SUPERVISOR, reason="overdue", key="1")
    return reference


@pytest.fixture
def deliver(acting):
    def run(urls, after=timedelta(0), seconds=5.0):
        ways = channels.read(SecretStr(urls))
        return notices.deliver(lambda: acting(now=NOW + after), ways, seconds=seconds)

    return run


def test_a_notice_reaches_an_http_receiver_and_its_receipt_is_kept(queued, deliver, sql, acting):
    got = []
    with serving(web(got)) as port:
        done = deliver(f"json://127.0.0.1:{port}/told")
        assert deliver(f"json://127.0.0.1:{port}/told", timedelta(hours=1)).received == 0
    assert (done.received, done.waiting, len(got)) == (1, 0, 1)
    assert f"{queued}: overdue" in got[0]["message"]
    assert got[0]["title"] == "casebook: 1 for supervisor"
    assert not any(canary in json.dumps(got) for canary in ("Canary", "Anna", "07700", "hurt"))
    assert sql("SELECT received_at, channel, tries, fault FROM notice").one() == (NOW, "json#1", 1, None)
    said = sql("SELECT body -> 'notices' FROM ledger WHERE event = 'notices_received'").scalars().all()
    assert said == [sql("SELECT id FROM notice").scalars().all()]
    with acting() as act:
        assert stored.false_receipts(act.session, notices.RECEIVED) == []
        act.session.execute(update(Notice).values(received_at=None))
        assert stored.false_receipts(act.session, notices.RECEIVED) == said[0]
        act.session.rollback()


def test_a_notice_says_its_reason_in_words(received, acting, deliver):
    reference, got = received(immediate_danger="yes"), []
    with serving(web(got)) as port:
        deliver(f"json://127.0.0.1:{port}/")
    assert got[0]["title"] == "casebook: 1 for duty inspector"
    assert got[0]["message"] == f"{reference}: immediate safeguarding: the applicant says there is immediate danger"


def test_a_notice_reaches_a_mail_receiver(queued, deliver):
    got = []
    with serving(post_office(got)) as port:
        assert deliver(mail(port)).received == 1
    assert queued.encode() in got[0]


def test_a_receiver_that_refuses_is_tried_again_and_every_try_counts(queued, deliver, sql):
    with serving(web([], status=503)) as port:
        assert deliver(f"json://127.0.0.1:{port}/").waiting == 1
    with serving(post_office([], refuses=True)) as port:
        assert deliver(mail(port), timedelta(minutes=15)).waiting == 1
    assert deliver("json://127.0.0.1:9/", timedelta(minutes=30)).waiting == 1
    assert sql("SELECT received_at, tries, fault FROM notice").one() == (None, 3, "json#1:not_accepted")
    with serving(web([])) as port:
        assert deliver(f"json://127.0.0.1:{port}/", timedelta(minutes=45)).received == 1


def test_a_receiver_that_hangs_does_not_hold_the_sweep_nor_the_others(queued, deliver, sql):
    release, got = threading.Event(), []
    with serving(web([], hang=release)) as slow, serving(web(got)) as quick:
        done = deliver(f"json://127.0.0.1:{slow}/ json://127.0.0.1:{quick}/", seconds=1.0)
        release.set()
    assert (done.received, len(got)) == (1, 1)
    assert sql("SELECT channel, fault FROM notice").one()[0] == "json#2"


def test_a_channel_of_one_role_hears_of_that_role_only(queued, deliver, acting):
    got = []
    with acting(now=NOW) as act:
        notices.notify(act, None, role=Role.HEAD_OF_UNIT, reason="overdue", key="2")
    with serving(web(got)) as port:
        done = deliver(f"head_of_unit=json://127.0.0.1:{port}/")
    assert (done.received, done.waiting) == (1, 1)
    assert [queued in each["message"] for each in got] == [False]


def test_without_a_channel_nothing_counts_as_sent(queued, deliver, sql):
    assert deliver("").waiting == 1
    assert sql("SELECT received_at, fault FROM notice").one() == (None, "no_channel")


@pytest.mark.parametrize("bad", ["nonsense", "nowhere://x", "minister=json://localhost/", "mailto://"])
def test_an_address_that_nobody_knows_is_refused_and_not_repeated(bad):
    with pytest.raises(channels.BadChannel) as refused:
        channels.read(SecretStr(f"json://localhost/ {bad}"))
    assert bad not in str(refused.value)
    assert "entry 2" in str(refused.value)
