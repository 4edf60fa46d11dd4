"""The parser process fills the caches of the law, and its failures are reported."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest

from db.plan_reader import PlanReader, ReaderBusy
from db.program_cache import ProgramCache
from db.receipts import Receipt
from db.recorder import Recorder
from rules import acts as a
from rules.decide import Decided
from rules.facts import ProgramStarted
from rules.language.declared import declarations_of
from rules.language.parameters import RECORDED, parse_plan, recorded_plan
from rules.language.reading import InvalidDocument, parse_document
from rules.validation.accepted import validated_plan
from rules.vocabulary.matters import Amend
from tests.db.builders import act
from tests.db.conftest import Room
from tests.rules.small_plan import PEOPLE, PLAN

PLANS = Path(__file__).parents[2] / "plans"


@pytest.fixture
async def reader() -> AsyncIterator[PlanReader]:
    made = PlanReader()
    yield made
    await made.close()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a text in this process fails."""

    def refuse(*_: Any) -> NoReturn:
        raise AssertionError("a text was read on the event loop")

    monkeypatch.setattr("rules.language.parameters.parse_document", refuse)
    monkeypatch.setattr("rules.validation.accepted.validate_plan", refuse)


def _text(file: Path) -> str:
    return file.read_text()


def a_plan(**changes: Any) -> str:
    """A text that nobody has read before."""
    return json.dumps(PLAN | {"source": f"Written for {uuid4()}"} | changes)


async def test_the_law_finds_what_was_read_beside(reader: PlanReader, unread: None) -> None:
    text, child = a_plan(), a_plan(plan="other")
    mother = a_plan(programs={"other": {"title": "O", "plan": "other", "opened_in": "move", "when_suspended": "leave"}})
    await reader.prefetch_accepted(text, {"quiet": "P9D"}, {})
    assert validated_plan(text, {"quiet": "P9D"}, {}).source == json.loads(text)["source"]
    await reader.prefetch_declared(mother)
    assert declarations_of(mother).programs == {"other": "other"}
    programs = {"other": a.ChildPlan(document=child, members=(a.Member(person="olga", role=a.Role.OFFICER),))}
    await reader.prefetch_accepted(mother, {}, programs)
    assert validated_plan(mother, {}, programs) is recorded_plan(mother, {})
    assert recorded_plan(child, {}).plan == "other"


async def test_faults_are_those_that_the_law_would_find(reader: PlanReader, unread: None) -> None:
    text = a_plan(time_zone="Nowhere/Else")
    await reader.prefetch_accepted(text, {}, {})
    await reader.prefetch_declared("[" * 100)
    with pytest.raises(InvalidDocument, match=r"document:1:\d+: time_zone: 'Nowhere/Else' is no time zone"):
        validated_plan(text, {}, {})
    with pytest.raises(InvalidDocument, match="nested too deeply"):
        declarations_of("[" * 100)


@pytest.mark.parametrize("file", sorted(PLANS.rglob("plan.yaml")), ids=lambda file: file.parent.name)
async def test_a_plan_comes_back_as_it_is_read_here(reader: PlanReader, file: Path) -> None:
    """What one process reads, another has to fold by."""
    text = f"{_text(file)}\n# {uuid4()}\n"
    fact = ProgramStarted(document=text, parameters={}, plan_sha256="0" * 64, title="T", members=())
    await reader.prefetch_fact(fact)
    assert (text, ()) in RECORDED
    assert recorded_plan(text, {}) == parse_plan(parse_document(text))


async def test_an_act_is_judged_by_what_was_read_beside(room: Room, reader: PlanReader, unread: None) -> None:
    """A start, a preview, an amendment, and the fold of all of it elsewhere."""
    recorder = Recorder(room.writer, ProgramCache(room.reader, reader), reader)
    text, program_id = a_plan(), uuid4()
    begin = act("olga", a.StartProgram(document=text, members=PEOPLE))
    assert isinstance(await recorder.preview(program_id, begin), Decided)
    assert isinstance(await recorder.record(program_id, begin), Receipt)
    matter = Amend(document=a_plan(title="Another"))
    proposed = act("saul", a.Propose(proposal="p", procedure="joint", matter=matter, reason="It is better."))
    assert isinstance(await recorder.record(program_id, proposed), Receipt)
    assert await ProgramCache(room.reader, reader).load(program_id) is not None
    await recorder.close()


async def test_two_who_ask_for_one_text_have_it_read_once(reader: PlanReader, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[Any]()
    answered = reader._request  # noqa: SLF001  what goes to the process is what is counted

    async def counted(question: Any) -> Any:
        asked.append(question)
        return await answered(question)

    monkeypatch.setattr(reader, "_request", counted)
    text = a_plan()
    await asyncio.gather(*(reader.prefetch_accepted(text, {}, {}) for _ in range(5)))
    assert len(asked) == 1


async def test_no_more_wait_than_is_said(reader: PlanReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.plan_reader.MAX_PENDING", 2)
    outcomes = await asyncio.gather(*(reader.prefetch_accepted(a_plan(), {}, {}) for _ in range(4)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), ReaderBusy, ReaderBusy]


async def test_a_process_that_was_lost_is_started_again(reader: PlanReader) -> None:
    """A text that takes it down takes nothing else down, and is not taken for faulty."""
    await reader.prefetch_accepted(a_plan(), {}, {})
    assert reader.process_id is not None
    os.kill(reader.process_id, signal.SIGKILL)
    text = a_plan()
    with pytest.raises(ReaderBusy):
        await reader.prefetch_accepted(text, {}, {})
    await reader.prefetch_accepted(text, {}, {})
    assert validated_plan(text, {}, {}).plan == "truce"


async def test_a_text_that_takes_too_long_is_given_up(reader: PlanReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.plan_reader.MAX_SECONDS", 0.001)
    with pytest.raises(ReaderBusy, match="in time"):
        await reader.prefetch_accepted(a_plan(), {}, {})


async def test_whoever_reads_texts_knows_no_secrets(reader: PlanReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    await reader.prefetch_accepted(a_plan(), {}, {})
    environment = _text(Path(f"/proc/{reader.process_id}/environ"))
    assert "secret" not in environment
    assert "ACCORD" not in environment


async def test_a_caller_who_goes_away_mixes_up_nobodys_answer(reader: PlanReader) -> None:
    await reader.prefetch_accepted(a_plan(), {}, {})
    gone = asyncio.create_task(reader.prefetch_accepted(a_plan(title="Gone"), {}, {}))
    await asyncio.sleep(0)
    gone.cancel()
    text = a_plan(title="Here")
    await reader.prefetch_accepted(text, {}, {})
    assert validated_plan(text, {}, {}).title == "Here"
