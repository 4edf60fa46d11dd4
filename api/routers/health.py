"""Liveness and readiness of the process and its dependencies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Response
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from api.state import StateOf
from db.migrations import compatibility
from db.workflow_reconciliation import overdue_clocks
from rules.times import Instant
from workflows.namespace import missing_now

LATE = timedelta(seconds=10)
"""The tolerated delay of clocks in normal operation."""

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    status: Literal["live"] = "live"


class OverdueClocks(BaseModel):
    """Programs with a clock that has been due for more than ten seconds."""

    programs: int
    since: Instant | None = Field(description="when the first of them was due")


class Ready(BaseModel):
    """Acts can be recorded when database and migrations are ready, with or without Temporal.

    `clocks_overdue`: they can, and something that should have happened by itself has not.
    """

    status: Literal["ready", "clocks_overdue", "unready"]
    database: Literal["ready", "read_only", "unreachable"] = Field(
        description="read_only: programs are read, and no act is recorded"
    )
    migrations: Literal["ready", "newer", "behind", "too_new", "unknown"] = Field(
        description="newer: the tables are of a later version, on which this one may run; too_new: on which it may not"
    )
    temporal: Literal["ready", "unprepared", "unreachable"] = Field(
        description="unreachable: acts are recorded, clocks wait; unprepared: so they do, until somebody prepares it"
    )
    temporal_lacks: list[str] = Field(
        default=[], description="what is missing in Temporal, and mended by `accord temporal prepare`"
    )
    documents: Literal["ready", "unreachable"] = Field(description="unreachable: acts are recorded, documents are not read")
    overdue: OverdueClocks | None = Field(description="clocks that are due and have not struck; null while nobody knows")


@router.get("/live")
async def get_liveness() -> Live:
    """The process answers."""
    return Live()


@router.get("/ready", responses={503: {"model": Ready}})
async def get_readiness(state: StateOf, response: Response) -> Ready:
    """What the process rests on, told apart."""
    try:
        found = await compatibility(state.reader)
        migrated = found in ("ready", "newer")
        is_writable = await state.operational.is_writable() if migrated else True
    except (OperationalError, PoolTimeout):
        found, migrated, is_writable = None, False, True
    overdue = await overdue_clocks(state.reader, LATE) if migrated else None
    lacks, documents = await asyncio.gather(missing_now(state.temporal), state.documents.is_available())
    if not migrated or not is_writable:
        response.status_code = 503
    return Ready(
        status="unready" if not migrated or not is_writable else "clocks_overdue" if overdue and overdue.count else "ready",
        database="unreachable" if found is None else "ready" if is_writable else "read_only",
        migrations=found or "unknown",
        temporal="unreachable" if lacks is None else "unprepared" if lacks else "ready",
        temporal_lacks=lacks or [],
        documents="ready" if documents else "unreachable",
        overdue=OverdueClocks(programs=overdue.count, since=overdue.since) if overdue else None,
    )
