"""Finality: when an achievement can no longer be undone. A later fall is shown, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules import effects
from rules.effects import Effect
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.gates import judge_gate
from rules.truth import Truth
from rules.vocabulary.milestones import MilestoneStatus


def finality_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The effects of achievements that become final. A fall found before is determined first."""
    for name, step in on(agenda.milestones, program.plan.milestones):
        state = program.milestone(name)
        if not step.final_when or state.final_at is not None or state.status is not MilestoneStatus.ACHIEVED:
            continue
        has_fallen = state.finding is not None and state.finding.proposes == "reversal"
        if not has_fallen and judge_gate(program, (), step.final_when, at) is Truth.MET:
            yield effects.MilestoneFinal(milestone=name, effective_at=at)
