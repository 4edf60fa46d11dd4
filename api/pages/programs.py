"""The list of programs, and the page of a program with what blocks its next gates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.load_program import ProgramRead
from api.pages.display_names import Names
from api.pages.drawings.ring import ring
from api.pages.drawings.timeline import timeline
from api.pages.start_program import may_start
from api.pages.view import ProgramView, View, ViewOf
from api.responses.blocking import BlockedResponse, GateResponse
from api.responses.family import FamilyResponse
from api.responses.ledger import EntryResponse, redact
from api.responses.programs import ProgramLine, ProgramResponse
from api.responses.releases import ReleaseResponse
from api.routers.family import get_family
from api.routers.programs import count_programs, list_programs
from db.queries import LedgerFilter, ProgramFilter
from rules.entries import Entry
from rules.vocabulary.standing import Standing

router = APIRouter()

NEWEST, LONGEST, MOST_AT_ONCE = 12, 200, 200


@router.get("/programs")
async def programs(
    view: ViewOf,
    plan: Annotated[str, Query(max_length=LONGEST)] = "",
    phase: Annotated[str, Query(max_length=LONGEST)] = "",
    standing: Annotated[str, Query(max_length=LONGEST)] = "",
    party: Annotated[str, Query(max_length=LONGEST)] = "",
    owes: Annotated[str, Query(max_length=LONGEST)] = "",
    overdue: Annotated[str, Query(max_length=LONGEST)] = "",
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    after: Annotated[str | None, Query(max_length=LONGEST)] = None,
) -> Response:
    """The visitor's programs, newest first, in pages."""
    reader = view.visitor.reading()
    asked = {"plan": plan, "phase": phase, "standing": standing, "party": party, "owes": owes, "text": text.strip()}
    wanted = ProgramFilter(
        plan=plan or None,
        phase=phase or None,
        standing=standing or None,
        party=party or None,
        owes=owes or None,
        text=asked["text"] or None,
        overdue=True if overdue else None,
        person=reader.member_filter,
        among=reader.scope,
    )
    page = await list_programs(view.state, wanted, after=after)
    counts = await count_programs(view.state, wanted)
    known = await list_programs(view.state, ProgramFilter(person=reader.member_filter, among=reader.scope), limit=MOST_AT_ONCE)
    titles = await view.names_of(line.id for line in (*known.programs, *page.programs))
    return view.page(
        "programs.html",
        lines=page.programs,
        titles=titles,
        choices=_choices(known.programs, titles),
        counts=counts,
        next=page.next,
        asked={**asked, "overdue": overdue},
        standings=list(Standing),
        may_start=may_start(view),
    )


def _choices(lines: list[ProgramLine], titles: Mapping[UUID, Names]) -> dict[str, dict[str, str]]:
    """Plans, phases and parties of the visitor's programs, with their titles."""
    found: dict[str, dict[str, str]] = {"plan": {}, "phase": {}, "party": {}}
    for line in lines:
        called = titles[line.id]
        found["plan"][line.plan] = called.plan
        found["phase"] |= called.all_phases
        found["party"] |= called.all_parties
    return {what: dict(sorted(held.items(), key=lambda one: one[1])) for what, held in found.items()}


@router.get("/programs/by-phase")
async def by_phase(view: ViewOf) -> Response:
    """The visitor's newest programs by plan and open phase."""
    reader = view.visitor.reading()
    wanted = ProgramFilter(
        person=reader.member_filter,
        among=reader.scope,
    )
    page = await list_programs(view.state, wanted, limit=MOST_AT_ONCE)
    plans: dict[str, dict[str, list[ProgramLine]]] = {}
    for line in page.programs:
        for phase in line.open_phases or [""]:
            plans.setdefault(line.plan, {}).setdefault(phase, []).append(line)
    titles = await view.names_of(line.id for line in page.programs)
    return view.page("by_phase.html", plans=plans, titles=titles, is_cut=page.next is not None, most=MOST_AT_ONCE)


@router.get("/programs/{program}")
async def show(view: ViewOf, program: UUID) -> Response:
    """One program. The first screen says why the next phase is not open."""
    opened = await view.open_program(program)
    answer = ProgramResponse.of(program, opened.program, opened.at)
    runs = await view.state.runs.of(program) if opened.program.plan.checks else {}
    blocked = BlockedResponse.of(program, opened.program, runs, opened.at)
    return view.of_program(
        opened,
        "program.html",
        program=answer,
        blocked=blocked,
        gates=(gates := _by_phase(blocked.gates)),
        unfolded=any(opened.can_do(act) for blocks in [*gates.values()][1:] for block in blocks for act in block.unblocked_by),
        timeline=timeline(opened.program, opened.at),
        family=await _family(view, opened),
        rings={phase.name: ring(phase.stability) for phase in answer.phases if phase.stability},
        releases=[ReleaseResponse.of(opened.program, name, opened.at) for name, _ in opened.program.paying],
        newest=await newest_entries(view, opened, NEWEST),
    )


@router.get("/programs/{program}/done/{first}-{last}")
async def done(view: ViewOf, program: UUID, first: int, last: int) -> Response:
    """The page after an act: its entries, in words."""
    opened = await view.open_program(program)
    lines = await view.state.queries.ledger(program, after=first - 1, most=min(max(last - first + 1, 1), 200))
    return view.of_program(opened, "done.html", entries=entry_sentences(opened, [line.entry for line in lines]))


async def _family(view: View, opened: ProgramView) -> FamilyResponse | None:
    """The tree of child programs; None where the plan has none."""
    if not opened.program.plan.programs:
        return None
    held = ProgramRead(opened.id, opened.program, opened.at, is_past=False)
    return await get_family(view.state, view.visitor.reading(), held)


async def newest_entries(view: View, opened: ProgramView, most: int) -> list[EntryResponse]:
    """The newest entries of a ledger, each with its sentence."""
    lines = await view.state.queries.ledger(opened.id, LedgerFilter(), most=most, newest_first=True)
    return entry_sentences(opened, [line.entry for line in lines])


def entry_sentences(opened: ProgramView, entries: list[Entry]) -> list[EntryResponse]:
    """Entries without restricted content, each with its sentence."""
    return [redact(EntryResponse.of(entry, opened.program.plan)) for entry in entries]


def _by_phase(gates: list[GateResponse]) -> dict[tuple[str, str], list[GateResponse]]:
    found: dict[tuple[str, str], list[GateResponse]] = {}
    for gate in gates:
        found.setdefault((gate.phase, gate.gate), []).append(gate)
    return found
