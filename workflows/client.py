"""How Temporal is reached: address, namespace, and exact payloads."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError

TASK_QUEUE = "accord"
RPC_SECONDS = 3


async def connect(address: str, namespace: str, *, lazy: bool = False) -> Client:
    """A client; a lazy one connects when it is first used, so that nothing waits for Temporal to be there."""
    return await Client.connect(address, namespace=namespace, lazy=lazy, data_converter=pydantic_data_converter)


async def answers(client: Client) -> bool:
    """Whether Temporal answers within a second."""
    try:
        return await client.service_client.check_health(timeout=timedelta(seconds=1))
    except (RPCError, RuntimeError):
        return False
