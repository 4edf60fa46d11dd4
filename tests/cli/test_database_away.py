"""A command beside a database that is away says so, and shows nobody a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.whole.running import clean_environment


@pytest.mark.parametrize("command", [["token", "list"], ["rebuild"]])
def test_a_database_that_is_away_is_told_in_a_sentence(command: list[str]) -> None:
    nowhere = "postgresql://accord_service:secret@127.0.0.1:1/accord"
    environment = clean_environment() | {"DATABASE_URL": nowhere, "DATABASE_OWNER_URL": nowhere}
    words = [sys.executable, "-m", "cli.entry_point", *command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip() == "accord: The database cannot be reached."
