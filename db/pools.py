"""Connections, in types that say what may be done with them.

    Reader   reads; its transactions are read only by a setting of the connection
    Clerk   writes beside the ledger: tokens, documents, dispatch, runs of checks
    Writer   appends to the ledger; only the Recorder holds one

All of them work as the role `accord_service`, whoever the address names: that role can add to the
ledger and never change it. Migrations and `rebuild` use a plain connection of the owner.
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
from db.outages import NotWritable, TransactionPooled, Unanswered, Unreachable, is_lost
from db.pipeline import PipelineConnection, Transaction
from telemetry.spans import span

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]
Connection: TypeAlias = psycopg.AsyncConnection[DictRow]

ROLE = "accord_service"
CHECKOUT_SECONDS = 10.0
"""How long a caller waits for a free connection before it is told that there is none."""

MAX_USE_SECONDS = 90.0
"""Seconds for which a connection is used at a time, unless somebody says less. The server ends a statement after 60."""

DIAGNOSIS_SECONDS = 0.5
"""How long it may take to find out why there is no connection."""

SETTINGS = {
    "role": ROLE,
    "timezone": "UTC",
    "default_transaction_isolation": "read\\ committed",
    # A process that hangs must not keep a program locked for the others.
    "lock_timeout": "15s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",
}

MAX_LIFETIME_SECONDS = 600.0
"""Seconds after which a connection is made anew: the name in the address may lead elsewhere by then."""


class _Pool:
    name: ClassVar[str]
    """As it is called in metrics, and in the list of connections that the server has."""

    settings: ClassVar[Mapping[str, str]] = SETTINGS
    connection_class: ClassVar[type[psycopg.AsyncConnection[Any]]] = psycopg.AsyncConnection
    is_read_only: ClassVar[bool] = False
    pings_on_checkout: ClassVar[bool] = False
    """Whether a connection is asked for a sign of life before it is given out."""

    def __init__(self, url: str, *, size: int = 8, max_use: float = MAX_USE_SECONDS) -> None:
        """`patience` is for how many seconds a connection may be used at a time, and waited for, but not for more than ten."""
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
            # The pause between attempts doubles until this is over and another row of attempts begins: with the default of
            # five minutes a database that was away for a minute would be found again a minute after it is back.
            reconnect_timeout=CHECKOUT_SECONDS,
            name=self.name,
            open=False,
        )

    async def open(self) -> None:
        """Raises psycopg.Error at once when the database cannot be used, or Pooled."""
        # The pool alone would try again and again, and say in the end only that it took too long.
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
        """Whether what is set on one connection is found on another: something has given both the same."""
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
        """How many are in use, and how many wait for somebody."""
        stats = self._pool.get_stats()
        idle = stats["pool_available"]
        return {"used": stats["pool_size"] - idle, "idle": idle}

    @property
    def waiting(self) -> int:
        """Callers that wait for a connection."""
        return self._pool.get_stats()["requests_waiting"]

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        # Not `connection()` of the pool, which also commits when it is left: here somebody else has, or nothing was begun.
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
                await connection.close()  # the next one may lead to the primary
                raise NotWritable from error
            finally:
                timer.cancel()
                await self._pool.putconn(connection)
        except psycopg.OperationalError as error:
            if has_timed_out:
                raise Unanswered from error  # asking the other connections how they are would wait as long
            if is_lost(error):
                await self._discard_dead()
            raise

    async def _check_out(self) -> Any:
        """A connection of the pool. Raises Unreachable, which knows more than that it took too long."""
        try:
            return await self._pool.getconn()
        except PoolTimeout as error:
            raise Unreachable(await self._diagnosis()) from error

    async def _diagnosis(self) -> str:
        """What the server says to somebody who comes now."""
        try:
            async with asyncio.timeout(DIAGNOSIS_SECONDS):
                connection = await psycopg.AsyncConnection.connect(self._url, **self._arguments)
        except (psycopg.Error, TimeoutError) as error:
            return str(error)
        await connection.close()
        return ""

    async def _discard_dead(self) -> None:
        """After a restart of the server all idle connections are dead; drop them now, not one by one."""
        with suppress(psycopg.Error, asyncio.TimeoutError):
            await self._pool.check()


class ReadPool(_Pool):
    """Reads. A transaction of it cannot write, whatever the statement says."""

    name = "read"
    settings: ClassVar[Mapping[str, str]] = {**SETTINGS, "default_transaction_read_only": "on"}
    is_read_only = True

    async def rows(self, query: LiteralString, parameters: Parameters = ()) -> list[DictRow]:
        """All rows of a statement. A connection that was lost is replaced once."""
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
        rows = await self.rows(query, parameters)
        return rows[0] if rows else None


class OperationalPool(_Pool):
    """Writes what stands beside the ledger. The caller's block is the transaction.

    Nobody can repeat a block for its caller, so a connection that was lost while it was idle is replaced before.
    """

    name = "operational"
    pings_on_checkout = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    async def is_writable(self) -> bool:
        """Whether a transaction could write now."""
        async with self._connection() as connection:
            cursor = await connection.execute("SELECT current_setting('transaction_read_only') = 'off' AS writable")
            row = await cursor.fetchone()
            return bool(row and row["writable"])

    async def notifications(self, channel: LiteralString) -> AsyncGenerator[str]:
        """What is notified on a channel from now on, over a connection of its own; ends when that is old, as others do."""
        connection = await psycopg.AsyncConnection.connect(self._url, **self._arguments)
        async with connection:
            await connection.execute(f"LISTEN {channel}")
            async for notice in connection.notifies(timeout=MAX_LIFETIME_SECONDS):
                yield notice.payload


class LedgerPool(_Pool):
    """Appends to the ledger. Opened only on a server that keeps what it confirms."""

    name = "ledger"
    settings: ClassVar[Mapping[str, str]] = {
        **SETTINGS,
        # Planning the append anew for each act took longer (0.65 ms) than all the rest of it (0.25 ms)...
        "plan_cache_mode": "force_generic_plan",
        # ...and a plan that was made while a table was empty must not scan it when it is full.
        "enable_seqscan": "off",
    }
    connection_class = PipelineConnection

    async def _check_session(self, connection: Connection) -> None:
        await super()._check_session(connection)
        await check_durability(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction that is rolled back unless the block has sent COMMIT."""
        async with self._connection() as connection, Transaction(connection) as transaction:
            yield transaction


def _shut_down_socket(connection: psycopg.AsyncConnection[Any]) -> None:
    """Ends a connection under whoever waits on it, who then finds it closed.

    Cancelling the wait would ask the server to cancel the statement, and wait for that answer too.
    """
    with suppress(OSError, psycopg.Error):
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with duplicate:
            duplicate.shutdown(socket.SHUT_RDWR)
