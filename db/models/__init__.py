"""Table definitions, which `alembic check` compares with the database. Never request bodies or payloads.

A `table=True` class does not validate, and most rows are written by generated SQL (`db/statements.py`), so these classes only
define the schema. `ledger_entry` is the source of truth. The tables of PROJECTIONS are derived from it in the same transaction
and can be rebuilt (`db/rebuild.py`). All other tables are operational and stand beside the ledger.
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
"""Tables that are derived from the ledger alone."""

__all__ = ["PROJECTIONS", "Row", "access", "operational", "projections", "record"]
