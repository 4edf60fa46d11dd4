"""What docker-compose.yml runs, run on this machine: its roles, its commands and its settings, in its order."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from cli.postgres import OWNER, Postgres, binary
from cli.temporal import Temporal, free_port
from tests.test_compose import ROOT, SETTINGS, caddy, config
from tests.whole.running import Service

IMAGE = ["sh", "/accord/docker/entry.sh", "python", "-m", "cli.entry_point"]
"""The entry point of the image, where a service has none of its own."""


PASSWORDS = {"owner": 'it\'s "secret"', "service": "also $ecret", "ledger-admin": "secret"}
METRICS = (9464, 9465, 9466)


class Composed:
    """The servers that compose would start, here, and its own services beside them."""

    def __init__(self, folder: Path, postgres: Postgres, temporal: Temporal) -> None:
        answer = config(folder, **SETTINGS | {"ACCORD_SECRET_FILES": str(folder)})
        self._services: Mapping[str, Any] = json.loads(answer.stdout)["services"]
        self._folder, self._postgres, self._temporal = folder, postgres, temporal
        self.port = free_port()
        self._ports = {8000: self.port, **{port: free_port() for port in METRICS}}
        for name, password in PASSWORDS.items():
            (folder / name).write_text(password)

    def _here(self, value: str) -> str:
        """A setting with this machine's places for those of the containers."""
        sockets = self._postgres.url(user="x", database="y").partition("?")[2]
        for there, here in {
            "@ledger/accord": f"@/accord?{sockets}",
            "temporal:7233": self._temporal.address,
            "/documents": str(self._folder / "documents"),
            "/accord/plans": str(ROOT / "plans"),
            "/run/passwords": str(self._folder),
            "/run/secrets": str(self._folder / "secrets"),
            "/accord/docker": str(ROOT / "docker"),
            "0.0.0.0": "127.0.0.1",  # noqa: S104  it is replaced
        }.items():
            value = value.replace(there, here)
        for inside, outside in self._ports.items():
            value = re.sub(rf"(^|:){inside}\b", rf"\g<1>{outside}", value)
        return value

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """A service as a process, with the environment of compose and nothing else."""
        service = self._services[name]
        words = [*(service.get("entrypoint") or IMAGE), *(service.get("command") or [])]
        words = [self._here(word) for word in words]
        given = {key: self._here(str(value)) for key, value in service["environment"].items()}
        kept = {key: os.environ[key] for key in ("HOME", "LANG") if key in os.environ}
        kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        with (self._folder / f"{name}.said").open("wb") as said:
            return subprocess.Popen(words, env=kept | given, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)

    def is_healthy(self, name: str) -> bool:
        """What the container's own health check says."""
        _, *words = self._services[name]["healthcheck"]["test"]
        words = [sys.executable if word == "python" else self._here(word) for word in words]
        return subprocess.run(words, capture_output=True, check=False, timeout=10).returncode == 0

    def said(self, name: str) -> str:
        return (self._folder / f"{name}.said").read_text()


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    (tmp_path / "ledger").mkdir()
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(tmp_path / "ledger"))
        temporal = stack.enter_context(Temporal(tmp_path / "temporal", free_port()))
        made = Composed(tmp_path, postgres, temporal)
        _make_roles(postgres, tmp_path)
        yield made


def _make_roles(postgres: Postgres, folder: Path) -> None:
    """The script that the image of PostgreSQL runs once, against a server without our database."""
    with psycopg.connect(postgres.url(user=OWNER, database="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE accord WITH (FORCE)")
    sockets = postgres.url(database="postgres").partition("host=")[2]
    environment = {
        "PATH": f"{binary('psql').parent}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": sockets,
        "ACCORD_OWNER_PASSWORD_FILE": str(folder / "owner"),
        "ACCORD_SERVICE_PASSWORD_FILE": str(folder / "service"),
    }
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "docker" / "create-roles.sh")], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def running(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def test_it_starts_as_it_is_written(composed: Composed) -> None:
    """Roles, then the migration as the owner, the namespace, and API and worker as the service: ready, and nothing overdue."""
    for name in ("migrate", "namespace"):
        assert composed.start(name).wait(timeout=60) == 0, composed.said(name)
    with running(composed.start("api")), running(composed.start("worker")):
        with httpx2.Client(base_url=f"http://127.0.0.1:{composed.port}", trust_env=False) as client:
            answers: list[dict[str, Any]] = []

            def is_ready() -> bool:
                try:
                    answer = client.get("/api/v1/health/ready")
                except httpx2.TransportError:
                    return False
                answers.append(answer.json())
                return answer.status_code == 200 and answer.json()["temporal"] == "ready"

            Service.await_(is_ready, f"the API is ready: {composed.said('api')}")
        assert answers[-1]["database"] == "ready"
        for name in ("api", "worker"):
            Service.await_(partial(composed.is_healthy, name), f"{name} is healthy: {composed.said(name)}")
        assert composed.start("migrate").wait(timeout=60) == 0, composed.said("migrate")  # as at every later start


def test_the_proxy_leads_to_the_api(tmp_path: Path) -> None:
    """A stranger's id of a request is not handed on, and bodies are bounded before they reach us."""
    port, behind = free_port(), free_port()
    given = {"ACCORD_HOST": f"http://127.0.0.1:{port}", "ACCORD_API_HOST": "localhost", "ACCORD_API_PORT": str(behind)}
    command = [caddy(), "run", "--adapter", "caddyfile", "--config", str(ROOT / "docker" / "Caddyfile")]
    seen: list[str] = []

    class Behind(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.headers["X-Request-ID"])
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", behind), Behind) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with (
            running(subprocess.Popen(command, env={"HOME": str(tmp_path)} | given, stderr=subprocess.DEVNULL)),
            httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
        ):

            def is_there() -> bool:
                with suppress(httpx2.TransportError):
                    return client.post("/", content=b"x", headers={"X-Request-ID": "mine"}).status_code == 201
                return False

            Service.await_(is_there, "the proxy answers", 15)
            assert client.post("/", content=bytes(3 * 2**20)).status_code == 413
        server.shutdown()
    assert seen
    assert "mine" not in seen
