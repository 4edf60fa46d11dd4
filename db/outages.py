"""What can be wrong with the database for a while, and how it is said.

psycopg.OperationalError
  Unanswered     it has a connection and does not answer
  NotWritable    it answers and does not write
  Unreachable    no connection could be made in time, and why the last attempt failed
"""

from __future__ import annotations

from typing import ClassVar

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout


class Unanswered(psycopg.OperationalError):
    """The server has a connection and does not answer: it stands still, or its machine does."""

    def __init__(self) -> None:
        super().__init__("the database does not answer")


class NotWritable(psycopg.OperationalError):
    """The server answers and does not write: another is the primary now, or somebody has set it to read only."""

    def __init__(self) -> None:
        super().__init__("the database can be read and not written")


class Unreachable(psycopg.OperationalError):
    """No connection could be made in time; what the server said, which quotes nothing of ours, decides the sentence."""

    def __init__(self, said: str) -> None:
        super().__init__("no connection to the database could be made")
        self.said = said


class TransactionPooled(RuntimeError):
    """Something between this process and PostgreSQL hands connections on, and what was set on them is not in effect."""

    logged_in_full: ClassVar = True

    def __init__(self) -> None:
        super().__init__(
            "Between this process and PostgreSQL stands something that hands connections on, such as PgBouncer in transaction "
            "mode: settings, prepared statements and notifications of a connection are lost there. Connect to PostgreSQL "
            "directly: each process keeps pools of its own, of as many connections as its settings say."
        )


def is_lost(error: psycopg.OperationalError) -> bool:
    """Whether the connection has gone, and another may do better at once: the server was restarted or has ended it."""
    if isinstance(error, Unanswered | NotWritable | Unreachable | PoolTimeout):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


_SAID = {
    ("too many clients", "connection slots", "too many connections"): "The database has no connection left to give",
    ("starting up", "recovery mode", "not yet accepting"): "The database is starting and takes no connections yet",
    ("shutting down",): "The database is being shut down",
    ("read-only", "in hot standby"): "The database can be read and not written now",
    ("No space left",): "The database has no room left on its disk",
}
"""English messages of a server that refuses a connection: libpq hands on no code for them."""

UNREACHABLE = "The database cannot be reached"


def sentence(error: BaseException) -> str:
    """What is wrong with the database, without a full stop. Nothing that a server or a driver has said is quoted."""
    match error:
        case Unanswered():
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
        case Unreachable(said=said):
            return _sentence_for(said)
        case psycopg.OperationalError(sqlstate=None):
            return _sentence_for(str(error))
        case _:
            return UNREACHABLE


def _sentence_for(said: str) -> str:
    return next((told for marks, told in _SAID.items() if any(mark in said for mark in marks)), UNREACHABLE)
