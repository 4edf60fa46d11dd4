"""How Temporal is reached: address, namespace, and exact payloads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

from workflows.failures import WithholdingConverter

PAYLOADS = replace(pydantic_data_converter, failure_converter_class=WithholdingConverter)
"""What goes through Temporal, and is kept there."""

TASK_QUEUE = "accord"
RPC_SECONDS = 3
PATIENCE_SECONDS = 1.0


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """A client; a lazy one connects when it is first used, so that nothing waits for Temporal to be there."""
    return await Client.connect(address, namespace=namespace, lazy=lazy, data_converter=PAYLOADS)


async def answers(client: Client) -> bool:
    """Whether Temporal answers within a second.

    The limit is ours: that of the call does not cover connecting, and a server that stands still
    still accepts connections.
    """
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await client.service_client.check_health(timeout=timedelta(seconds=PATIENCE_SECONDS))
    except (RPCError, RuntimeError, TimeoutError):
        return False
