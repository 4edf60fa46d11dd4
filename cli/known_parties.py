"""For whom somebody can act here: the parties, bodies and assessors of the plans that are kept and of the programs that run."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from api.plans import named_plan, names
from db.pools import ReadPool
from db.program_cache import ProgramCache
from rules.language.reading import parse_document

NAMED = ("parties", "bodies", "assessors")


class ProgramUnknown(Exception):
    """There is no such program."""

    def __init__(self, program: UUID) -> None:
        super().__init__(f"there is no program {program}")


async def known_parties(reader: ReadPool, plans: Path, program: UUID | None) -> frozenset[str]:
    """Of one program, or of all that there are and of the kept plans. Raises ProgramUnknown."""
    if program is not None:
        if (kept := await ProgramCache(reader).load(program)) is None:
            raise ProgramUnknown(program)
        plan = kept.program.plan
        return frozenset({*plan.parties, *plan.bodies, *plan.assessors})
    held: dict[str, Any]
    known: set[str] = set()
    for name in names(plans):
        held = parse_document(named_plan(plans, name)).data
        known.update(party for kind in NAMED for party in held.get(kind, ()))
    rows = await reader.rows("SELECT DISTINCT party FROM membership UNION SELECT DISTINCT unnest(parties) FROM program", [])
    return frozenset(known | {row["party"] for row in rows} - {""})
