"""A source over a real socket, run as a process of its own, that goes wrong in every way the test asks for.

POST /control with {"share": 0.3, "seed": 1, "faults": [...]} says how; GET /control tells how many calls there were.
"""

from __future__ import annotations

import contextlib
import json
import random
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PERSONS = [
    {"person_id": "b1", "forename": "Barry", "surname": "Canarytwo", "dob": "1985-03-02", "postcode": "QX1 1AA"},
    *({"person_id": f"o{n}", "forename": f"Other{n}", "surname": "Canarytwo", "dob": "1950-01-01"} for n in range(5)),
]
RECORDS = [
    {"record_id": "r1", "person_id": "b1", "kind": "conviction", "offence_text": "Assault", "date": "2019-05-06"}
]
state = {"share": 0.0, "faults": [], "calls": 0, "moments": [], "known": True}
dice = random.Random(1)  # noqa: S311 - which fault comes next is no secret


def page(name, rows, cursor):
    """Two rows a page."""
    start = int(cursor or 0)
    return {
        name: rows[start : start + 2],
        "total": len(rows),
        "next": str(start + 2) if start + 2 < len(rows) else None,
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/control":
            self.send({"calls": state["calls"], "moments": state["moments"]})
        else:
            self.send({})

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/control":
            dice.seed(said.pop("seed", 1))
            state.update(said, calls=0, moments=[])
            self.send({})
            return
        state["calls"] += 1
        state["moments"].append(time.monotonic())
        name = self.path.strip("/")
        if name == "records":
            rows = [row for row in RECORDS if row["person_id"] in said["person_ids"]]
        else:
            rows = PERSONS if state["known"] and said["asked"].get("surname", "").lower() == "canarytwo" else []
        answer = page(name, rows, said["cursor"])
        if dice.random() < state["share"]:
            getattr(self, dice.choice(state["faults"]))(answer, name)
        else:
            self.send(answer)

    def send(self, said, status=200, **headers):
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def silence(self, *_):
        time.sleep(1.5)
        self.close_connection = True

    def reset(self, *_):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def error(self, *_):
        self.send({"persons": [], "total": 0, "next": None}, status=500)  # looks like a nil

    def too_many(self, *_):
        self.send({}, status=429, Retry_After="1")

    def cut_short(self, answer, _):
        """Less than was promised."""
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 40))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def garbled(self, answer, _):
        self.send(json.dumps(answer).encode()[:-7])

    def other_shape(self, *_):
        self.send({"result": [], "count": 0})

    def page_missing(self, answer, name):
        """The first page as if it were the last, or nothing as if it were all."""
        self.send({**answer, name: answer[name][:1], "total": 7, "next": None})

    def bad_cell(self, answer, name):
        self.send({**answer, "total": 1, "next": None, name: [{"person_id": None}]})

    def drip(self, *_):
        """A byte now and then, each before any timeout, already in the headers."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with contextlib.suppress(OSError):
            for _ in range(25):
                self.wfile.write(b"x")
                time.sleep(0.1)
        self.close_connection = True


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
