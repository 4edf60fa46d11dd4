"""However the supervisor ends, nothing that it started is left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("two_servers.py")
BOTH = {"postgres", "temporal"}


def running_on(folder: Path) -> dict[int, str]:
    """The servers, by process id, whose command names the folder or who work in it."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked, or we may not see where it works
            command = (entry / "cmdline").read_bytes().replace(b":", b"\0").decode().split("\0")
            name = Path(command[0]).name
            if name in BOTH and (str(folder) in "\0".join(command) or (entry / "cwd").readlink().is_relative_to(folder)):
                found[int(entry.name)] = name
    return found


def soon(folder: Path, wanted: set[str]) -> bool:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if set(running_on(folder).values()) == wanted:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, PROGRAM, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "up\n"
            assert soon(tmp_path, BOTH)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_leaves_nothing(supervisor: subprocess.Popen[str], tmp_path: Path, number: signal.Signals) -> None:
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert running_on(tmp_path) == {}
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


def test_a_second_ctrl_c_does_not_cut_the_stop_short(supervisor: subprocess.Popen[str], tmp_path: Path) -> None:
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.stdout
    assert supervisor.stdout.readline() == "stopping\n"
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(20) == 0
    assert running_on(tmp_path) == {}


def test_killed_it_leaves_nothing(supervisor: subprocess.Popen[str], tmp_path: Path) -> None:
    supervisor.kill()
    assert soon(tmp_path, set())


@pytest.mark.parametrize("server", sorted(BOTH))
def test_a_server_that_dies_is_started_again(supervisor: subprocess.Popen[str], tmp_path: Path, server: str) -> None:
    victims = [pid for pid, program in running_on(tmp_path).items() if program == server]
    os.kill(min(victims), signal.SIGKILL)  # of PostgreSQL's processes, the first is the one that the others belong to
    assert supervisor.stdout
    assert "stopped unexpectedly" in supervisor.stdout.readline()
    assert "runs again" in supervisor.stdout.readline()
    assert soon(tmp_path, BOTH)
