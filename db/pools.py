"""Connection pools, one class for each kind of access.

    ReadPool          read-only transactions, enforced by a setting of the connection
    OperationalPool   writes to the tables beside the ledger: tokens, documents, dispatch, runs of checks
    LedgerPool        appends to the ledger; only the Recorder holds one

Every connection takes the role `accord_service`, whatever user the URL names. That role can insert into the ledger and
never update or delete. Migrations and `rebuild` use a plain connection of the owner.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar, LiteralString, Self, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from db.connection_settings import connection_arguments
from db.durability import check_durability
from db.outages import NoConnection, NotWritable, TransactionPooled, Unresponsive, is_lost
from db.pipeline import PipelineConnection, Transaction
from telemetry.spans import span

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]
Connection: TypeAlias = psycopg.AsyncConnection[DictRow]

ROLE = "accord_service"
CHECKOUT_SECONDS = 10.0
"""Seconds that a caller waits for a free connection. Also the longest pause between attempts to connect."""

MAX_USE_SECONDS = 90.0
"""Default for the longest single use of a connection, in seconds. The server cancels a statement after 60."""

DIAGNOSIS_SECONDS = 0.5
"""Seconds allowed for finding out why no connection is available."""

SETTINGS = {
    "role": ROLE,
    "timezone": "UTC",
    "default_transaction_isolation": "read\\ committed",
    # A process that hangs must not keep a program locked for other processes.
    "lock_timeout": "15s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}

MAX_LIFETIME_SECONDS = 600.0
"""Seconds after which a connection is replaced: the host name may resolve to another server by then."""


class _Pool:
    name: ClassVar[str]
    """Label of the pool in metrics and in `application_name`, which `pg_stat_activity` shows."""

    settings: ClassVar[Mapping[str, str]] = SETTINGS
    connection_class: ClassVar[type[psycopg.AsyncConnection[Any]]] = psycopg.AsyncConnection
    is_read_only: ClassVar[bool] = False
    pings_on_checkout: ClassVar[bool] = False
    """Whether a connection is pinged before it is handed out."""

    def __init__(self, url: str, *, size: int = 8, max_use: float = MAX_USE_SECONDS) -> None:
        """`max_use` limits a single use of a connection, in seconds. The wait for one is limited by it and by ten seconds."""
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        url_options = conninfo_to_dict(url).get("options")
        self._url, self._max_use = url, max_use
        self._arguments: dict[str, Any] = {
            "autocommit": True,
            "row_factory": dict_row,
            "options": f"{url_options} {options}" if url_options else options,
            "application_name": f"accord {self.name}",
            "prepare_threshold": 1,
            **connection_arguments(url),
        }
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            url,
            connection_class=self.connection_class,
            kwargs=self._arguments,
            min_size=min(2, size),
            max_size=size,
            timeout=min(max_use, CHECKOUT_SECONDS),
            max_lifetime=MAX_LIFETIME_SECONDS,
            check=self._ping if self.pings_on_checkout else None,
            # The pause between attempts doubles until this timeout, then starts again. With the default of five minutes, a
            # database that was down for a minute would be reconnected a minute after it is back.
            reconnect_timeout=CHECKOUT_SECONDS,
            name=self.name,
            open=False,
        )

    async def open(self) -> None:
        """Connects. Raises psycopg.Error at once when the database cannot be used, or TransactionPooled."""
        # The pool alone would retry until its timeout and then hide the cause.
        try:
            connection = await psycopg.AsyncConnection.connect(self._url, **self._arguments)
        except psycopg.OperationalError as error:
            if "unsupported startup parameter" in str(error):
                raise TransactionPooled from error
            raise
        async with connection:
            await self._check_session(connection)
        await self._pool.open(wait=True, timeout=CHECKOUT_SECONDS)

    async def _check_session(self, connection: Connection) -> None:
        cursor = await connection.execute(
            "SELECT current_user::text AS role, current_setting('lock_timeout') AS lock_timeout, pg_backend_pid() AS process"
        )
        row = await cursor.fetchone()
        if row is None or (row["role"], row["lock_timeout"]) != (ROLE, SETTINGS["lock_timeout"]):
            raise TransactionPooled
        if row["process"] != connection.info.backend_pid and await self._is_shared(connection):
            raise TransactionPooled

    async def _is_shared(self, connection: Connection) -> bool:
        """Whether two connections share one server session, as behind a transaction pooler."""
        await connection.execute("SELECT set_config('accord.of', 'another', false)")
        async with await psycopg.AsyncConnection.connect(self._url, **self._arguments) as other:
            cursor = await other.execute("SELECT current_setting('accord.of', true) AS mark")
            row = await cursor.fetchone()
        return bool(row and row["mark"] == "another")

    async def _ping(self, connection: Connection) -> None:
        timer = asyncio.get_running_loop().call_later(min(self._max_use, CHECKOUT_SECONDS), _shut_down_socket, connection)
        try:
            await connection.execute("")
        finally:
            timer.cancel()

    async def close(self) -> None:
        await self._pool.close()

    @property
    def connections(self) -> Mapping[str, int]:
        """Number of connections by state: `used` and `idle`."""
        stats = self._pool.get_stats()
        idle = stats["pool_available"]
        return {"used": stats["pool_size"] - idle, "idle": idle}

    @property
    def waiting(self) -> int:
        """Number of callers that wait for a connection."""
        return self._pool.get_stats()["requests_waiting"]

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        # Not `connection()` of the pool, which commits on exit: transactions are managed by the caller.
        has_timed_out = False

        def time_out() -> None:
            nonlocal has_timed_out
            has_timed_out = True
            _shut_down_socket(connection)

        try:
            connection = await self._check_out()
            traced_use = span("database", pool=self.name)
            timer = asyncio.get_running_loop().call_later(self._max_use, time_out)
            try:
                with traced_use:
                    yield connection
            except psycopg.errors.ReadOnlySqlTransaction as error:
                if self.is_read_only:
                    raise
                await connection.close()  # the next connection may reach the primary
                raise NotWritable from error
            finally:
                timer.cancel()
                await self._pool.putconn(connection)
        except psycopg.OperationalError as error:
            if has_timed_out:
                raise Unresponsive from error  # checking the idle connections would hang as long
            if is_lost(error):
                await self._discard_dead()
            raise

    async def _check_out(self) -> Any:
        """Takes a connection from the pool. Raises NoConnection with the cause in place of PoolTimeout."""
        try:
            return await self._pool.getconn()
        except PoolTimeout as error:
            raise NoConnection(await self._diagnosis()) from error

    async def _diagnosis(self) -> str:
        """The error of a new attempt to connect; empty when it succeeds."""
        try:
            async with asyncio.timeout(DIAGNOSIS_SECONDS):
                connection = await psycopg.AsyncConnection.connect(self._url, **self._arguments)
        except (psycopg.Error, TimeoutError) as error:
            return str(error)
        await connection.close()
        return ""

    async def _discard_dead(self) -> None:
        """Drops all idle connections that a restart of the server has killed, not one by one."""
        with suppress(psycopg.Error, asyncio.TimeoutError):
            await self._pool.check()


class ReadPool(_Pool):
    """Read-only access: the server rejects any statement that writes."""

    name = "read"
    settings: ClassVar[Mapping[str, str]] = {**SETTINGS, "default_transaction_read_only": "on"}
    is_read_only = True

    async def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[DictRow]:
        """All rows of a query as dictionaries. Retried once on another connection if the first was lost."""
        try:
            return await self._rows(query, parameters)
        except psycopg.OperationalError as error:
            if not is_lost(error):
                raise
            return await self._rows(query, parameters)

    async def _rows(self, query: LiteralString, parameters: Parameters) -> list[DictRow]:
        async with self._connection() as connection:
            cursor = await connection.execute(query, parameters)
            rows: list[DictRow] = await cursor.fetchall()
            return rows

    async def row(self, query: LiteralString, parameters: Parameters = ()) -> DictRow | None:
        """The first row of a query; None where it has none."""
        rows = await self.rows(query, parameters)
        return rows[0] if rows else None


class OperationalPool(_Pool):
    """Writes to the tables beside the ledger. The caller's block is the transaction.

    A block cannot be retried on behalf of its caller, so idle connections are pinged before they are handed out.
    """

    name = "operational"
    pings_on_checkout = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    async def is_writable(self) -> bool:
        """Whether the server accepts writes now."""
        async with self._connection() as connection:
            cursor = await connection.execute("SELECT current_setting('transaction_read_only') = 'off' AS writable")
            row = await cursor.fetchone()
            return bool(row and row["writable"])

    async def notifications(self, channel: LiteralString) -> AsyncGenerator[str]:
        """Payloads of NOTIFY on a channel, over a dedicated connection. Ends after MAX_LIFETIME_SECONDS."""
        connection = await psycopg.AsyncConnection.connect(self._url, **self._arguments)
        async with connection:
            await connection.execute(f"LISTEN {channel}")
            async for notice in connection.notifies(timeout=MAX_LIFETIME_SECONDS):
                yield notice.payload


class LedgerPool(_Pool):
    """Appends to the ledger. Opens only on a server whose settings make commits durable."""

    name = "ledger"
    settings: ClassVar[Mapping[str, str]] = {
        **SETTINGS,
        # A custom plan for each append took longer (0.65 ms) than the rest of the append (0.25 ms).
        "plan_cache_mode": "force_generic_plan",
        # A generic plan that was made while a table was empty must not scan it sequentially when it is full.
        "enable_seqscan": "off",
    }
    connection_class = PipelineConnection

    async def _check_session(self, connection: Connection) -> None:
        await super()._check_session(connection)
        await check_durability(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A pipelined transaction; rolled back unless the block sends COMMIT."""
        async with self._connection() as connection, Transaction(connection) as transaction:
            yield transaction


def _shut_down_socket(connection: psycopg.AsyncConnection[Any]) -> None:
    """Shuts the socket down, so that a pending wait fails at once.

    Cancelling the wait would send a cancel request and wait for the server again.
    """
    with suppress(OSError, psycopg.Error):
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)
