"""`accord load-test` puts load on this machine alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.load_test import NotLoopback, loopback
from cli.main import app


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://127.8.0.1:1", "http://[::1]:8000", "http://localhost:8000"]
)
def test_this_machine_is_asked(address: str) -> None:
    assert loopback(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.1:8000",
        "https://accord.example",
        "http://127.0.0.1.example:8000",
        "http://0.0.0.0:8000",
        "",
        "file:///etc",
    ],
)
def test_no_other_is(address: str) -> None:
    with pytest.raises(NotLoopback, match="Nothing was sent"):
        loopback(address)


def test_an_address_elsewhere_is_refused_by_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACCORD_API", "https://accord.example")
    result = CliRunner().invoke(app, ["load-test", "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert "accord.example is no loopback address" in result.stderr


@pytest.mark.parametrize("option", ["--clients=65", "--seconds=61", "--acts=50001", "--programs=65"])
def test_it_has_bounds(option: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["load-test", "--home", str(tmp_path), option])
    assert result.exit_code == 2
