"""The table of owed acts agrees with the law at every moment, and queries find the right rows."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from db import memberships
from db.due_dates import DueDateFilter, due_dates
from db.owed import OwedFilter, OwedItem, OwedPlace, owed_items
from rules import acts as a
from rules.explanations.outstanding import outstanding_acts
from rules.explanations.owing import owed_acts
from rules.vocabulary.members import Role
from tests.db.builders import act, evidence, long_story, start, tell, verdict
from tests.db.conftest import Room
from tests.rules.small_plan import day, through


async def in_table(room: Room, program_id: UUID) -> set[tuple[object, ...]]:
    rows = await room.reader.rows("SELECT party, kind, name, since, due FROM owed WHERE program_id = %s", [program_id])
    return {tuple(row.values()) for row in rows}


async def test_after_each_act_the_table_says_what_the_law_says(room: Room) -> None:
    program_id = uuid4()
    told = long_story()
    for number in range(1, len(told)):
        kept = await tell(room.writer, program_id := uuid4(), told[:number])
        held = {(o.party, o.kind, o.name, o.since, o.due) for lines in kept.owed.values() for o in (one.owed for one in lines)}
        assert await in_table(room, program_id) == held
        if not kept.program.suspensions:
            now = {(o.party, o.kind, o.name, o.since, o.due) for o in owed_acts(kept.program, kept.program.settled_to)}
            assert now <= held
            assert {line for line in held - now if line[1] != "determination"} == set()


async def test_while_somebody_may_observe_the_table_knows_who_determines_then(room: Room) -> None:
    """Time passes without an act, and in a suspended program without a clock: the lines begin and end by themselves."""
    story = long_story()
    observed = next(number for number, (one, _) in enumerate(story) if one.deed.kind == "observe")
    program_id = uuid4()
    kept = await tell(room.writer, program_id, [*story[:observed], (act("cleo", a.SuspendProgram(reason="Wait.")), day(3))])
    (lines,) = [held for about, held in kept.owed.items() if about == ("milestone", "safety")]
    observation, determination = lines
    assert (observation.owed.party, observation.owed.kind) == ("south", "observation")
    assert (determination.owed.party, determination.owed.kind) == ("commission", "determination")
    assert observation.ends_at == determination.owed.since
    found = await owed_items(room.reader, OwedFilter(knows="olga"))  # long after that
    assert [(line.party, line.kind) for line in found] == [("commission", "determination")]


async def test_pages_hold_each_line_once_the_soonest_due_first(room: Room) -> None:
    for number in (14, 5, 1, 9, 2, 3):
        await tell(room.writer, uuid4(), long_story()[:number])
    whole = await owed_items(room.reader, OwedFilter(knows="olga"), most=200)
    assert len(whole) > 4
    found: list[OwedItem] = []
    after: OwedPlace | None = None
    while page := await owed_items(room.reader, OwedFilter(knows="olga"), after=after, most=2):
        found += page
        after = page[-1].place
    assert found == whole
    dated = [line.due_at for line in whole]
    assert dated == sorted(dated, key=lambda at: at or datetime.max.replace(tzinfo=UTC))


ASKED = {
    "a party's": OwedFilter(knows="olga", party="north"),
    "everybody's": OwedFilter(),
    "mine": OwedFilter(knows="sven", doer="sven", role=Role.VERIFIER, doer_party="south"),
    "a person's": OwedFilter(knows="olga", doer="nils"),
    "of a kind": OwedFilter(knows="olga", kinds=("evidence",)),
    "overdue": OwedFilter(knows="olga", overdue=True),
    "not overdue": OwedFilter(knows="olga", overdue=False),
    "due before": OwedFilter(knows="olga", due_before=day(400)),
    "an officer's own": OwedFilter(knows="olga", doer="olga", role=Role.OFFICER),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_it_is_the_same_for_who_has_few_programs_and_who_has_thousands(
    room: Room, asked: OwedFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3, 5, 9, 14):
        await tell(room.writer, uuid4(), long_story()[:number])
    few = await owed_items(room.reader, asked, most=200)
    monkeypatch.setattr(memberships, "FEW", 0)
    assert await owed_items(room.reader, asked, most=200) == few
    if few[2:]:
        last = few[1].place
        assert await owed_items(room.reader, asked, after=last, most=200) == few[2:]


async def test_a_person_owes_what_the_party_owes_and_the_role_may_do(room: Room) -> None:
    program_id = await room.started()
    await room.recorded(program_id, evidence("e1"))

    async def could(person: str) -> set[tuple[str, str]]:
        found = await owed_items(room.reader, OwedFilter(knows="olga", doer=person))
        return {(line.party, line.kind) for line in found}

    assert await could("nora") == {("north", "evidence")}  # the word that it is meant is still missing
    assert await could("sven") == {("south", "verification")}
    assert await could("sara") == await could("cleo") == await could("olga") == set()
    await room.recorded(program_id, verdict("e1"))
    assert await could("sven") == set()


async def test_what_is_missed_is_overdue_without_any_clock_or_act(room: Room) -> None:
    """The service may have been away: the date has passed all the same."""
    program_id = uuid4()
    told = [one for one in long_story() if one[1] < day(2)]
    kept = await tell(room.writer, program_id, told)
    assert kept.program.milestone("safety").due is not None
    (line,) = await owed_items(room.reader, OwedFilter(knows="olga", overdue=True))
    assert (line.party, line.name, line.title) == ("south", "safety", "Safety guaranteed")
    assert line.overdue_since is not None
    assert line.overdue_since > through(60)
    listed = await room.queries.program(program_id)
    assert listed is not None
    assert (listed.overdue, listed.overdue_since) == (True, line.overdue_since)


async def test_who_may_not_know_of_a_program_finds_nothing_of_it(room: Room) -> None:
    program_id = await room.started()
    assert await owed_items(room.reader, OwedFilter(knows="stranger", party="north")) == []
    assert await owed_items(room.reader, OwedFilter(knows="stranger", doer="nora")) == []
    everywhere = DueDateFilter(start=day(0), end=day(9999), knows="stranger")
    assert await due_dates(room.reader, everywhere) == []
    assert [line.program_id for line in await owed_items(room.reader, OwedFilter(knows="nora", party="north"))] == [program_id]
    assert await owed_items(room.reader, OwedFilter(knows="nora", among=[uuid4()])) == []


async def test_dates_come_with_what_they_were_first(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    program_id = uuid4()
    kept = await tell(room.writer, program_id, [one for one in long_story() if one[1] < day(17)])
    due = kept.program.milestone("safety").due
    assert due is not None
    asked = DueDateFilter(start=day(0), end=day(9999), knows="olga")
    found = await due_dates(room.reader, asked)
    assert [date.at for date in found] == sorted(date.at for date in found)
    safety = next(date for date in found if date.milestone == "safety")
    assert (safety.original, safety.revised, safety.party) == (due.original, due.revised, "south")
    assert {date.name for date in found} == {clock.name for clock in kept.clocks} | {"deadline.safety"}
    places = [None, *(date.place for date in found[:-1])]
    pages = [date for after in places for date in await due_dates(room.reader, asked, after=after, most=1)]
    assert pages == found
    monkeypatch.setattr(memberships, "FEW", 0)
    assert await due_dates(room.reader, asked) == found
    assert await due_dates(room.reader, DueDateFilter(start=day(0), end=day(9999), party="north")) == []


async def test_a_start_owes_what_its_first_phase_asks_for(room: Room) -> None:
    kept = await tell(room.writer, uuid4(), [(start(), day(0))])
    assert kept.owed == outstanding_acts(kept.program)
    assert [(one.owed.party, one.owed.kind, one.due_at) for lines in kept.owed.values() for one in lines] == [
        ("north", "evidence", None)
    ]
