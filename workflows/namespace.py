"""Our namespace in Temporal: made by who may, and looked at by who works in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from pydantic import Field
from pydantic_settings import BaseSettings
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeNamespaceResponse,
    RegisterNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.client import PROBE_SECONDS, TemporalSettings, connect
from workflows.visibility import SEARCH_ATTRIBUTES

READY_SECONDS = 60
COMMAND = "accord temporal prepare"

RETRYABLE = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.NOT_FOUND, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
NOT_ALLOWED = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED, RPCStatusCode.UNAUTHENTICATED}
"""How a server says that operators ask this, or that it has no such service."""

T = TypeVar("T")


class Retention(BaseSettings):
    """Read from the environment when the namespace is registered."""

    accord_retention_days: int = Field(
        default=3650, ge=1, le=36_500, description="how long Temporal keeps a closed run: fixed for each when it closes"
    )


class NotPrepared(Exception):
    """Temporal answers and lacks something of ours. Says what, and which command mends it."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{' '.join(missing)} Whoever may do it runs: {COMMAND}")
        self.missing = missing


async def prepare(settings: TemporalSettings) -> str:
    """Register the namespace and its search attributes where they are missing; safe to repeat, and at the same time.

    Returns the namespace's id. A new id means that Temporal has lost (or never had) our workflows, and that they must be
    made again from the ledger. The retention of a namespace that exists already is its operator's decision and stays.

    Raises SettingsUnusable, RPCError, or RuntimeError when nothing answers at the address for a minute.
    """
    client = await retry_until_ready(lambda: connect(settings))
    await retry_until_ready(lambda: _register(client))
    found = await retry_until_ready(lambda: namespace_id(client))
    await retry_until_ready(lambda: _add_search_attributes(client))
    await retry_until_ready(lambda: _check_registered(client))
    return found


async def namespace_id(client: Client) -> str:
    """Raises RPCError."""
    return (await _describe(client)).namespace_info.id


async def missing(client: Client) -> list[str]:
    """What of ours is not there, a sentence each; asked without the rights of an operator. Raises RPCError."""
    try:
        described = await _describe(client)
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise
        return [f"There is no namespace {client.namespace}."]
    known = await _known_attributes(client, described)
    absent = [key.name for key in SEARCH_ATTRIBUTES if known is not None and key.name not in known]
    told = "attributes" if len(absent) > 1 else "attribute"
    return [f"The namespace {client.namespace} lacks the search {told} {', '.join(absent)}."] if absent else []


async def missing_now(client: Client) -> list[str] | None:
    """The same within a second; None where Temporal does not answer.

    The limit is ours: that of the call does not cover connecting, and a server that stands still
    still accepts connections.
    """
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await missing(client)
    except (RPCError, RuntimeError, TimeoutError):
        return None


async def check_prepared(client: Client) -> str:
    """The namespace's id, once everything is there. A server that has just started is waited for.

    Raises NotPrepared, RPCError or RuntimeError.
    """
    if absent := await retry_until_ready(lambda: missing(client)):
        raise NotPrepared(absent)
    return await namespace_id(client)


async def _check_registered(client: Client) -> None:
    """What was registered is not known everywhere at once. Raises RuntimeError while it is not."""
    if absent := await missing(client):
        raise RuntimeError(f"{' '.join(absent)} It was registered.")


async def _describe(client: Client) -> DescribeNamespaceResponse:
    return await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))


async def _known_attributes(client: Client, described: DescribeNamespaceResponse) -> set[str] | None:
    """Names of search attributes; None where nobody tells us, and then Temporal says it when one is written."""
    if aliases := set(described.config.custom_search_attribute_aliases.values()):
        return aliases
    try:
        listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    except RPCError as refused:
        if refused.status not in NOT_ALLOWED:
            raise
        return None
    return set(listed.custom_attributes)


async def _register(client: Client) -> None:
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace,
                description="Programs that follow an agreed plan",
                workflow_execution_retention_period=Duration(seconds=Retention().accord_retention_days * 86_400),
            )
        )
    except RPCError as refused:
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _add_search_attributes(client: Client) -> None:
    namespace = client.namespace
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    absent = {
        key.name: IndexedValueType.ValueType(key.indexed_value_type)
        for key in SEARCH_ATTRIBUTES
        if key.name not in known.custom_attributes
    }
    if not absent:
        return
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=absent)
        )
    except RPCError as refused:
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:  # somebody else was quicker
            raise


async def retry_until_ready(call: Callable[[], Awaitable[T]]) -> T:
    """A server that has just started, or a namespace that has just been registered, isn't known everywhere yet."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return await call()
        except RPCError as refused:
            if refused.status not in RETRYABLE or time.monotonic() > deadline:
                raise
        except RuntimeError:  # how the client says that nobody answers at the address
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)
