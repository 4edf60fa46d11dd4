"""Errors of an unavailable database, and sentences about them for callers.

psycopg.OperationalError
  Unresponsive   a connection exists, and the server does not respond
  NotWritable    the server responds, and rejects writes
  NoConnection   no connection could be made in time; carries the cause
"""

from __future__ import annotations

from typing import ClassVar

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout


class Unresponsive(psycopg.OperationalError):
    """The server did not respond within the limit of a single use: it or its machine hangs."""

    def __init__(self) -> None:
        super().__init__("the database does not answer")


class NotWritable(psycopg.OperationalError):
    """The server is a standby now, or has been set to read only."""

    def __init__(self) -> None:
        super().__init__("the database can be read and not written")


class NoConnection(psycopg.OperationalError):
    """No connection could be made in time. `said` is the message of the server, from which `sentence` derives the cause."""

    def __init__(self, said: str) -> None:
        super().__init__("no connection to the database could be made")
        self.said = said


class TransactionPooled(RuntimeError):
    """A transaction pooler stands between this process and PostgreSQL, so session settings are lost."""

    logged_in_full: ClassVar = True

    def __init__(self) -> None:
        super().__init__(
            "Between this process and PostgreSQL stands something that hands connections on, such as PgBouncer in transaction "
            "mode: settings, prepared statements and notifications of a connection are lost there. Connect to PostgreSQL "
            "directly: each process keeps pools of its own, of as many connections as its settings say."
        )


def is_lost(error: psycopg.OperationalError) -> bool:
    """Whether the connection was lost and a retry on another may succeed at once, as after a restart of the server."""
    if isinstance(error, Unresponsive | NotWritable | NoConnection | PoolTimeout):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


_SAID = {
    ("too many clients", "connection slots", "too many connections"): "The database has no connection left to give",
    ("starting up", "recovery mode", "not yet accepting"): "The database is starting and takes no connections yet",
    ("shutting down",): "The database is being shut down",
    ("read-only", "in hot standby"): "The database can be read and not written now",
    ("No space left",): "The database has no room left on its disk",
}
"""Parts of English server messages by sentence: libpq gives no SQLSTATE for refused connections."""

UNREACHABLE = "The database cannot be reached"


def sentence(error: BaseException) -> str:
    """The cause as a sentence without a full stop. It quotes nothing of the server or driver."""
    match error:
        case Unresponsive():
            return "The database does not answer"
        case NotWritable() | errors.ReadOnlySqlTransaction():
            return "The database can be read and not written now"
        case errors.DiskFull():
            return "The database has no room left on its disk"
        case errors.OutOfMemory():
            return "The database has no memory left"
        case errors.TooManyConnections():
            return "The database has no connection left to give"
        case errors.AdminShutdown() | errors.CrashShutdown() | errors.CannotConnectNow():
            return "The database is being restarted"
        case NoConnection(said=said):
            return _sentence_for(said)
        case psycopg.OperationalError(sqlstate=None):
            return _sentence_for(str(error))
        case _:
            return UNREACHABLE


def _sentence_for(said: str) -> str:
    return next((told for marks, told in _SAID.items() if any(mark in said for mark in marks)), UNREACHABLE)
