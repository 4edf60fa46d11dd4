"""Conversion of folded programs to the state that workflows receive."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from db.program_cache import CachedProgram
from rules.canonical import digest
from rules.entries import Entry
from rules.explanations.owing import owed_acts
from rules.family import child_id, child_news, holds_back
from rules.language.plan import Plan
from rules.program import Program
from rules.reactions.clocks import Clock
from rules.sentences import fact_sentence
from rules.vocabulary.members import Actor
from rules.vocabulary.phases import PhaseStatus
from workflows.messages import ChildRef, ChildState, ClockState, Headline, PhaseState, ProgramState

MAX_HEADLINES = 50
"""Limit of entries in one message; of more, the newest."""

MAX_WAITING_FOR = 20
HEAD_DIGITS = 16
"""Hexadecimal digits of the leaf that are sent to workflows."""


def program_state(program_id: UUID, cached: CachedProgram, epoch: int, *, sealed: bool = False) -> ProgramState:
    """The state of a program: phases that are open or have clocks. `sealed`: names stay out of search attributes."""
    program, parent = cached.program, cached.program.parent
    with_clocks = {clock.phase for clock in cached.clocks}
    return ProgramState(
        program=str(program_id),
        title=program.title,
        plan=program.plan.plan,
        standing=program.standing,
        seq=program.seq,
        head=cached.head.hex()[:HEAD_DIGITS],
        epoch=epoch,
        next_due=cached.clocks[0].due_at if cached.clocks else None,
        waiting_for=sorted({owed.party for owed in owed_acts(program, program.at)})[:MAX_WAITING_FOR],
        phases=[
            _phase(program, name, cached.clocks)
            for name in program.plan.phases
            if program.ended_at is None and (name in with_clocks or program.phase(name).status is PhaseStatus.OPEN)
        ],
        children=[_child(program_id, program, name) for name in program.children],
        parent=ChildRef(parent=parent.agreed.program, name=parent.agreed.name) if parent else None,
        news=digest(child_news(program)) if parent else "",
        checks=_checks(program, sealed=sealed),
        sealed=sealed,
    )


def _phase(program: Program, name: str, running: Iterable[Clock]) -> PhaseState:
    """A phase with its clocks; a complete phase may have some too (a figure that becomes stale)."""
    own = [clock for clock in running if clock.phase == name]
    status = program.phase(name).status
    return PhaseState(
        name=name,
        title=program.plan.phases[name].title,
        status="waiting" if own and status is PhaseStatus.COMPLETE else status,
        clocks=[ClockState(name=c.name, kind=c.kind, due_at=c.due_at, note=c.note) for c in own],
    )


def _child(program_id: UUID, program: Program, name: str) -> ChildState:
    rule = program.plan.programs[name]
    return ChildState(
        name=name,
        program=str(child_id(program_id, name)),
        title=rule.title,
        plan=rule.plan,
        standing=program.children[name].standing or "opened",
        holds=holds_back(program, name),
    )


def _checks(program: Program, *, sealed: bool) -> str:
    """A digest of everything that schedules depend on; the checks themselves are too large for each message."""
    plan = program.plan
    if not plan.checks:
        return ""
    runs = {name: [check.title, check.source, check.runs.model_dump(mode="json")] for name, check in plan.checks.items()}
    paused = {name: state.paused_because for name, state in program.checks.items() if state.paused_at is not None}
    ways = [plan.time_zone, runs, paused, program.ended_at is not None]
    return digest([*ways, "sealed"] if sealed else ways)


def headlines(entries: Iterable[Entry], plan: Plan) -> list[Headline]:
    """Summaries of entries for readers of the history, without the content of restricted evidence."""
    return [
        Headline(seq=entry.seq, at=entry.at, by=_by(entry.actor), what=fact_sentence(entry.fact, plan)) for entry in entries
    ]


def _by(actor: Actor | None) -> str:
    if actor is None:
        return "the law"
    return f"{actor.person}, {actor.role}" + (f" for {actor.party}" if actor.party else "")
