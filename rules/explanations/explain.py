"""Explanation of gates: which criteria block one, in plain words, and who owes the next act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from rules.explanations.criteria import criterion_text, unmet_criteria
from rules.explanations.reasons import names_in_words
from rules.figures.selection import usable_figure
from rules.language import criteria as c
from rules.program import Program
from rules.queries.findings import judge_milestone
from rules.queries.reliance import checks_relied_on
from rules.times import day_in_words
from rules.truth import Truth
from rules.vocabulary.phases import Gate, PhaseStatus
from rules.vocabulary.standing import Standing
from rules.vocabulary.unknown import Unknown, Why


@dataclass(frozen=True, slots=True)
class Blocking:
    """One unmet criterion of a gate.

    `owes` names who owes the next act (parties, bodies; empty: only time or an event outside
    the parties' acts). `since` is when it began to be owed. `earliest` is the first instant at
    which the criterion could be met if everything owed were done at once; None: not known.
    """

    phase: str
    gate: Gate
    criterion: str
    outcome: Truth
    sentence: str
    owes: tuple[str, ...]
    since: datetime | None
    earliest: datetime | None
    unknown: Why | None = None
    """Where a figure that it needs tells nothing: of which kind that is."""

    leaf: c.Leaf | None = None
    """The criterion, where it is one of the plan's."""

    relies_on: tuple[str, ...] = ()
    """The checks that it is judged by, well or not: how they go is no matter of the law."""


def blocking(program: Program, at: datetime) -> tuple[Blocking, ...]:
    """The criteria that block the next phases: open ones from completing, reachable ones from opening.

    Left out are phases within a phase that is not open, since the outer one blocks them. Left out too is that an open phase
    waits for inner ones, whose own blocks are listed.
    """
    found: list[Blocking] = []
    for name, rule in program.plan.phases.items():
        outer = program.phase(rule.within).status if rule.within else PhaseStatus.OPEN
        if program.phase(name).told in ("complete", "closed") or outer is PhaseStatus.WAITING:
            continue
        inner = {f"phase: {other}" for other, held in program.plan.phases.items() if held.within == name}
        found.extend(block for block in blocking_phase(program, name, at) if block.criterion not in inner)
    return tuple(found)


def blocking_phase(program: Program, name: str, at: datetime) -> tuple[Blocking, ...]:
    """The criteria that block one phase: of its entry gate while it waits, of its exit gate while it is open."""
    rule, state = program.plan.phases[name], program.phase(name)
    if program.ended_at is not None or state.told in ("complete", "closed"):
        return ()
    found: list[Blocking] = []
    waiting = state.status is PhaseStatus.WAITING
    gate: Gate = "entry" if waiting else "exit"
    if program.standing is not Standing.RUNNING:
        since = program.suspensions[-1][0]
        with_parent = f" {program.parent.reason}" if program.parent and program.parent.holds else ""
        sentence = f"The program is {program.standing} since {day_in_words(since, program.plan.time_zone)}; no gate opens."
        found.append(Blocking(name, gate, "program: running", Truth.NOT_MET, sentence + with_parent, (), since, None))
    if waiting and rule.within and (outer := program.phase(rule.within).status) is not PhaseStatus.OPEN:
        which = "not open" if outer is PhaseStatus.WAITING else "complete"
        sentence = f"It opens within another phase, which is {which}: {program.plan.phases[rule.within].title}."
        found.append(Blocking(name, gate, f"within: {rule.within}", Truth.NOT_MET, sentence, (), None, None))
    found.extend(_unmet(program, name, gate, rule.entry if waiting else program.plan.exits[name], at))
    if waiting and not found and rule.opens == "on_advance":
        sentence = f"{rule.title}: its entry gate is met; it opens when somebody advances it."
        owes = (rule.party,) if rule.party else tuple(program.plan.parties)
        found.append(Blocking(name, gate, "advance", Truth.NOT_MET, sentence, owes, state.entry_met_at, at))
    return tuple(_with_stalls(program, block) for block in found)


def _with_stalls(program: Program, block: Blocking) -> Blocking:
    """The reasons, with a remark on those who owe and are stalled."""
    stalls = ((party, program.stalls[party].since) for party in block.owes if party in program.stalls)
    zone = program.plan.time_zone
    told = [f"{names_in_words(program, [party])} has stood still since {day_in_words(since, zone)}." for party, since in stalls]
    return replace(block, sentence=" ".join((block.sentence, *told))) if told else block


def _unmet(
    program: Program,
    phase: str,
    gate: Gate,
    criteria: Iterable[c.Criterion],
    at: datetime,
) -> Iterator[Blocking]:
    for leaf, outcome, (sentence, owes, since, earliest) in unmet_criteria(program, (phase, gate), criteria, at):
        unknown, checks = _unknown(program, leaf, at), checks_relied_on(program.plan, leaf)
        yield Blocking(phase, gate, criterion_text(leaf), outcome, sentence, owes, since, earliest, unknown, leaf, checks)


def _unknown(program: Program, leaf: c.Leaf, at: datetime) -> Why | None:
    match leaf:
        case c.MilestoneAchieved(milestone=name) | c.MilestoneGraded(graded=c.Graded(milestone=name)):
            return judge_milestone(program, name, at).unknown
        case c.FigureHolds(figure=asked):
            figure = usable_figure(program, asked.indicator, at)
            return figure.why if isinstance(figure, Unknown) else None
        case _:
            return None
