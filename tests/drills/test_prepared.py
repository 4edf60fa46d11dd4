"""A Temporal of somebody else: prepared by who may, looked at by who works in it, and told what it lacks."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

from cli.temporal import Temporal, free_port
from workflows.client import TemporalSettings, connect
from workflows.namespace import NotPrepared, check_prepared, prepare


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[str]:
    """The address of a server on which nothing is ours."""
    with Temporal(tmp_path / "bare", free_port()) as server:
        yield server.address


def ours(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """A process of ours, with what it says."""
    foreign = ("DATABASE", "TEMPORAL_", "ACCORD_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | settings
    return subprocess.run(
        [sys.executable, "-P", "-m", *command], capture_output=True, text=True, check=False, env=environment, timeout=90
    )


async def retention(address: str) -> int:
    client = await connect(TemporalSettings.of(address))
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return found.config.workflow_execution_retention_ttl.ToTimedelta().days


def test_whoever_may_prepares_it_and_everybody_sees_what_it_lacks(bare: str) -> None:
    before = ours(["cli.entry_point", "temporal", "check"], TEMPORAL_ADDRESS=bare)
    assert (before.returncode, before.stdout) == (1, "There is no namespace accord.\n")
    for _ in range(2):
        done = ours(["cli.entry_point", "temporal", "prepare"], TEMPORAL_ADDRESS=bare, ACCORD_RETENTION_DAYS="30")
        assert done.returncode == 0, done.stderr
    after = ours(["cli.entry_point", "temporal", "check"], TEMPORAL_ADDRESS=bare)
    assert (after.returncode, after.stdout) == (0, "Nothing is missing.\n")
    assert asyncio.run(retention(bare)) == 30


def test_a_worker_registers_nothing_and_says_which_command_does(bare: str) -> None:
    settings = {"TEMPORAL_ADDRESS": bare, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    worker = ours(["workflows.worker"], **settings)
    told = "There is no namespace accord. Whoever may do it runs: accord temporal prepare"
    assert worker.returncode == 1
    assert f"accord: {told}" in worker.stderr
    assert ours(["cli.entry_point", "temporal", "check"], TEMPORAL_ADDRESS=bare).returncode == 1


async def test_a_search_attribute_that_is_missing_is_named(bare: str) -> None:
    settings = TemporalSettings.of(bare)
    await prepare(settings)
    client = await connect(settings)
    assert await check_prepared(client)
    request = RemoveSearchAttributesRequest(namespace="accord", search_attributes=["AccordTitle", "AccordEntry"])
    await client.operator_service.remove_search_attributes(request)
    async with asyncio.timeout(60):
        while not (told := await _lacking(settings)):
            await asyncio.sleep(0.2)
    assert told == "The namespace accord lacks the search attributes AccordTitle, AccordEntry."


async def _lacking(settings: TemporalSettings) -> str:
    try:
        await check_prepared(await connect(settings))
    except NotPrepared as reason:
        return reason.missing[0]
    return ""


def test_a_start_beside_a_temporal_that_is_not_prepared_says_how_it_is(bare: str, tmp_path: Path) -> None:
    command = ["cli.entry_point", "run", "--home", str(tmp_path / "home"), "--port", str(free_port())]
    start = ours(command, TEMPORAL_ADDRESS=bare)
    assert start.returncode == 1
    assert "There is no namespace accord." in start.stderr
    assert "accord temporal prepare, or accord run --prepare." in start.stderr


def test_a_setting_that_leads_nowhere_is_told_by_every_command(bare: str, tmp_path: Path) -> None:
    settings = {"TEMPORAL_ADDRESS": bare, "TEMPORAL_TLS_CLIENT_CERT_PATH": str(tmp_path / "worker.pem")}
    told = "TEMPORAL_TLS_CLIENT_CERT_PATH is set and TEMPORAL_TLS_CLIENT_KEY_PATH is not"
    database = "postgresql://nobody@127.0.0.1:1/nothing"
    run = ["cli.entry_point", "run", "--home", str(tmp_path / "home"), "--port", str(free_port())]
    for command in (["cli.entry_point", "temporal", "check"], ["cli.entry_point", "reconcile"], ["workflows.worker"], run):
        more = {} if command is run else {"DATABASE_URL": database}
        answer = ours(command, **settings, **more)
        assert answer.returncode == 1, command
        assert told in answer.stderr, (command, answer.stderr)


def test_a_setting_of_the_wrong_form_is_named(bare: str) -> None:
    for settings, command, named in (
        ({"TEMPORAL_TLS": "perhaps"}, ["temporal", "check"], "TEMPORAL_TLS"),
        ({"ACCORD_RETENTION_DAYS": "0"}, ["temporal", "prepare"], "ACCORD_RETENTION_DAYS"),
        ({"ACCORD_DEPLOYMENT": "two words"}, ["temporal", "promote"], "ACCORD_DEPLOYMENT"),
        ({}, ["temporal", "promote"], "ACCORD_DEPLOYMENT names no deployment"),
    ):
        answer = ours(["cli.entry_point", *command], TEMPORAL_ADDRESS=bare, **settings)
        assert (answer.returncode, named in answer.stderr, "Traceback" in answer.stderr) == (1, True, False), answer.stderr
