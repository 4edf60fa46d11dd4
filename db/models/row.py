"""Base class of all tables: naming conventions, and columns of exact PostgreSQL types."""

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
    """Base class. The table name is the class name without its suffix: `LedgerEntryRow` is `ledger_entry`."""

    metadata = MetaData(naming_convention=NAMING)

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  SQLAlchemy passes the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def column(kind: Any, **more: Any) -> Any:
    """A column of an exact PostgreSQL type. SQLModel's defaults are `varchar` and timestamps without time zone."""
    return Field(sa_type=kind, **more)


WORDS = ARRAY(Text)
INSTANT = DateTime(timezone=True)
