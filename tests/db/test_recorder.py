"""Acts are recorded exactly once, and each caller has its own answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from db import projections
from db.database_clock import DatabaseClock
from db.ledger import LedgerFault, read, verify_chain
from db.pipeline import Statement, Transaction
from db.pools import LedgerPool
from db.program_cache import ProgramCache
from db.receipts import BatchRefused, Receipt
from db.recorder import Recorder
from rules import acts as a
from rules.decide import Decided
from rules.evolve import fold
from rules.refusals import Refused
from tests.conftest import unguarded
from tests.db.builders import act, evidence, long_story, not_allowed, start, stored, tell, verdict
from tests.db.conftest import Room
from tests.rules.small_plan import PEOPLE, PLAN


async def test_an_act_is_answered_with_what_it_added(room: Room) -> None:
    program_id = await room.started()
    receipt = await room.recorded(program_id, evidence("e1"))
    assert receipt.entries[0].fact.kind == "evidence_recorded"
    assert receipt.first_seq == receipt.entries[0].seq
    assert receipt.last_seq == receipt.program.seq
    line = await room.queries.program(program_id)
    assert line is not None
    assert (line.seq, line.head.hex()) == (receipt.last_seq, receipt.head)


@pytest.mark.parametrize("is_cached", [True, False])
async def test_an_act_is_answered_with_what_is_made_of_its_receipt(room: Room, other_room: Room, *, is_cached: bool) -> None:
    program_id = await room.started()
    asked = room if is_cached else other_room  # which has not cached the program, and appends under its lock
    assert (
        await asked.recorder.record_and_answer(program_id, evidence("e1", "the-act"), lambda receipt: receipt.act_id)
        == "the-act"
    )


@pytest.mark.parametrize("is_cached", [True, False])
async def test_a_fault_in_making_an_answer_is_told_and_the_act_is_recorded_once(
    room: Room, other_room: Room, *, is_cached: bool
) -> None:
    program_id = await room.started()
    asked = room if is_cached else other_room

    def fault(_: Receipt) -> str:
        raise LookupError("no words for it")

    with pytest.raises(LookupError):
        await asked.recorder.record_and_answer(program_id, evidence("e1", "the-act"), fault)
    assert (await asked.recorded(program_id, evidence("e1", "the-act"))).repeated


async def test_a_program_is_what_its_entries_add_up_to(room: Room) -> None:
    program_id = uuid4()
    kept = await tell(room.writer, program_id, long_story())
    entries = [read(row.leaf, row.body) for row in await stored(room.queries, program_id)]
    assert fold(entries) == kept.program
    loaded = await room.programs.load(program_id)
    assert loaded == kept


async def test_a_repeat_is_answered_with_the_first_receipt(room: Room, other_room: Room) -> None:
    """A client that heard nothing asks again, of this process or of another, and nothing is recorded twice."""
    program_id = await room.started()
    first = await room.recorded(program_id, evidence("e1", "the-act"))
    await room.recorded(program_id, evidence("e2"))
    for asked in (room, other_room):
        again = await asked.recorded(program_id, evidence("e1", "the-act"))
        assert again.repeated
        assert (again.entries, again.head, again.recorded_at) == (first.entries, first.head, first.recorded_at)


async def test_a_start_that_is_repeated_is_the_same_program(room: Room) -> None:
    program_id = uuid4()
    first = await room.recorded(program_id, start("begin"))
    again = await room.recorded(program_id, start("begin"))
    assert again.repeated
    assert again.entries == first.entries


async def test_an_id_that_was_used_for_something_else_is_refused(room: Room) -> None:
    program_id = await room.started()
    await room.recorded(program_id, evidence("e1", "the-act"))
    refused = await room.recorder.record(program_id, evidence("e1", "the-act", text="another.pdf"))
    assert isinstance(refused, Refused)
    assert refused.code == "act_id_reused"


async def test_a_refused_attempt_is_recorded(room: Room) -> None:
    program_id = await room.started()
    refused = await room.recorder.record(program_id, attempt := not_allowed())
    assert isinstance(refused, Refused)
    *_, last = await room.queries.ledger(program_id)
    assert last.entry.fact.kind == "attempt_refused"
    assert (last.entry.act, last.entry.actor) == (attempt.id, attempt.actor)


async def test_what_was_refused_can_be_done_later_under_the_same_id(room: Room) -> None:
    program_id = await room.started()
    early = verdict("e1").model_copy(update={"id": "the-act"})
    assert isinstance(await room.recorder.record(program_id, early), Refused)
    await room.recorded(program_id, evidence("e1"))
    assert not (await room.recorded(program_id, early)).repeated
    assert (await room.recorded(program_id, early)).repeated


async def test_a_start_that_is_refused_leaves_nothing(room: Room) -> None:
    program_id = uuid4()
    faulty = act("olga", a.StartProgram(document='{"accord": 1}'))
    assert isinstance(await room.recorder.record(program_id, faulty), Refused)
    assert await room.queries.program(program_id) is None


async def test_an_act_on_no_program_is_refused(room: Room) -> None:
    refused = await room.recorder.record(uuid4(), evidence())
    assert isinstance(refused, Refused)
    assert refused.code == "program_unknown"


async def test_a_clock_that_is_not_due_changes_nothing(room: Room) -> None:
    program_id = await room.started()
    before = await room.queries.program(program_id)
    receipt = await room.recorded(program_id, act("clock", a.StrikeClock()))
    assert receipt.entries == ()
    assert await room.queries.program(program_id) == before


async def test_an_act_too_large_for_an_entry_is_refused_and_the_attempt_kept(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_id = await room.started()
    monkeypatch.setattr("db.ledger.LARGEST_BODY", 650)
    refused = await room.recorder.record(program_id, evidence(text="x" * 200))
    assert isinstance(refused, Refused)
    assert refused.code == "act_too_large"
    *_, last = await room.queries.ledger(program_id)
    assert last.entry.fact.kind == "attempt_refused"
    await room.recorded(program_id, evidence())


async def test_the_longest_plan_is_recorded(room: Room) -> None:
    """As many letters as a plan may have, and every second one to be escaped."""
    text = json.dumps(PLAN)
    note = ' "' * ((199_000 - len(text)) // 2)
    program_id = uuid4()
    await room.recorded(program_id, act("olga", a.StartProgram(document=f"{text}\n#{note}", members=PEOPLE)))
    kept = await ProgramCache(room.reader).load(program_id)
    assert kept is not None


async def test_many_at_once_make_one_chain(room: Room, other_room: Room, owner: Any) -> None:
    """200 acts from two processes: every one recorded once, in one chain without a gap or a step back in time."""
    program_id = await room.started()
    acts = [evidence() for _ in range(200)]
    rooms = [room, other_room]
    receipts = await asyncio.gather(*(rooms[number % 2].recorded(program_id, one) for number, one in enumerate(acts)))
    rows = await stored(room.queries, program_id)
    line = await room.queries.program(program_id)
    assert line is not None
    assert verify_chain(rows, (line.seq, line.head)) == []
    assert [row.act_id for row in rows if row.kind == "evidence_recorded"] != []
    assert {row.act_id for row in rows} >= {one.id for one in acts}
    assert len({receipt.first_seq for receipt in receipts}) == 200


async def test_programs_that_share_a_round_trip_keep_their_chains_apart(room: Room, other_room: Room) -> None:
    """Two processes on the same twenty programs: whoever turns out to be late looks again, and takes nobody with it."""
    programs = [await room.started() for _ in range(20)]
    rooms = [room, other_room]
    acts = [(program_id, asked, evidence()) for program_id in programs for asked in rooms for _ in range(3)]
    await asyncio.gather(*(asked.recorded(program_id, one) for program_id, asked, one in acts))
    for program_id in programs:
        rows = await stored(room.queries, program_id)
        line = await room.queries.program(program_id)
        assert line is not None
        assert verify_chain(rows, (line.seq, line.head)) == []
        recorded = [row.act_id for row in rows if row.kind == "evidence_recorded"]
        assert sorted(recorded) == sorted(one.id for among, _, one in acts if among == program_id)


async def test_a_head_row_that_lies_stops_its_own_program_only(room: Room, owner: psycopg.AsyncConnection[Any]) -> None:
    lying, honest = await room.started(), await room.started()
    await owner.execute("UPDATE program SET seq = seq - 1 WHERE id = %s", [lying])
    outcomes = await asyncio.gather(
        room.recorder.record(lying, evidence()), room.recorder.record(honest, evidence()), return_exceptions=True
    )
    assert isinstance(outcomes[0], RuntimeError)
    assert isinstance(outcomes[1], Receipt)


async def test_an_act_is_never_recorded_at_a_time_that_the_database_has_not_reached(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The optimistic append of a process whose clock runs ahead fails, and the locked append takes the database's time."""
    program_id = await room.started()
    monkeypatch.setattr(DatabaseClock, "now", lambda _: datetime.now(UTC) + timedelta(minutes=1))
    recorded = await room.recorded(program_id, evidence())
    assert recorded.recorded_at <= datetime.now(UTC)


async def test_starts_at_once_make_one_program(room: Room, other_room: Room) -> None:
    program_id = uuid4()
    rooms = [room, other_room]
    outcomes = await asyncio.gather(
        *(rooms[number % 2].recorder.record(program_id, start(f"start-{number}")) for number in range(10))
    )
    assert len([outcome for outcome in outcomes if isinstance(outcome, Receipt)]) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"program_exists"}
    line = await room.queries.program(program_id)
    assert line is not None
    assert verify_chain(await stored(room.queries, program_id), (line.seq, line.head)) == []


async def test_what_another_process_wrote_is_seen(room: Room, other_room: Room) -> None:
    """The cache must never answer from yesterday: the evidence was recorded there and is verified here."""
    program_id = await room.started()
    await room.programs.load(program_id)
    await other_room.recorded(program_id, evidence("e1"))
    receipt = await room.recorded(program_id, verdict("e1"))
    assert receipt.entries[0].fact.kind == "evidence_verified"
    assert (await other_room.programs.load(program_id)) == (await room.programs.load(program_id))


async def test_a_ledger_that_was_rewritten_beside_us_is_not_answered_from(room: Room, other_room: Room, owner_url: str) -> None:
    """An entry with other words and a leaf that fits them: the next one does not follow it, and whoever folds them says so."""
    program_id = await room.started()
    await room.recorded(program_id, evidence("e1"))
    with unguarded(owner_url) as connection:
        connection.execute(
            "UPDATE ledger_entry SET body = convert_to(replace(convert_from(body, 'UTF8'), 'olga', 'otto'), 'UTF8'),"
            " leaf = sha256('\\x00'::bytea || convert_to(replace(convert_from(body, 'UTF8'), 'olga', 'otto'), 'UTF8'))"
            " WHERE program_id = %s AND seq = 1",
            [program_id],
        )
    with pytest.raises(LedgerFault):
        await other_room.programs.load(program_id)
    with pytest.raises(LedgerFault):
        await other_room.recorder.record(program_id, verdict("e1"))


async def test_several_acts_are_recorded_together(room: Room) -> None:
    program_id = await room.started()
    receipts = await room.recorder.record_all(program_id, [evidence("e1"), verdict("e1")])
    assert isinstance(receipts, tuple)
    assert receipts[1].first_seq == receipts[0].last_seq + 1


async def test_of_several_acts_none_is_recorded_when_one_is_refused(room: Room) -> None:
    program_id = await room.started()
    before = await room.programs.load(program_id)
    acts = [evidence("e1"), verdict("e1"), not_allowed(), evidence("e2")]
    refused = await room.recorder.record_all(program_id, acts)
    assert isinstance(refused, BatchRefused)
    assert (refused.index, refused.refused.code) == (2, "role_may_not")
    after = await room.programs.load(program_id)
    assert before is not None
    assert after is not None
    assert after.program.evidence == before.program.evidence
    assert after.seq == before.seq + 1


async def test_a_refusal_of_one_is_no_refusal_of_the_others(room: Room) -> None:
    """Acts that share a transaction each have their own answer."""
    program_id = await room.started()
    acts = [evidence(), not_allowed(), evidence(), not_allowed(), evidence()]
    outcomes = await asyncio.gather(*(room.recorder.record(program_id, one) for one in acts))
    assert [isinstance(outcome, Receipt) for outcome in outcomes] == [True, False, True, False, True]


async def test_a_repeat_within_one_transaction_is_a_repeat(room: Room) -> None:
    program_id = await room.started()
    outcomes = await asyncio.gather(*(room.recorded(program_id, evidence("e1", "the-act")) for _ in range(5)))
    assert [outcome.repeated for outcome in outcomes] == [False, True, True, True, True]
    assert len({outcome.first_seq for outcome in outcomes}) == 1


async def test_what_cannot_be_written_for_one_program_is_no_fault_of_those_that_share_its_round_trip(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, sound = await room.started(), await room.started()

    def rows(before: Any, after: Any, *others: Any) -> Any:
        if "faulty" in after.evidence:
            raise ZeroDivisionError
        return projections.rows(before, after, *others)

    monkeypatch.setattr("db.draft.rows", rows)
    outcomes = await asyncio.gather(
        room.recorder.record(faulty, evidence("faulty")), room.recorder.record(sound, evidence()), return_exceptions=True
    )
    assert isinstance(outcomes[0], ZeroDivisionError)
    assert isinstance(outcomes[1], Receipt)
    await room.recorded(faulty, evidence())


async def test_a_program_goes_on_after_any_fault_in_judging_an_act(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `StopIteration` cannot be handed to who waits, and must not leave the others waiting for ever."""
    program_id = await room.started()
    monkeypatch.setattr("db.draft.decide", lambda *_: next(iter(())))
    with pytest.raises(RuntimeError):
        await room.recorder.record(program_id, evidence())
    monkeypatch.undo()
    await room.recorded(program_id, evidence())


async def test_a_commit_that_fails_is_a_fault_of_the_database(room: Room, owner: psycopg.AsyncConnection[Any]) -> None:
    """What is only found out at the end of the transaction is answered after all its statements have been."""
    program_id = await room.started()
    await owner.execute("""
        CREATE FUNCTION too_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$;
        CREATE CONSTRAINT TRIGGER at_last AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION too_late();
        ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER at_last""")
    call = (Statement("SELECT 1"),)
    with pytest.raises(psycopg.errors.DiskFull):
        await room.recorder.record(program_id, evidence())
    async with room.writer.transaction() as transaction:
        assert await transaction.execute(call) == [[(1,)]]


async def test_a_program_that_somebody_holds_keeps_no_other_waiting(room: Room, owner_url: str) -> None:
    """Neither those that would share its round trip, nor those that come after it."""
    held, *others = [await room.started() for _ in range(4)]
    async with await psycopg.AsyncConnection.connect(owner_url) as holder:
        await holder.execute("SELECT 1 FROM program WHERE id = %s FOR NO KEY UPDATE", [held])
        waiting = asyncio.create_task(room.recorded(held, evidence()))
        async with asyncio.timeout(5):
            await asyncio.gather(*(room.recorded(program_id, evidence()) for program_id in others))
        assert not waiting.done()
        await holder.rollback()
    await waiting


@pytest.mark.parametrize(("took", "sent_together"), [(150, []), (70, [1, 1]), (1, [2])])
async def test_what_takes_long_to_judge_is_appended_under_the_lock(
    room: Room, monkeypatch: pytest.MonkeyPatch, took: int, sent_together: list[int]
) -> None:
    """Its time would have passed before it is sent, and with it that of the programs which share its round trip."""
    programs = [await room.started() for _ in range(2)]
    steps, now, execute = count(), DatabaseClock.now, Transaction.execute
    sent = list[int]()

    async def counted(self: Transaction, *calls: Any, **named: Any) -> Any:
        sent.append(sum("SKIP LOCKED" in statement.sql for statement, *_ in calls))
        return await execute(self, *calls, **named)

    monkeypatch.setattr(Transaction, "execute", counted)
    monkeypatch.setattr(
        DatabaseClock, "now", lambda hour: (now(hour) or datetime.now(UTC)) + timedelta(milliseconds=took * next(steps))
    )
    await asyncio.gather(*(room.recorded(program_id, evidence()) for program_id in programs))
    assert [number for number in sent if number] == sent_together


async def test_a_fault_of_the_database_is_told_to_all_who_waited_and_then_forgotten(
    room: Room, owner: psycopg.AsyncConnection[Any]
) -> None:
    program_id = await room.started()
    await owner.execute("ALTER TABLE evidence RENAME TO hidden")
    outcomes = await asyncio.gather(*(room.recorder.record(program_id, evidence()) for _ in range(5)), return_exceptions=True)
    assert all(isinstance(outcome, psycopg.errors.UndefinedTable) for outcome in outcomes)
    await owner.execute("ALTER TABLE hidden RENAME TO evidence")
    receipt = await room.recorded(program_id, evidence())
    assert receipt.first_seq == 5  # the start and its effects are four, and of the failed acts nothing is there


async def test_a_lost_connection_is_replaced(room: Room, owner: psycopg.AsyncConnection[Any]) -> None:
    program_id = await room.started()
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert not (await room.recorded(program_id, evidence("e1", "the-act"))).repeated
    assert (await room.recorded(program_id, evidence("e1", "the-act"))).repeated
    assert await room.queries.program(program_id) is not None


async def test_who_goes_away_takes_nobody_else_with_them(room: Room) -> None:
    program_id = await room.started()
    tasks = [asyncio.create_task(room.recorder.record(program_id, evidence(f"e{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, Receipt) for outcome in outcomes[1::2])
    rows = await stored(room.queries, program_id)
    assert [row.subject for row in rows if row.kind == "evidence_recorded"] == [f"e{n}" for n in range(1, 20, 2)]
    assert verify_chain(rows) == []


async def test_a_preview_shows_the_effects_and_writes_nothing(room: Room) -> None:
    program_id = await room.started()
    before = await room.queries.program(program_id)
    would = await room.recorder.preview(program_id, evidence("e1"), verdict("e1"))
    assert isinstance(would, Decided)
    assert {entry.fact.kind for entry in would.entries} >= {"evidence_recorded", "evidence_verified"}
    assert isinstance(await room.recorder.preview(program_id, not_allowed()), Refused)
    assert await room.queries.program(program_id) == before


async def test_a_program_is_what_it_was_then(room: Room) -> None:
    """As of an instant, only what had been recorded by then counts."""
    program_id = await room.started()
    first = await room.recorded(program_id, evidence("e1"))
    second = await room.recorded(program_id, evidence("e2"))
    then = await room.programs.as_of(program_id, first.recorded_at)
    assert then is not None
    assert set(then.evidence) == {"e1"}
    now = await room.programs.as_of(program_id, second.recorded_at)
    assert now == second.program
    assert await room.programs.as_of(program_id, first.program.started_at.replace(year=2001)) is None


async def test_a_head_row_that_lies_stops_the_recorder(room: Room, owner: psycopg.AsyncConnection[Any]) -> None:
    """A ledger whose newest entry was taken away, or a head that was set back, is not written on."""
    program_id = await room.started()
    await owner.execute("UPDATE program SET seq = seq - 1")
    with pytest.raises(RuntimeError, match="does not end where its head row says"):
        await room.recorder.record(program_id, evidence())


async def test_the_time_is_that_after_the_wait(room: Room, owner_url: str) -> None:
    """Taken before the lock it could lie before that of an entry which stands earlier in the chain."""
    program_id = await room.started()
    async with await psycopg.AsyncConnection.connect(owner_url) as holder:
        await holder.execute("SELECT 1 FROM program FOR NO KEY UPDATE")
        waiting = asyncio.create_task(room.recorded(program_id, evidence()))
        await asyncio.sleep(0.3)
        cursor = await holder.execute("SELECT clock_timestamp()")
        (released,) = await cursor.fetchone() or (None,)
        assert not waiting.done()
        await holder.rollback()
    assert (await waiting).recorded_at > released


async def test_a_clock_that_was_corrected_does_not_turn_time_around(room: Room) -> None:
    program_id = uuid4()
    ahead = datetime.now(UTC) + timedelta(minutes=2)
    await tell(room.writer, program_id, [(start(), ahead)])
    assert (await room.recorded(program_id, evidence())).recorded_at == ahead
    assert verify_chain(await stored(room.queries, program_id)) == []


async def test_a_receipt_holds_nothing_of_a_refusal_that_stands_beside_it(room: Room) -> None:
    """Refused as of the future, accepted a moment later, both under one id."""
    program_id = await room.started()
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    early = evidence("e1", "the-act")
    early = early.model_copy(update={"deed": early.deed.model_copy(update={"happened_at": soon})})
    assert isinstance(await room.recorder.record(program_id, early), Refused)
    await asyncio.sleep(0.6)
    first = await room.recorded(program_id, early)
    again = await room.recorded(program_id, early)
    assert again.repeated
    assert again.entries == first.entries


async def test_a_program_that_is_started_concurrently_is_read_again(room: Room) -> None:
    """The head row was not there yet when it was to be locked, and the entries were when they were read."""
    program_id = uuid4()
    await room.recorded(program_id, start("begin"))
    late = Recorder(_TooEarly(room.writer), ProgramCache(room.reader))
    outcome = await late.record(program_id, start("another"))
    assert isinstance(outcome, Refused)
    assert outcome.code == "program_exists"


class _TooEarly(LedgerPool):
    """Sees no head row the first time."""

    def __init__(self, writer: LedgerPool) -> None:
        self._writer = writer
        self._is_early = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self._writer.transaction() as transaction:
            execute = transaction.execute

            async def blind(*calls: Any, **named: Any) -> Any:
                begun, head, *rest = await execute(*calls, **named)
                return [begun, [] if self._is_early else head, *rest]

            transaction.execute = blind  # type: ignore[method-assign]
            try:
                yield transaction
            finally:
                transaction.execute = execute  # type: ignore[method-assign]
                self._is_early = False
