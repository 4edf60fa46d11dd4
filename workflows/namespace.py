"""The Temporal namespace: registration by an operator, and checks by those who use it."""

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
"""Status codes of calls that need operator rights or are not supported."""

T = TypeVar("T")


class Retention(BaseSettings):
    """Settings from the environment for the registration."""

    accord_retention_days: int = Field(
        default=3650, ge=1, le=36_500, description="how long Temporal keeps a closed run: fixed for each when it closes"
    )


class NotPrepared(Exception):
    """The namespace or a search attribute is missing. The message names it and the command that adds it."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"{' '.join(missing)} Whoever may do it runs: {COMMAND}")
        self.missing = missing


async def prepare(settings: TemporalSettings) -> str:
    """Registers the namespace and its search attributes where they are missing; the namespace's id. Idempotent.

    A new id means that Temporal has no workflows of ours, so they are started again from the ledger. The retention of an
    existing namespace is left unchanged.

    Raises SettingsUnusable, RPCError, or RuntimeError when the server does not respond for a minute.
    """
    client = await retry_until_ready(lambda: connect(settings))
    await retry_until_ready(lambda: _register(client))
    found = await retry_until_ready(lambda: namespace_id(client))
    await retry_until_ready(lambda: _add_search_attributes(client))
    await retry_until_ready(lambda: _check_registered(client))
    return found


async def namespace_id(client: Client) -> str:
    """The id of the namespace. Raises RPCError."""
    return (await _describe(client)).namespace_info.id


async def missing(client: Client) -> list[str]:
    """Sentences on what is missing; needs no operator rights. Raises RPCError."""
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
    """As `missing`, within a second; None where Temporal does not respond.

    An own timeout, since that of the call does not cover connecting.
    """
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            return await missing(client)
    except (RPCError, RuntimeError, TimeoutError):
        return None


async def check_prepared(client: Client) -> str:
    """The namespace's id, after a check that nothing is missing. Waits for a server that is starting.

    Raises NotPrepared, RPCError or RuntimeError.
    """
    if absent := await retry_until_ready(lambda: missing(client)):
        raise NotPrepared(absent)
    return await namespace_id(client)


async def _check_registered(client: Client) -> None:
    """Raises RuntimeError while a registration has not propagated."""
    if absent := await missing(client):
        raise RuntimeError(f"{' '.join(absent)} It was registered.")


async def _describe(client: Client) -> DescribeNamespaceResponse:
    return await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))


async def _known_attributes(client: Client, described: DescribeNamespaceResponse) -> set[str] | None:
    """Names of registered search attributes; None without the right to list them."""
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
        if refused.status is not RPCStatusCode.ALREADY_EXISTS:  # registered concurrently
            raise


async def retry_until_ready(call: Callable[[], Awaitable[T]]) -> T:
    """Retries a call for up to a minute while the server starts or a registration propagates."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            return await call()
        except RPCError as refused:
            if refused.status not in RETRYABLE or time.monotonic() > deadline:
                raise
        except RuntimeError:  # the client's error for an unreachable address
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.1)
