"""Incremental results of a draft equal those computed from scratch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.draft import Draft
from db.program_cache import CachedProgram, ProgramCache
from db.projections import Changes, rows
from rules import acts as a
from rules.acts import Act
from rules.decide import decide
from rules.explanations.outstanding import outstanding_acts
from rules.reactions.clocks import clocks
from tests.db.builders import act, long_story, start
from tests.rules.small_plan import PEOPLE, PLAN, day

Told = Iterable[tuple[Act, datetime]]


def figure(name: str, period: str) -> Act:
    deed = a.RecordMeasurement(
        measurement=name,
        indicator="smoke",
        value=Decimal(99),
        unit="kt",
        period=period,
        producer="Observatory",
        edition="2025",
        source="yearbook",
        retrieved_at=datetime(2025, 2, 1, tzinfo=UTC),
    )
    return act("sara", deed)


def figures_follow_each_other() -> Told:
    """A newer figure stays fresh for longer, and nothing else changes by it."""
    yield start(), day(0)
    for number, period in enumerate(("2022", "2023", "2024"), start=1):
        yield figure(f"m{number}", period), day(number)
        yield act("nick", a.Verify(evidence=f"m{number}")), day(number, 10)


def a_date_passes() -> Told:
    """A date that a gate waits for is reached, and the gate still waits for something else."""
    document: dict[str, Any] = deepcopy(PLAN)
    wait = {"not_before": {"within": "P10D", "from": {"program": True}}}
    document["phases"]["answer"]["entry"] = [wait, {"phase": "move"}]
    yield act("olga", a.StartProgram(document=json.dumps(document), members=PEOPLE)), day(0)
    yield act("clock", a.StrikeClock()), day(5)
    yield act("clock", a.StrikeClock()), day(12)


STORIES = {"long": long_story, "figures": figures_follow_each_other, "date": a_date_passes}


def drafts(told: Told) -> Iterable[tuple[CachedProgram | None, Draft]]:
    program_id, kept = uuid4(), None
    for one, at in told:
        draft = Draft(program_id, kept, at, {})
        draft.judge(one)
        yield kept, draft
        kept = draft.after


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_clocks_are_those_of_the_program(story: Any) -> None:
    seen: set[int] = set()
    for _, draft in drafts(story()):
        assert draft.after is not None
        assert draft.after.clocks == clocks(draft.after.program)
        seen.add(len(draft.after.clocks))
    assert len(seen) > 1


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_changes_add_up_to_the_whole(story: Any) -> None:
    """Row by row as it happened, or all at once from the end: the same tables."""
    tables: dict[str, dict[tuple[Any, ...], Any]] = {}
    entries = []
    after: CachedProgram | None = None
    for before, draft in drafts(story()):
        draft.calls()  # which finds out what is owed
        after = draft.after
        assert after is not None
        new = [line.entry for line in draft.sealed]
        entries += new
        clocked, owed = (before.clocks if before else (), after.clocks), (before.owed if before else {}, after.owed)
        put(tables, rows(before.program if before else None, after.program, new, clocked, owed))
    whole: dict[str, dict[tuple[Any, ...], Any]] = {}
    assert after is not None
    put(whole, rows(None, after.program, entries, ((), after.clocks), ({}, outstanding_acts(after.program))))
    assert {name: lines for name, lines in tables.items() if lines} == whole


def put(tables: dict[str, dict[tuple[Any, ...], Any]], changes: Changes) -> None:
    for table, lines in changes.rows.items():
        tables.setdefault(table, {}).update({key(table, line): line for line in lines})
    for table, lines in changes.gone.items():
        for line in lines:
            del tables[table][key(table, line)]


def key(table: str, line: dict[str, Any]) -> tuple[Any, ...]:
    if table == "membership":
        return tuple(line.values())
    if table == "owed":
        return line["party"], line["kind"], line["name"]
    return (line["id" if table in {"evidence", "incident"} else "name"],)


def test_what_is_older_does_not_replace_what_is_newer() -> None:
    """Two that read at once may come back in either order."""
    states = [draft.after for _, draft in drafts(long_story())]
    programs = ProgramCache(reader=None)  # type: ignore[arg-type]
    one = UUID(int=1)
    for kept in (states[3], states[1]):
        assert kept is not None
        programs.put(one, kept)
    assert programs.get(one) is states[3]


async def test_a_batch_that_breaks_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in the middle of several acts, and then another act in the same transaction."""
    (_, first), *_ = drafts([(start(), day(0))])
    draft = Draft(uuid4(), first.after, day(1), {})
    monkeypatch.setattr("db.draft.decide", breaking_at_the_second())
    with pytest.raises(ZeroDivisionError):
        await draft.judge_all([figure("m1", "2023"), figure("m2", "2023")])
    assert draft.is_empty
    assert draft.after is first.after


def breaking_at_the_second() -> Any:
    asked: list[Act] = []

    def breaking(program: Any, one: Act, at: datetime, running: Any) -> Any:
        asked.append(one)
        return decide(program, one, at, running) if len(asked) == 1 else 1 / 0

    return breaking
