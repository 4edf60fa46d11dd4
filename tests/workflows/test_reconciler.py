"""After lost workflows and restored backups, Temporal agrees with the record again, and clocks strike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus

from cli.temporal import Temporal, free_port
from db.dispatch import Dispatch
from db.pools import LedgerPool, OperationalPool, ReadPool
from db.program_cache import ProgramCache
from db.recorder import Recorder
from db.restore_epochs import Epochs
from db.workflow_reconciliation import Reconciliation
from tests.db.builders import start
from workflows.client import NAMESPACE, TemporalSettings, connect
from workflows.messages import program_workflow
from workflows.namespace import prepare
from workflows.reconciler import Reconciler
from workflows.relay import Relay
from workflows.visibility import known_entry

AT_ONCE = timedelta()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Temporal(tmp_path_factory.mktemp("reconciler"), free_port()) as server:
        yield server.address


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Relay and reconciler of one process, on Temporal without a worker: what it was told last stands in its attributes."""

    client: Client
    recorder: Recorder
    reader: ReadPool
    epochs: Epochs
    relay: Relay
    reconciler: Reconciler

    async def started(self) -> UUID:
        """A program whose workflow has been started."""
        program_id = uuid4()
        await self.recorder.record(program_id, start())
        await self.relay.dispatch()
        return program_id

    async def mended(self) -> None:
        await self.reconciler.reconcile(every=AT_ONCE, settled=AT_ONCE)
        await self.relay.dispatch()

    async def entry(self, program_id: UUID) -> tuple[int, int, str] | None:
        """Epoch, number and hash of the entry that the running workflow was started with."""
        found = await self.client.get_workflow_handle(program_workflow(str(program_id))).describe()
        assert found.status is WorkflowExecutionStatus.RUNNING
        return known_entry(found.typed_search_attributes)


@pytest.fixture
async def clockwork(address: str, url: str) -> AsyncIterator[Clockwork]:
    namespace_id = await prepare(TemporalSettings.of(address))
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(ReadPool(url, size=2))
        operational = await stack.enter_async_context(OperationalPool(url, size=4))
        writer = await stack.enter_async_context(LedgerPool(url, size=2))
        client, programs, epochs = (
            await connect(TemporalSettings.of(address)),
            ProgramCache(reader),
            Epochs(reader, operational),
        )
        recorder = Recorder(writer, programs)
        stack.push_async_callback(recorder.close)
        relay = Relay(client, Dispatch(operational), programs, epochs, namespace_id)
        reconciler = Reconciler(client, Reconciliation(operational), recorder, epochs, namespace_id)
        yield Clockwork(client, recorder, reader, epochs, relay, reconciler)


async def test_a_workflow_that_was_terminated_by_hand_is_begun_again(clockwork: Clockwork) -> None:
    program_id = await clockwork.started()
    await clockwork.client.get_workflow_handle(program_workflow(str(program_id))).terminate("By hand.")
    await clockwork.mended()
    known = await clockwork.entry(program_id)
    assert known is not None
    assert known[1] > 0


async def test_nothing_is_told_again_where_nothing_differs(clockwork: Clockwork) -> None:
    await clockwork.started()
    await clockwork.reconciler.reconcile(every=AT_ONCE, settled=AT_ONCE)
    assert await clockwork.relay.dispatch() == 0


async def test_a_workflow_that_was_never_there_is_missed(clockwork: Clockwork, owner_url: str) -> None:
    """Its program was told to a Temporal that was restored from a backup of before."""
    program_id = uuid4()
    await clockwork.recorder.record(program_id, start())
    with psycopg.connect(owner_url, autocommit=True) as connection:
        described = await clockwork.client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
        connection.execute(
            "UPDATE dispatch SET dispatched_seq = 3, namespace_id = %s, epoch = 1, dispatched_at = now() - interval '1 hour'",
            [described.namespace_info.id],
        )
    await clockwork.mended()
    assert await clockwork.entry(program_id) is not None


async def test_a_restored_database_is_seen_and_followed(clockwork: Clockwork, owner_url: str) -> None:
    """The workflow knows an entry that the record does not hold; the record is right."""
    program_id = await clockwork.started()
    before = await clockwork.epochs.current()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_is_append_only")
        connection.execute("DELETE FROM ledger_entry WHERE program_id = %s AND seq > 1", [program_id])
        connection.execute(
            "UPDATE program SET seq = 1, head = (SELECT leaf FROM ledger_entry WHERE program_id = id) WHERE id = %s",
            [program_id],
        )
    await clockwork.reconciler.reconcile(every=AT_ONCE, settled=AT_ONCE)
    after = await clockwork.epochs.current()
    assert after > before
    row = await clockwork.reader.row("SELECT reason FROM epoch WHERE number = %s", [after])
    assert row is not None
    assert "does not hold" in row["reason"]
    assert await clockwork.relay.dispatch() == 1  # with the new epoch, which the workflow takes for later


async def test_epochs_are_declared_once_by_whoever_is_first(clockwork: Clockwork) -> None:
    before = await clockwork.epochs.current()
    first = await clockwork.epochs.declare("A backup was restored.", instead_of=before)
    assert await clockwork.epochs.declare("A backup was restored.", instead_of=before) == first
    assert first > before
