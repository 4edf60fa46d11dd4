"""What is in the way of a start is told at once, all of it."""

from __future__ import annotations

import socket
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.home import lock_folder
from cli.main import app
from cli.run import Ports, run_service
from cli.start_errors import Conflicts, PortsTaken
from cli.temporal import HOST, free_port


def test_all_ports_that_are_taken_are_named_with_others_that_are_free(tmp_path: Path) -> None:
    """Else one is put right, and the start fails at the next."""
    with socket.socket() as api, socket.socket() as temporal:
        ports = []
        for taken in (api, temporal):
            taken.bind((HOST, 0))
            taken.listen()
            ports.append(taken.getsockname()[1])
        with pytest.raises(PortsTaken) as found:
            run_service(tmp_path / "home", Ports(*ports), print)
    said = str(found.value)
    assert f"{ports[0]}, where the API should listen; {ports[1]}, where Temporal should listen" in said
    _, _, command = said.rpartition("accord run ")
    options = command.rstrip(".").split()
    assert options[::2] == ["--port", "--temporal-port"]
    assert not {*map(str, ports)} & {*options}


def test_a_port_that_is_asked_for_twice_is_taken(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(PortsTaken, match=f"{port}, where Temporal should listen"):
        run_service(tmp_path / "home", Ports(port, port), print)


def test_a_folder_in_use_is_told_together_with_its_ports(tmp_path: Path) -> None:
    with socket.socket() as api, lock_folder(tmp_path / "home"):
        api.bind((HOST, 0))
        api.listen()
        port = api.getsockname()[1]
        with pytest.raises(Conflicts) as found:
            run_service(tmp_path / "home", Ports(port, free_port()), print)
    assert "is in use by process" in str(found.value)
    assert f"{port}, where the API should listen" in str(found.value)


@pytest.mark.parametrize("option", ["--port", "--temporal-port", "--ui-port"])
@pytest.mark.parametrize("port", ["99999", "0"])
def test_a_port_that_cannot_be_is_an_error_and_no_traceback(option: str, port: str, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["run", "--home", str(tmp_path / "home"), option, port], env={"COLUMNS": "200"})
    assert told.exit_code == 2
    assert f"{port} is not in the range 1<=x<=65535" in told.stderr
    assert not (tmp_path / "home").exists()


def test_the_command_says_which_version_it_is() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.stdout) == (0, f"accord {version('accord')}\n")
