"""The page of incidents: reports, accounts, where they differ, and decisions."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import ProgramView, View, ViewOf
from api.responses.programs import incidents as answers
from db.queries import LedgerFilter
from rules.facts import AccountGiven, IncidentReported

router = APIRouter(prefix="/programs/{program}/incidents")

MOST = 200
"""The most accounts whose texts are loaded."""


@router.get("")
async def incidents(view: ViewOf, program: UUID) -> Response:
    """All incidents, newest first by when they happened."""
    opened = await view.open_program(program)
    known = answers(opened.program)
    return view.of_program(opened, "incidents.html", incidents=known, words=await _account_texts(view, opened) if known else {})


async def _account_texts(view: View, opened: ProgramView) -> dict[tuple[str, str], str]:
    """The texts of the newest accounts, by incident and account. Only the ledger holds them."""
    told = LedgerFilter(kinds=["incident_reported", "account_given"])
    lines = await view.state.queries.ledger(opened.id, told, most=MOST, newest_first=True)
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        fact = line.entry.fact
        if isinstance(fact, IncidentReported):
            found[fact.incident, fact.incident] = fact.account
        elif isinstance(fact, AccountGiven):
            found.setdefault((fact.incident, fact.account), fact.text)
    return found
