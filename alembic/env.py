"""Alembic environment: migrations run as the owner of the database, one process at a time (advisory lock).

The URL is DATABASE_OWNER_URL, or DATABASE_URL where one user does both; `db.migrations` passes it in instead. A migration gives
up its wait for locks after some seconds, because other sessions queue behind it.
"""

import os

import psycopg
from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.connection_settings import connection_arguments
from db.models import Row

ONE_AT_A_TIME = 4_206_100_801  # advisory lock: an arbitrary constant


def _address() -> str:
    given = context.config.attributes.get("url")
    found = given or os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    if not found:
        raise SystemExit("Set DATABASE_OWNER_URL (or DATABASE_URL) to the database that is to be migrated.")
    return str(found)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '15s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": ONE_AT_A_TIME})
        context.run_migrations()


def _run_online() -> None:
    given = context.config.attributes.get("connection")
    if isinstance(given, Connection):
        _run(given)
        return
    address = _address()
    # psycopg parses the URL: SQLAlchemy's parser does not support all of libpq's parameters.
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(address, **connection_arguments(address)), poolclass=NullPool
    )
    with engine.connect() as connection:
        _run(connection)


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Row.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    _run_online()
