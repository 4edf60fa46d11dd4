"""What docker-compose.yml runs, run on this machine: its roles, its commands and its settings, in its order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from cli.postgres import OWNER, Postgres, binary
from cli.temporal import Temporal, free_port
from tests.test_compose import ROOT, SECRETS, config
from tests.whole.running import Service

IMAGE = ["python", "-m", "cli.entry"]
"""The entry point of the image, where a service has none of its own."""


class Composed:
    """The servers that compose would start, here, and its own services beside them."""

    def __init__(self, folder: Path, postgres: Postgres, temporal: Temporal) -> None:
        answer = config(folder, **dict.fromkeys(SECRETS, "secret"))
        self._services: Mapping[str, Any] = json.loads(answer.stdout)["services"]
        self._folder, self._postgres, self._temporal = folder, postgres, temporal
        self.port = free_port()

    def _here(self, value: str) -> str:
        """A setting with this machine's places for those of the containers."""
        sockets = self._postgres.url(user="x", database="y").partition("?")[2]
        for there, here in {
            "@ledger/accord": f"@/accord?{sockets}",
            "temporal:7233": self._temporal.address,
            "/documents": str(self._folder / "documents"),
            "/accord/plans": str(ROOT / "plans"),
            "/run/secrets": str(self._folder / "secrets"),
        }.items():
            value = value.replace(there, here)
        return value

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """A service as a process, with the environment of compose and nothing else."""
        service = self._services[name]
        words = [*(service.get("entrypoint") or IMAGE), *(service.get("command") or [])]
        words = [sys.executable, *words[1:]]
        if name == "api":
            words = [word.replace("8000", str(self.port)).replace("0.0.0.0", "127.0.0.1") for word in words]  # noqa: S104  it is replaced
        given = {key: self._here(str(value)) for key, value in service["environment"].items()}
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        with (self._folder / f"{name}.said").open("wb") as said:
            return subprocess.Popen(words, env=kept | given, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)

    def said(self, name: str) -> str:
        return (self._folder / f"{name}.said").read_text()


@pytest.fixture
def composed(tmp_path: Path) -> Iterator[Composed]:
    (tmp_path / "ledger").mkdir()
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(tmp_path / "ledger"))
        temporal = stack.enter_context(Temporal(tmp_path / "temporal", free_port()))
        _make_roles(postgres)
        yield Composed(tmp_path, postgres, temporal)


def _make_roles(postgres: Postgres) -> None:
    """The script that the image of PostgreSQL runs once, against a server without our database."""
    with psycopg.connect(postgres.url(user=OWNER, database="postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE accord WITH (FORCE)")
    sockets = postgres.url(database="postgres").partition("host=")[2]
    environment = {
        "PATH": f"{binary('psql').parent}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": sockets,
        "ACCORD_OWNER_PASSWORD": 'it\'s "secret"',
        "ACCORD_SERVICE_PASSWORD": "also $ecret",
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
        assert composed.start("migrate").wait(timeout=60) == 0, composed.said("migrate")  # as at every later start
