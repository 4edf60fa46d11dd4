"""A fault, wherever it happens: the caller is told so and no more, the log says where, and nobody waits for it."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import httpx2
import psycopg
import pytest

from cli.postgres import Postgres
from db import draft
from db.documents import Documents
from db.pools import ReadPool
from db.queries import Queries
from db.recorder import Recorder
from db.tokens import Tokens
from logs.lines import configure
from tests.api.conftest import Door
from tests.logs.canaries import found_in

TEXT = "canary-text1 of what nobody may know"
EVIDENCE: dict[str, Any] = {
    "evidence": "canary-id1",
    "milestone": "safety",
    "shows": "order",
    "text": TEXT,
    "reference": "canary-reference1",
    "restricted_to": ["north", "commission"],
}
DOCUMENT = "/programs/{program}/documents?name=canary-name1"


def fails(*_: Any, **__: Any) -> NoReturn:
    held = {"text": TEXT, "token": "canary-local1"}
    raise RuntimeError(f"canary-message1 {held}")


async def fails_later(*_: Any, **__: Any) -> NoReturn:
    fails()


async def asks_nonsense(self: ReadPool, *_: Any) -> Any:
    """The real server's refusal, which quotes what was sent."""
    async with self._connection() as connection:
        await connection.execute("SELECT %s::text::uuid", [TEXT])


async def breaks_a_rule(self: ReadPool, *_: Any) -> Any:
    async with self._connection() as connection:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute("INSERT INTO token (id, note) VALUES (gen_random_uuid(), %s)", [TEXT])


FAULTS: dict[str, tuple[type | Any, str, Callable[..., Any]]] = {
    "router": (Queries, "programs", fails),
    "recorder": (Recorder, "record_and_answer", fails_later),
    "law": (draft, "decide", fails),
    "tokens": (Tokens, "find", fails_later),
    "database, what was sent": (ReadPool, "rows", asks_nonsense),
    "database, a constraint": (ReadPool, "rows", breaks_a_rule),
    "store": (Documents, "store", fails_later),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure(stream)
    yield stream
    configure()


@pytest.mark.parametrize(("place", "name", "fault"), FAULTS.values(), ids=FAULTS)
async def test_a_fault_tells_its_place_and_nothing_else(  # noqa: PLR0913, PLR0917  they are fixtures
    door: Door,
    log: io.StringIO,
    server: Postgres,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    fault: Callable[..., Any],
) -> None:
    await asyncio.sleep(2.1 if name == "find" else 0)  # tokens are known for so long
    monkeypatch.setattr(place, name, fault)
    answers = [
        await door.post("sara", "/programs/{program}/evidence", EVIDENCE, key="canary-key1"),
        await door.get("sara", "/programs", plan="canary-plan"),
        await door.client.post(door.address(DOCUMENT), content=TEXT.encode(), headers=door.headers("sara")),
    ]
    faults = [answer for answer in answers if answer.status_code == 500]
    assert faults, answers
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    for answer in faults:
        problem = answer.json()
        assert (problem["code"], problem["detail"]) == ("fault", "Something is wrong here, and has been logged.")
        (line,) = [line for line in lines if line.get("request") == answer.headers["X-Request-ID"] == problem["request"]]
        assert line["event"] == "fault"
        assert line["fault"]["where"]
    assert all(len(line) < 4000 for line in log.getvalue().splitlines())
    assert found_in(*[answer.content for answer in faults], log.getvalue().encode(), server.log) == []
    assert not any(secret in log.getvalue() for secret in door.secrets.values())


async def test_what_a_statement_quotes_is_not_in_the_log_of_the_database(url: str, server: Postgres) -> None:
    """Its code is, and so is all that concerns the machine."""
    for statement in (
        "SELECT 'canary-1'::uuid",
        "DO $$ BEGIN RAISE EXCEPTION 'canary-2\ncanary-3' USING DETAIL = 'canary-4', HINT = 'canary-5'; END $$",
        "DO $$ BEGIN RAISE WARNING 'canary-6'; END $$",
        "SELECT 1 FROM canary-7",
        "INSERT INTO token (id, note) VALUES (gen_random_uuid(), 'canary-8')",
    ):
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            try:
                await connection.execute(statement.encode())
            except psycopg.Error:
                continue
    async with asyncio.timeout(10):
        while b"22P02 ERROR: what it says is withheld" not in server.log.read_bytes():
            await asyncio.sleep(0.05)
    assert found_in(server.log) == []


async def test_others_are_answered_while_faults_are_told(door: Door, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each took the whole service four seconds and more."""
    monkeypatch.setattr(Queries, "programs", fails)
    begun = time.process_time()
    await asyncio.gather(*(door.get("olga", "/programs") for _ in range(50)))
    assert (time.process_time() - begun) / 50 < 0.02
    assert len(log.getvalue()) / 50 < 4000


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("trace-7:1", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("two words", False),
        ("a\tb", False),
        ('{"level":"error"}', False),
        ("", False),
    ],
)
async def test_a_request_keeps_the_id_that_it_comes_with(door: Door, given: str, *, taken: bool) -> None:
    answer = await door.client.get(door.address("/programs"), headers={"X-Request-ID": given})
    assert answer.status_code == 401
    assert (answer.headers["X-Request-ID"] == given) is taken
    assert answer.json()["request"] == answer.headers["X-Request-ID"]


async def test_every_answer_has_an_id_of_its_own(door: Door) -> None:
    answers = [await door.client.get(door.address("/health/live")) for _ in range(3)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3


async def test_a_caller_who_goes_away_is_no_fault(door: Door, log: io.StringIO) -> None:
    async def half() -> Any:
        yield b"{"
        raise ConnectionError

    for path in ("/programs/{program}/evidence", DOCUMENT):
        with pytest.raises((ConnectionError, httpx2.HTTPError)):
            await door.client.post(door.address(path), content=half(), headers=door.headers("sara"))
    assert (await door.get("olga", "/programs")).status_code == 200
    assert [line for line in log.getvalue().splitlines() if '"error"' in line] == []
