"""What all tables have in common: how they and their constraints are called, and columns of exact PostgreSQL types."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ARRAY, DateTime, MetaData, Text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

NAMING = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """A table is called by its class without the suffix: `LedgerEntryRow` is `ledger_entry`."""

    metadata = MetaData(naming_convention=NAMING)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  SQLAlchemy passes the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def column(kind: Any, **more: Any) -> Any:
    """A column of an exact PostgreSQL type; SQLModel would make text `varchar` and instants zoneless."""
    return Field(sa_type=kind, **more)


WORDS = ARRAY(Text)
INSTANT = DateTime(timezone=True)
