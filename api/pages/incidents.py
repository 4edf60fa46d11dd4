"""Incidents: what was reported, by whom, how the accounts differ, and what was decided."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.pages.view import Opened, View, ViewOf
from api.responses.programs import incidents as answers
from db.queries import LedgerFilter
from rules.facts import AccountGiven, IncidentReported

router = APIRouter(prefix="/programs/{program}/incidents")

MOST = 200
"""Accounts whose words are shown."""


@router.get("")
async def incidents(view: ViewOf, program: UUID) -> Response:
    """All of them, newest first by when they happened."""
    opened = await view.opened(program)
    known = answers(opened.program)
    return view.of_program(opened, "incidents.html", incidents=known, words=await _words(view, opened) if known else {})


async def _words(view: View, opened: Opened) -> dict[tuple[str, str], str]:
    """What the newest accounts say, by incident and account; their texts stand in the ledger alone."""
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
