"""A database that answers and refuses: callers are told what is wrong, soon, and what is over is not told at all."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import httpx2
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from cli.postgres import Postgres
from db import outages
from db.outages import NoConnection
from tests.api.conftest import Door, running
from tests.api.two_databases import REPORT
from tests.conftest import database
from tests.rules.small_plan import EVERYBODY, PLAN

MEMBERS = [member.model_dump(mode="json") for member in EVERYBODY]


def end_connections(owner_url: str) -> None:
    """As a restart of the server ends them, while nobody is there to notice."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.parametrize("act", ["of a program that is known", "that starts a program", "of another kind"])
async def test_a_restart_that_nobody_met_is_not_told(door: Door, owner_url: str, act: str) -> None:
    """A connection that was found dead before anything was sent is no outage."""
    end_connections(owner_url)
    if act == "of a program that is known":
        answer = await door.post("moss", "/programs/{program}/incidents", REPORT)
    elif act == "that starts a program":
        answer = await door.post("olga", "/programs", {"document": PLAN, "members": MEMBERS})
    else:
        answer = await door.client.post(
            door.address("/programs/{program}/documents?name=a.txt"),
            content=b"The parties agree.",
            headers=door.headers("moss") | {"Content-Type": "text/plain"},
        )
    assert answer.status_code == 201, answer.text


async def test_a_database_without_a_connection_left_is_told_as_that(door: Door, server: Postgres, owner_url: str) -> None:
    name = conninfo_to_dict(owner_url)["dbname"]
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0".encode())
        end_connections(owner_url)
        answer = await door.post("moss", "/programs/{program}/incidents", REPORT)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "no connection left" in answer.json()["detail"]
        connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1".encode())
    assert (await until(door, lambda one: one.status_code == 201)).status_code == 201


async def until(door: Door, right: Callable[[httpx2.Response], bool], seconds: float = 15) -> httpx2.Response:
    """The first right answer to the same report, asked again and again."""
    deadline = time.monotonic() + seconds
    while not right(answer := await door.post("moss", "/programs/{program}/incidents", REPORT, key="k1")):
        assert time.monotonic() < deadline, answer.text
    return answer


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of its own, for the user of the server."""
    folder = Path(mkdtemp(prefix="accord-disk-"))
    user = pwd.getpwnam("nobody")
    options = f"size={megabytes}m,mode=700,uid={user.pw_uid},gid={user.pw_gid}"
    made = subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False)
    if os.geteuid() != 0 or made.returncode:
        pytest.skip("a disk can be made here by root alone")
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "--lazy", folder], check=True)
        folder.rmdir()


@pytest.fixture
def on_small_disk(server: Postgres, template: str) -> Iterator[tuple[str, Path]]:
    """A database whose tables lie on a disk of 40 MB, and that disk; what the server logs lies elsewhere."""
    with small_disk(40) as disk, psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{disk}'".encode())
        try:
            with database(server, template) as owner_url:
                name = conninfo_to_dict(owner_url)["dbname"]
                connection.execute(f"ALTER DATABASE {name} SET TABLESPACE small".encode())
                yield owner_url.replace("postgresql://postgres@", "postgresql://accord_service@"), disk
        finally:
            connection.execute("DROP TABLESPACE small")


async def test_a_full_disk_is_told_at_once_and_reading_goes_on(on_small_disk: tuple[str, Path], tmp_path: Path) -> None:
    url, disk = on_small_disk
    async with (
        running(url, tmp_path / "documents") as it,
        httpx2.AsyncClient(base_url=it.address, trust_env=False, timeout=30) as client,
    ):
        started = await Door(client, it.secrets, "").post("olga", "/programs", {"document": PLAN, "members": MEMBERS})
        door = Door(client, it.secrets, started.json()["program"])
        filled = disk / "filled"
        fill(filled)
        for number in range(200):  # as long as the last pages have room
            answer = await door.post(
                "moss", "/programs/{program}/incidents", REPORT | {"incident": f"i{number}"}, key=f"k{number}"
            )
            if answer.status_code != 201:
                break
        took = min([await refused_in(door, number) for _ in range(3)])
        assert took < 0.1
        assert (await client.get("/api/v1/health/live")).status_code == 200
        assert (await client.get("/api/v1/health/ready")).status_code == 200
        assert (await door.get("olga", "/programs/{program}")).status_code == 200
        filled.unlink()
        again = await door.post("moss", "/programs/{program}/incidents", REPORT | {"incident": f"i{number}"}, key=f"k{number}")
        assert again.status_code == 201, again.text


def fill(file: Path) -> None:
    """Takes all room that is left."""
    with file.open("wb", buffering=0) as out:
        for size in (2**16, 2**12):
            try:
                while out.write(bytes(size)):
                    pass
            except OSError:
                continue


async def refused_in(door: Door, number: int) -> float:
    """Seconds until a caller is told that there is no room."""
    begun = time.monotonic()
    answer = await door.post("moss", "/programs/{program}/incidents", REPORT | {"incident": f"i{number}"}, key=f"k{number}")
    took = time.monotonic() - begun
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert "no room left on its disk" in answer.json()["detail"]
    return took


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("FATAL:  sorry, too many clients already", "no connection left"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "no connection left"),
        ("FATAL:  the database system is starting up", "is starting"),
        ("FATAL:  the database system is not yet accepting connections", "is starting"),
        ("FATAL:  the database system is shutting down", "is being shut down"),
        ("session is read-only", "read and not written"),
        ("connection refused", "cannot be reached"),
    ],
)
def test_what_a_server_says_while_it_refuses_is_understood(said: str, told: str) -> None:
    assert told in outages.sentence(NoConnection(f"connection failed: {said}"))
