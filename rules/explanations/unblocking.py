"""The owed acts on which an unmet criterion depends."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rules.explanations.explain import Blocking
from rules.explanations.outstanding import OutstandingAct
from rules.language import criteria as c
from rules.program import Program
from rules.queries.incidents import matching
from rules.vocabulary.disputes import DisputeStatus

OF_A_MILESTONE = frozenset({"evidence", "verification", "observation", "determination"})


def unblocking(program: Program, block: Blocking, owed: Collection[OutstandingAct]) -> tuple[OutstandingAct, ...]:
    """Those of `owed` on which a blocked gate depends directly. Blocks of another phase are listed at that phase."""
    asked = set(_subjects(program, block))
    return tuple(one for one in owed if (one.owed.kind, one.owed.name) in asked)


def _subjects(program: Program, block: Blocking) -> Iterator[tuple[str, str]]:  # noqa: PLR0912  one arm a criterion
    match block.leaf:
        case None:
            if block.criterion == "advance":
                yield "advance", block.phase
        case c.MilestoneAchieved(milestone=name) | c.MilestoneGraded(graded=c.Graded(milestone=name)):
            yield from ((kind, name) for kind in OF_A_MILESTONE)
        case c.OutcomeIs(outcome=asked):
            yield from ((kind, asked.milestone) for kind in OF_A_MILESTONE)
        case c.ConsentsGiven():
            yield "consent", block.phase
        case c.CommitmentHolds(commitment=name):
            yield "commitment", name
            held = program.commitments.get(name)
            if held is not None and held.because is not None:
                yield "incident", held.because
        case c.NoOpenIncident(no_open_incident=trigger):
            yield from (("incident", incident.id) for incident in matching(program, (trigger,)))
        case c.StabilityKept(stability=name):
            state = program.stability.get(name)
            if state is not None and state.counted.frozen_by is not None:
                yield "incident", state.counted.frozen_by
        case c.NoOpenDispute(no_open_dispute=ladder):
            for dispute in program.disputes.values():
                if dispute.ladder == ladder and dispute.status is DisputeStatus.OPEN:
                    yield "dispute", dispute.id
        case _:
            pass
