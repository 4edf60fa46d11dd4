"""Invariants of recording: for repeated acts, any order, several processes, and previews."""

from __future__ import annotations

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.acts import Act
from rules.queries.signature import effects_hash
from rules.refusals import Refused
from tests.db.builders import evidence, not_allowed, verdict
from tests.db.conftest import Room

PATIENT = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def acts() -> list[Act]:
    """Six acts that do not depend on each other."""
    return [evidence(f"e{number}", f"retry-{number}") for number in range(6)]


@PATIENT
@given(order=st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=20))
async def test_any_order_of_retries_gives_one_ledger(room: Room, other_room: Room, order: list[tuple[int, bool]]) -> None:
    """Each act stands in the ledger once, where it first arrived; whoever asks again gets that receipt."""
    program_id, all_acts = await room.started(), acts()
    started = len(await room.queries.ledger(program_id))
    receipts = [await (room if here else other_room).recorded(program_id, all_acts[number]) for number, here in order]
    first = list(dict.fromkeys(number for number, _ in order))
    lines = await room.queries.ledger(program_id)
    assert [line.entry.act for line in lines[started:]] == [f"retry-{number}" for number in first]
    seen = {number: receipt for (number, _), receipt in reversed(list(zip(order, receipts, strict=True)))}
    for (number, _), receipt in zip(order, receipts, strict=True):
        assert (receipt.head, receipt.first_seq) == (seen[number].head, seen[number].first_seq)


@PATIENT
@given(order=st.lists(st.integers(0, 5), min_size=2, max_size=20))
async def test_retries_at_once_give_one_ledger_too(room: Room, other_room: Room, order: list[int]) -> None:
    program_id, all_acts = await room.started(), acts()
    started = len(await room.queries.ledger(program_id))
    rooms = (room, other_room)
    receipts = await asyncio.gather(
        *(rooms[place % 2].recorded(program_id, all_acts[number]) for place, number in enumerate(order))
    )
    lines = await room.queries.ledger(program_id)
    assert sorted(line.entry.act for line in lines[started:]) == sorted(f"retry-{number}" for number in set(order))
    assert len({receipt.head for receipt in receipts}) == len(set(order))


@PATIENT
@given(before=st.integers(0, 4), chosen=st.sampled_from(["evidence", "verdict", "forbidden", "unknown"]))
async def test_a_preview_is_what_then_happens(room: Room, before: int, chosen: str) -> None:
    program_id = await room.started()
    for act in acts()[:before]:
        await room.recorded(program_id, act)
    act = {
        "evidence": evidence("new", "asked"),
        "verdict": verdict("e0"),
        "forbidden": not_allowed(),
        "unknown": verdict("nothing"),
    }[chosen]
    seq = (await room.queries.ledger(program_id))[-1].entry.seq
    told = await room.recorder.preview(program_id, act)
    assert (await room.queries.ledger(program_id))[-1].entry.seq == seq
    done = await room.recorder.record(program_id, act)
    if isinstance(told, Refused):
        assert done == told
    else:
        assert not isinstance(done, Refused)
        assert effects_hash(told.entries) == effects_hash(done.entries)
        assert [entry.fact.kind for entry in told.entries] == [entry.fact.kind for entry in done.entries]
