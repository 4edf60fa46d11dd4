"""The pages of milestones: evidence, findings, determinations and dates."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.drawings.chart import charts
from api.pages.programs import entry_sentences
from api.pages.view import ViewOf
from api.problems import NotFound
from api.responses.agreed_dates import AgreedDateResponse
from api.responses.phases import MilestoneResponse
from api.routers.evidence import evidence_responses
from db.queries import LedgerFilter
from rules.explanations.concerning import names_concerning
from rules.language.milestones import Measured, Milestone

router = APIRouter(prefix="/programs/{program}/milestones")

MOST = 60
"""The most pieces of evidence on a milestone's page, the newest; the page of evidence has all."""

DECIDED = (
    "finding_made",
    "observation_made",
    "milestone_determined",
    "vote_cast",
    "milestone_declined",
    "milestone_final",
    "deadline_extended",
    "relief_changed",
    "determination_taken_back",
    "milestone_waived",
    "waiver_expired",
)
MOST_DECIDED = 20


@router.get("")
async def milestones(view: ViewOf, program: UUID) -> Response:
    """All milestones, phase by phase."""
    opened = await view.open_program(program)
    held, at = opened.program, opened.at
    by_phase = {
        phase: [MilestoneResponse.of(held, name, at) for name in rule.milestones]
        for phase, rule in held.plan.phases.items()
        if rule.milestones
    }
    return view.of_program(opened, "milestones.html", by_phase=by_phase)


@router.get("/{name}")
async def milestone(view: ViewOf, program: UUID, name: str) -> Response:
    """One milestone."""
    opened = await view.open_program(program)
    held = opened.program
    if name not in held.plan.milestones:
        raise NotFound("milestone")
    answer = MilestoneResponse.of(held, name, opened.at)
    rule = held.plan.milestones[name]
    counted = [how.indicator for how in rule.shown_by.values() if isinstance(how, Measured)]
    indicators = {one for indicator in counted for one in held.plan.recorded_for[indicator]}
    pieces = [
        one
        for one in held.evidence.values()
        if one.milestone == name or (one.measurement is not None and one.measurement.indicator in indicators)
    ]
    sought = LedgerFilter(kinds=DECIDED, subjects=names_concerning(held, name))
    decided = await view.state.queries.ledger(program, sought, most=MOST_DECIDED, newest_first=True)
    return view.of_program(
        opened,
        "milestone.html",
        milestone=answer,
        note=rule.note,
        considering=rule.determined.considering,
        agreed=[AgreedDateResponse.of(held, one) for one in _agreed(rule)],
        charts=charts(held, name),
        decided=entry_sentences(opened, [line.entry for line in decided]),
        evidence=await evidence_responses(view.state, program, pieces[: -MOST - 1 : -1]),
    )


def _agreed(rule: Milestone) -> list[str]:
    """The agreed days on which its due date depends."""
    dates = rule.due.dates if rule.due else ()
    return list(dict.fromkeys(one.from_.agreed for one in dates if one.from_.agreed is not None))
