"""The parties, bodies and assessors for which somebody can act: of the available plans and of running programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from api.plans import load_plan_text, plan_names
from db.pools import ReadPool
from db.program_cache import ProgramCache
from rules.language.reading import parse_document

NAMED = ("parties", "bodies", "assessors")


class ProgramUnknown(Exception):
    """There is no such program."""

    def __init__(self, program: UUID) -> None:
        super().__init__(f"there is no program {program}")


async def known_parties(reader: ReadPool, plans: Path, program: UUID | None) -> frozenset[str]:
    """Those of one program, or of all programs and available plans. Raises ProgramUnknown."""
    if program is not None:
        if (kept := await ProgramCache(reader).load(program)) is None:
            raise ProgramUnknown(program)
        plan = kept.program.plan
        return frozenset({*plan.parties, *plan.bodies, *plan.assessors})
    held: dict[str, Any]
    known: set[str] = set()
    for name in plan_names(plans):
        held = parse_document(load_plan_text(plans, name)).data
        known.update(party for kind in NAMED for party in held.get(kind, ()))
    rows = await reader.rows("SELECT DISTINCT party FROM membership UNION SELECT DISTINCT unnest(parties) FROM program", [])
    return frozenset(known | {row["party"] for row in rows} - {""})
