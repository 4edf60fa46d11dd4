"""A plan as a graph of phases: each stands to the right of its prerequisites, with an arrow from each of them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from rules.language import criteria as c
from rules.language.plan import Plan
from rules.rendering.criteria import gate_in_words

BOX, HEIGHT, ACROSS, DOWN, EDGE = 190.0, 76.0, 250.0, 96.0, 10.0
"""Units of the drawing: width and height of a phase, spacing of columns and rows, and the margin."""

LETTERS, LINES = 21, 2


@dataclass(frozen=True, slots=True)
class Box:
    """A phase. `opens` and `complete` summarise its gates, `quiet` its stability period."""

    name: str
    title: str
    lines: list[str]
    x: float
    y: float
    milestones: int
    quiet: str | None
    opens: str
    complete: str


@dataclass(frozen=True, slots=True)
class Gates:
    """The whole drawing. `arrows` are SVG paths."""

    width: float
    height: float
    boxes: list[Box]
    arrows: list[str]


def gates(plan: Plan) -> Gates:
    """The phases of a plan, from left to right."""
    after = {name: _waits_for(plan, name) for name in plan.phases}
    column = _columns(after)
    rows: dict[int, int] = {}
    boxes = {}
    for name in plan.phases:
        row = rows[column[name]] = rows.get(column[name], -1) + 1
        boxes[name] = _box(plan, name, EDGE + column[name] * ACROSS, EDGE + row * DOWN)
    return Gates(
        width=EDGE * 2 + max(column.values()) * ACROSS + BOX,
        height=EDGE * 2 + max(rows.values()) * DOWN + HEIGHT,
        boxes=[*boxes.values()],
        arrows=[_arrow(boxes[source], boxes[name]) for name, sources in after.items() for source in sorted(sources)],
    )


def _box(plan: Plan, name: str, x: float, y: float) -> Box:
    rule = plan.phases[name]
    return Box(
        name=name,
        title=rule.title,
        lines=textwrap.wrap(rule.title, LETTERS, max_lines=LINES, placeholder=" …"),
        x=x,
        y=y,
        milestones=len(rule.milestones),
        quiet=str(rule.stability.length) if rule.stability else None,
        opens=gate_in_words(rule.entry, plan.time_zone),
        complete=gate_in_words(plan.exits[name], plan.time_zone),
    )


def _arrow(source: Box, target: Box) -> str:
    """A path from the right side of one phase to the left side of another."""
    x, y, to_x, to_y = source.x + BOX, source.y + HEIGHT / 2, target.x - 7, target.y + HEIGHT / 2
    bend = (x + to_x) / 2
    return f"M {x:g} {y:g} C {bend:g} {y:g} {bend:g} {to_y:g} {to_x:g} {to_y:g}"


def _waits_for(plan: Plan, name: str) -> set[str]:
    """The prerequisites of a phase."""
    rule = plan.phases[name]
    named = {phase for leaf in c.leaves(*rule.entry) for phase in _phases_of(plan, leaf)}
    return (named | ({rule.within} if rule.within else set())) - {name}


def _phases_of(plan: Plan, leaf: c.Leaf) -> Iterator[str]:
    match leaf:
        case (
            c.MilestoneAchieved(milestone=milestone)
            | c.MilestoneGraded(graded=c.Graded(milestone=milestone))
            | c.Assessed(assessed=c.AssessedAs(milestone=milestone))
        ):
            yield plan.phase_of[milestone]
        case c.PhaseComplete(phase=phase) | c.StabilityKept(stability=phase):
            yield phase
        case c.ProgramComplete(program=child) | c.ProgramMilestone(program_milestone=c.OfProgram(program=child)):
            yield plan.programs[child].opened_in
        case _:
            return


def _columns(after: dict[str, set[str]]) -> dict[str, int]:
    """The column of each phase: one to the right of all its prerequisites. A cycle is followed once."""
    column = dict.fromkeys(after, 0)
    for _ in after:
        for name, sources in after.items():
            column[name] = min(max((column[source] + 1 for source in sources), default=0), len(after) - 1)
    return column
