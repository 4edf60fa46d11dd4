"""docs/reference/temporal.md names every setting that decides how Temporal is reached and what it keeps."""

from __future__ import annotations

import re

from api.state import Settings as ApiSettings
from cli.temporal_commands import app
from tests.docs.reading import ROOT, rows, section
from workflows.client import TemporalSettings
from workflows.deployment import DeploymentSettings
from workflows.namespace import Retention
from workflows.visibility import SEARCH_ATTRIBUTES, TELLING
from workflows.worker import Settings as WorkerSettings

PAGE = ROOT / "docs" / "reference" / "temporal.md"
ELSEWHERE = {
    "DATABASE_URL",
    "ACCORD_DOCUMENTS",
    "ACCORD_PLANS",
    "ACCORD_LARGEST_DOCUMENT",
    "ACCORD_EXPENSIVE_A_MINUTE",
    "ACCORD_DATABASE_SECONDS",
    "ACCORD_ADDRESS",
    "ACCORD_CHECKPOINT_KEY",
    "ACCORD_CHECKPOINT_NAME",
    "ACCORD_SESSION_IDLE_MINUTES",
    "ACCORD_SESSION_HOURS",
    "ACCORD_DATABASE_CONNECTIONS",
    "ACCORD_WORKER_CONNECTIONS",
    "ACCORD_WORKER_DATABASE_SECONDS",
    "ACCORD_WORKER_PROGRAMS",
    "ACCORD_WORKER_FETCHES",
    "ACCORD_WORKER_READINGS",
    "ACCORD_RELAY_BATCH",
}
"""Settings that have nothing to do with Temporal."""


def test_every_setting_is_documented_with_what_it_is_when_left_out() -> None:
    classes = (TemporalSettings, Retention, DeploymentSettings, WorkerSettings, ApiSettings)
    fields = {name.upper(): field for one in classes for name, field in one.model_fields.items()}
    table = {name.strip("`"): left_out for name, left_out, _ in rows(section(PAGE, "## Settings"))}
    assert set(table) == fields.keys() - ELSEWHERE
    for name, left_out in table.items():
        if isinstance(default := fields[name].default, int | str):
            assert str(default) in left_out, name


def test_what_is_left_out_when_payloads_are_encrypted_is_said() -> None:
    text = section(PAGE, "## Encryption")
    (hidden,) = [line for line in text.splitlines() if line.startswith("| search attributes")]
    assert set(re.findall(r"`(Accord\w+)`", hidden)) == {key.name for key in TELLING}
    named = set(re.findall(r"`(Accord[A-Z]\w+)`", text))
    assert named == {key.name for key in SEARCH_ATTRIBUTES}


def test_the_commands_of_the_page_are_there() -> None:

    named = set(re.findall(r"accord temporal (\w+)", PAGE.read_text()))
    assert named == {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
