"""The tables, as `alembic check` compares them with the database. Never a request body or a payload.

A `table=True` class does not validate, and most of these rows are written by SQL in `statements.py` and
`projections.py`: here stands their shape only. `ledger_entry` is the truth. `program`, `phase`,
`milestone`, `commitment`, `clock`, `incident`, `evidence`, `membership` and `owed` are projections of it,
written in the same transaction and made again by `rebuild.py`. `schema_compatibility`, `dispatch`, `epoch`, `clock_acceptance`,
`token`, `session`, `document`, `program_snapshot`, `check_run` and `check_fetch` stand beside the ledger.
"""

from __future__ import annotations

from db.models import access, operational, projections, record
from db.models.row import Row

PROJECTIONS = (
    "program",
    "phase",
    "milestone",
    "commitment",
    "clock",
    "incident",
    "evidence",
    "membership",
    "owed",
)
"""Tables that the ledger alone determines."""

__all__ = ["PROJECTIONS", "Row", "access", "operational", "projections", "record"]
