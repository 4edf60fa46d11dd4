"""`accord verify-ledgers`, as somebody types it beside a database."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from cli.main import app


def test_a_program_that_is_not_there_is_not_called_whole(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A slip in an id must not read like a ledger without faults."""
    monkeypatch.setenv("DATABASE_URL", url)
    unknown = str(uuid4())
    result = CliRunner().invoke(app, ["verify-ledgers", unknown, "--home", str(tmp_path)])
    assert result.exit_code == 1
    assert f"there is no program {unknown}" in result.stderr
    assert "accord verify-ledgers without an id reads all" in result.stderr
