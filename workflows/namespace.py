"""Our namespace in Temporal: closed runs are kept for ten years, and its UI can say where a program stands."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.shown import SEARCH_ATTRIBUTES

NAMESPACE = "accord"
# Temporal fixes how long a run is kept at the moment it closes; raising this later would not save what is closed already.
RETENTION_DAYS = 3650
READY_SECONDS = 60

NOT_YET = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.NOT_FOUND, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}

T = TypeVar("T")


async def ensure_namespace(address: str, namespace: str = NAMESPACE) -> str:
    """Register the namespace and its search attributes where they are missing; safe to repeat, and at the same time.

    Returns the namespace's id. A new id means that Temporal has lost (or never had) our workflows, and that they must be
    made again from the ledger. The retention of a namespace that exists already is its operator's decision and stays.

    Raises RPCError, or RuntimeError when nothing answers at `address` for a minute.
    """
    client = await _patiently(lambda: Client.connect(address, namespace=namespace))
    await _patiently(lambda: _register(client, namespace))
    found = await _patiently(lambda: namespace_id(client))
    await _patiently(lambda: _add_search_attributes(client, namespace))
    return found


async def namespace_id(client: Client) -> str:
    """Raises RPCError."""
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return found.namespace_info.id


async def _register(client: Client, namespace: str) -> None:
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=namespace,
                description="Programs that follow an agreed plan",
                workflow_execution_retention_period=Duration(seconds=RETENTION_DAYS * 86_400),
            )
        )
    except RPCError as refused:
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _add_search_attributes(client: Client, namespace: str) -> None:
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    missing = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if not missing:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
    except RPCError as refused:
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:  # another worker was quicker
            raise


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """A server that has just started, or a namespace that has just been registered, isn't known everywhere yet."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return await call()
        except RPCError as refused:
            if refused.status not in NOT_YET or time.monotonic() > deadline:
                raise
        except RuntimeError:  # how the client says that nobody answers at the address
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)
