"""The trace that a caller says to be part of is answered and goes on to whoever looks, also where nobody traces."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from uuid import UUID

import pytest

from db.dispatch import Dispatch
from db.pools import OperationalPool
from tests.api.conftest import Door

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-00", TRACE),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"01-{TRACE}-00f067aa0ba902b7-01-more", None),
        ("no trace", None),
        (None, None),
    ],
)
async def test_a_trace_of_the_right_form_is_answered(door: Door, given: str | None, answered: str | None) -> None:
    headers = door.headers("olga") | ({"traceparent": given} if given else {})
    answer = await door.client.get(door.address("/programs/{program}"), headers=headers)
    assert answer.headers.get("x-trace-id") == answered


async def test_who_is_notified_of_an_act_hears_of_its_trace(door: Door, url: str) -> None:
    traceparent = f"00-{TRACE}-00f067aa0ba902b7-01"
    async with OperationalPool(url, size=1) as operational, aclosing(Dispatch(operational).notifications()) as heard:
        first = asyncio.create_task(anext(heard))
        while not await listened(operational):
            await asyncio.sleep(0.02)
        headers = door.headers("cleo") | {"traceparent": traceparent}
        body = {"reason": "Until the parties have met."}
        answer = await door.client.post(door.address("/programs/{program}/suspensions"), json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert await asyncio.wait_for(first, 5) == (UUID(door.program), traceparent)


async def listened(operational: OperationalPool) -> bool:
    """Whether somebody listens on this database."""
    async with operational.transaction() as connection:
        cursor = await connection.execute(
            "SELECT count(*) AS listeners FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        row = await cursor.fetchone()
    return bool(row and row["listeners"])
