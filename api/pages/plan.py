"""The page of the plan: a drawing of its phases and gates, its text, and its amendments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.drawings.gates import gates
from api.pages.view import ProgramView, View, ViewOf
from api.rate_limit import PROPOSAL
from api.responses.proposals import ChangeResponse, changes_between
from db.queries import LedgerFilter
from rules.vocabulary.amendments import PlanAmended, Version
from rules.vocabulary.standing import ProgramStarted

router = APIRouter(prefix="/programs/{program}/plan")

MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Amended:
    """A version of the plan: its entry and proposal, and the differences from the version before."""

    seq: int
    at: datetime
    proposal: str
    changes: list[ChangeResponse]


@router.get("")
async def plan(view: ViewOf, program: UUID) -> Response:
    """The plan's text in force, and the values of its parameters."""
    opened = await view.open_program(program)
    version = opened.program.version
    return view.of_program(
        opened,
        "plan.html",
        lines=version.document.splitlines(),
        parameters=opened.program.plan.parameters,
        chosen=version.parameters,
        drawing=gates(opened.program.plan),
        versions=await _versions(view, opened),
    )


async def _versions(view: View, opened: ProgramView) -> list[Amended]:
    """Versions, newest first. Raises TooMuch, since each text is parsed again."""
    sought = LedgerFilter(kinds=["program_started", "plan_amended"])
    lines = await view.state.queries.ledger(opened.id, sought, most=MOST_VERSIONS, newest_first=True)
    entries = [line.entry for line in reversed(lines)]
    if len(entries) > 1:
        view.state.rate_limits.take(view.visitor.person, PROPOSAL)
    found: list[Amended] = []
    for before, entry in pairwise(entries):
        for one in (before, entry):
            await view.state.plans.prefetch_fact(one.fact)
        if isinstance(entry.fact, PlanAmended):
            differs = changes_between(_version(before.fact), _version(entry.fact))
            found.append(Amended(entry.seq, entry.at, entry.fact.proposal, differs))
    return found[::-1]


def _version(fact: Any) -> Version:
    if not isinstance(fact, ProgramStarted | PlanAmended):
        raise TypeError(f"{fact.kind} brings no text of a plan")
    return Version(fact.document, fact.parameters)
