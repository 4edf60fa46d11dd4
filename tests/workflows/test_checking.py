"""Check runs on a real record: results are recorded once, whatever is retried, and within the law."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from pydantic import TypeAdapter, ValidationError
from temporalio.exceptions import ApplicationError

from db.documents import StoreUnavailable, path_of
from rules import acts as a
from rules.field_types import Id
from rules.language.reading import parse_document
from rules.refusals import Code, Refused
from rules.validation import validate_plan
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings
from tests.plugged.stand_in import StandIn
from tests.rules.checked_plan import CHECKED
from tests.rules.small_plan import EVERYBODY
from tests.workflows.desk import Desk, desk_at
from workflows.recompute import build_ask
from workflows.sources.adapter import Ask
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer, Denied, NoAnswer
from workflows.sources.egress import Gateway

SECRET = "hunter2"  # noqa: S105  made up


class Scripted(StandIn):
    """Answers, or fails, as a test says."""

    def __init__(self) -> None:
        self.says: bytes | Exception = said({"2024": "89.5"})
        self.ahead = timedelta()

    async def fetch(self, *_: Any) -> tuple[Answer, ...]:
        if isinstance(self.says, Exception):
            raise self.says
        held = Fetch(
            url="https://observatory.example/smoke",
            status=200,
            retrieved_at=datetime.now(UTC) + self.ahead,
            sha256=sha256(self.says).hexdigest(),
            size=len(self.says),
        )
        return (Answer(held, self.says),)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        if answers[0].body == b"trap":
            raise KeyError(SECRET)
        return super().read(ask, answers)


def said(figures: dict[str, str], edition: str = "2025") -> bytes:
    return json.dumps({"edition": edition, "figures": figures}).encode()


@pytest.fixture
def scripted() -> Scripted:
    return Scripted()


@pytest.fixture
async def desk(url: str, tmp_path: Path, scripted: Scripted) -> AsyncIterator[Desk]:
    entry = SimpleNamespace(name="stand-in", load=lambda: lambda: scripted)
    async with desk_at(url, tmp_path, Adapters([cast("Any", entry)]), Gateway()) as made:
        start = a.StartProgram(document=json.dumps(CHECKED), members=EVERYBODY)
        await made.done(a.Actor(person="olga", role=a.Role.OFFICER), start)
        yield made


async def test_what_is_read_is_recorded_once_however_often_a_run_is_repeated(desk: Desk) -> None:
    assert (await desk.run()).outcome == "read"
    seq = await desk.seq()
    await desk.record()
    await desk.run("r2")
    assert (await desk.values(), await desk.seq()) == (["89.5"], seq)
    last = await desk.last()
    assert (last.outcome, last.failures, last.bytes) == ("read", 0, len(said({"2024": "89.5"})))


async def test_a_source_that_denies_twice_with_an_answer_between_is_heard_each_time(desk: Desk, scripted: Scripted) -> None:
    outcomes = []
    answers: tuple[bytes | Exception, ...] = (Denied("No."), said({"2024": "89.5"}), Denied("No."))
    for number, says in enumerate(answers):
        scripted.says = says
        await desk.run(f"r{number}")
        report = (await desk.program()).checks["smoke"].report
        outcomes.append(report.outcome if report else None)
    assert outcomes == ["refused", "read", "refused"]


async def test_a_fault_of_transport_is_tried_again_and_never_enters_the_ledger(desk: Desk, scripted: Scripted) -> None:
    seq = await desk.seq()
    scripted.says = NoAnswer("Nobody listens.")
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch()
    assert not caught.value.non_retryable
    for _ in range(2):  # told again after a kill
        await desk.give_up()
    last = await desk.last()
    assert (await desk.seq(), last.outcome, last.sentence, last.failures) == (seq, "no_answer", "Nobody listens.", 1)


async def test_a_run_whose_worker_has_died_is_a_failure_that_says_so(desk: Desk) -> None:
    await desk.runs.start(desk.id, "smoke", "r1")
    for _ in range(2):
        await desk.give_up()
    last = await desk.last()
    assert (last.outcome, last.sentence, last.failures) == ("no_answer", "The producer gave no answer in time.", 1)


async def test_a_run_records_what_it_has_fetched_itself_and_nothing_else(desk: Desk, scripted: Scripted) -> None:
    """Whoever reaches Temporal starts activities at will, and in runs of their own."""
    seq = await desk.seq()
    with pytest.raises(ApplicationError, match="fetched nothing") as caught:
        await desk.record("forged")
    assert caught.value.non_retryable
    await desk.fetch("r1")
    with pytest.raises(ApplicationError, match="fetched nothing"):
        await desk.record("forged")
    await desk.give_up("forged")
    assert (await desk.seq(), (await desk.last()).outcome) == (seq, None)
    scripted.says = said({"2024": "91"})
    await desk.fetch("r2")
    with pytest.raises(ApplicationError, match="a later one"):
        await desk.record("r1")  # what has been replaced is not recorded after it
    assert (await desk.record("r2")).outcome == "read"
    assert await desk.values() == ["91"]


async def test_what_one_program_has_fetched_is_not_recorded_for_another(desk: Desk) -> None:
    await desk.fetch("r1")
    first, desk.id = desk.id, uuid4()
    start = a.StartProgram(document=json.dumps(CHECKED), members=EVERYBODY)
    await desk.done(a.Actor(person="olga", role=a.Role.OFFICER), start)
    with pytest.raises(ApplicationError, match="fetched nothing"):
        await desk.record("r1")
    assert await desk.values() == []
    desk.id = first
    assert (await desk.record("r1")).outcome == "read"


async def test_ids_of_what_a_check_records_are_none_that_a_caller_can_choose(desk: Desk) -> None:
    await desk.run()
    rows = await desk.rows("SELECT DISTINCT act_id FROM ledger_entry WHERE program_id = %s AND actor = 'checks'")
    assert rows
    for row in rows:
        with pytest.raises(ValidationError):
            TypeAdapter(Id).validate_python(row["act_id"])


async def test_while_a_source_is_asked_again_the_check_says_why_there_is_no_answer(desk: Desk, scripted: Scripted) -> None:
    for says in ("Nobody listens.", "It took too long."):
        scripted.says = NoAnswer(says)
        with pytest.raises(ApplicationError):
            await desk.fetch()
    last = await desk.last()
    assert (last.outcome, last.sentence, last.failures) == ("no_answer", "It took too long.", 1)
    scripted.says = said({"2024": "89.5"})
    await desk.run()
    last = await desk.last()
    assert (last.outcome, last.failures, last.failing_since) == ("read", 0, None)


async def test_what_an_adapter_says_of_its_own_fault_is_repeated_nowhere(desk: Desk, scripted: Scripted) -> None:
    """It may hold the address with a token."""
    scripted.says = RuntimeError(SECRET)
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch()
    assert SECRET not in repr(caught.value)
    assert caught.value.__cause__ is None
    scripted.says = b"trap"
    told = await desk.run("r2")
    assert (told.outcome, SECRET in told.sentence) == ("unparseable", False)


async def test_a_program_that_ends_while_a_check_runs_hears_no_more_of_it(desk: Desk) -> None:
    await desk.fetch()
    authority = a.Actor(person="cleo", role=a.Role.AUTHORITY, party="commission")
    await desk.done(authority, a.TerminateProgram(reason="It is over."))
    seq = await desk.seq()
    with pytest.raises(ApplicationError, match="ended") as caught:
        await desk.record()
    assert caught.value.non_retryable
    assert await desk.seq() == seq


async def test_answers_that_are_damaged_before_they_are_read_end_the_run(desk: Desk) -> None:
    """The next one fetches them anew, and what is damaged is replaced."""
    await desk.fetch()
    kept = desk.store / path_of((await desk.fetched()).answers[0].sha256)
    kept.write_bytes(b"other bytes")
    with pytest.raises(ApplicationError) as caught:
        await desk.record()
    assert caught.value.non_retryable
    await desk.run("r2")
    assert await desk.values() == ["89.5"]


async def test_an_answer_is_not_read_as_one_to_a_question_of_another_text_of_the_plan(desk: Desk) -> None:
    """An amendment may name another file and its edition while the old one is on the way."""
    await desk.fetch()
    fetched = await desk.fetched()
    for other in ("of another source", ""):
        await desk.fetches.keep(desk.id, "smoke", "r1", replace(fetched, question=other))
        with pytest.raises(ApplicationError, match="amended while the check ran") as caught:
            await desk.record()
    assert caught.value.non_retryable
    assert await desk.values() == []


async def test_what_the_law_does_not_allow_is_told_beside_the_ledger_and_not_tried(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt at each run would fill the ledger."""

    async def refuses(*_: Any) -> Refused:
        return Refused(Code.WRONG_ORIGIN, "The check smoke reads no figures.", "a check of figures")

    monkeypatch.setattr(desk.recorder, "preview", refuses)
    seq = await desk.seq()
    for number in ("r1", "r2"):
        told = await desk.run(number)
        assert (told.outcome, told.recorded) == ("not_recorded", 0)
        assert told.sentence.endswith("It was not recorded: The check smoke reads no figures.")
    last = await desk.last()
    assert (await desk.seq(), last.outcome, last.failures) == (seq, "not_recorded", 2)


async def test_a_worker_whose_clock_is_ahead_records_by_the_time_of_the_database(desk: Desk, scripted: Scripted) -> None:
    """The law would refuse a figure that was fetched in the future, at each attempt anew, until that time has come."""
    scripted.ahead = timedelta(hours=1)
    assert (await desk.run()).outcome == "read"
    assert await desk.values() == ["89.5"]


@pytest.mark.parametrize("fault", [OSError(ENOSPC, "No space left"), StoreUnavailable()], ids=["file", "store"])
async def test_an_answer_that_cannot_be_kept_is_no_fault_of_the_producer_or_its_adapter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def full(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(desk.documents, "store", full)
    with pytest.raises(ApplicationError, match="could not be kept") as caught:
        await desk.fetch()
    assert not caught.value.non_retryable


def test_a_source_is_read_with_the_bounds_of_the_indicator() -> None:
    smoke = CHECKED["indicators"]["smoke"] | {"plausible": {"at_least": "0", "at_most": "500"}}
    plan = validate_plan(parse_document(json.dumps(CHECKED | {"indicators": {"smoke": smoke}})))
    ask = build_ask(plan, "smoke", date(2025, 1, 1))
    assert (ask.unit, ask.at_least, ask.at_most) == ("kt", Decimal(0), Decimal(500))


async def test_a_check_that_is_gone_is_not_run(desk: Desk) -> None:
    with pytest.raises(ApplicationError) as caught:
        await desk.fetch(name="soot")
    assert (caught.value.type, caught.value.non_retryable) == ("check_unknown", True)
