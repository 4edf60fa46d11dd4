"""A producer on this machine, and a plan whose checks ask it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

from tests.whole.acting import PLAN

ANSWER = {"edition": "2025", "figures": {"2023": "95.25", "2024": "89.5"}}


class Producer:
    """Answers every path alike; it can be made to wait, or to deny."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: Counter[str] = Counter()
        self.says: dict[str, Any] = ANSWER
        self.answered: dict[str, float] = {}
        """When each path was first answered."""
        self.answers = threading.Event()
        self.answers.set()
        self.status = 200

    def begin_anew(self, says: dict[str, Any]) -> None:
        """From now on it answers this, and what was asked before is forgotten."""
        self.says = says
        self.asked.clear()
        self.answered.clear()


@contextmanager
def producer() -> Iterator[Producer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked[self.path] += 1
            made.answers.wait(60)
            body = json.dumps(made.says).encode()
            try:
                self.send_response(made.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                made.answered.setdefault(self.path, time.time())
            except OSError:
                return  # whoever asked has been killed

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  as the base calls it
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 200

    with Server(("127.0.0.1", 0), Handler) as server:
        made = Producer(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield made
        finally:
            made.answers.set()
            server.shutdown()
            thread.join()


def checked_plan(asked: Producer, *names: str, at: str = "06:00", jitter: str = "PT0S") -> dict[str, Any]:
    """The short plan with an indicator and a check of it by each of these names."""
    plan: dict[str, Any] = yaml.safe_load(PLAN)
    indicator = {
        "title": "Smoke",
        "producer": "Observatory",
        "unit": "kt",
        "better": "lower",
        "baseline": {"value": "100", "period": "2020", "edition": "2021"},
        "oldest": "P3Y",
        "source": "made up",
        "licence": "CC0",
        "verified_by": ["iraq"],
    }
    source = {"title": "A yearbook", "producer": "Observatory", "licence": "CC0", "adapter": "stand-in"}
    check = {"title": "Smoke, as the Observatory says", "runs": {"every": "P1D", "at": at, "jitter": jitter}}
    return plan | {
        "hosts": ["observatory.example"],
        "indicators": dict.fromkeys(names, indicator),
        "sources": {name: source | {"settings": {"url": f"{asked.url}/{name}"}} for name in names},
        "checks": {name: check | {"source": name, "figures_of": name} for name in names},
    }
