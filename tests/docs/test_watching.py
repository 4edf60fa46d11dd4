"""The pages on watching and scaling name what is measured, what alerts there are, and every setting of both."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from api.connection_limits import ConnectionLimits
from api.state import Settings as ApiSettings
from db.metrics import register_metrics
from telemetry.metrics import Metrics
from telemetry.settings import TelemetrySettings
from tests.docs.reading import ROOT, rows, section
from workflows.worker import WorkerSettings

WATCHING, SCALING = ROOT / "docs" / "how-to" / "watching.md", ROOT / "docs" / "how-to" / "scaling.md"
RULES = ROOT / "observability" / "alerts.yaml"


def test_every_setting_is_documented_with_what_it_is_when_left_out() -> None:
    classes = (TelemetrySettings, ConnectionLimits, ApiSettings, WorkerSettings)
    fields = {name.upper(): field for one in classes for name, field in one.model_fields.items()}
    table = {row[0].strip("`"): row[1] for row in rows(section(WATCHING, "## Settings")) if row[0].startswith("`ACCORD")}
    for heading in ("## Processes", "## Connections to the database", "## Work of a worker"):
        table |= {row[0].strip("`"): row[1] for row in rows(section(SCALING, heading))}
    wanted = {name for name in fields if re.match(r"ACCORD_(WORKER|RELAY|API|DATABASE)_|ACCORD_(\w+_)?METRICS", name)}
    assert set(table) == wanted
    for name, left_out in table.items():
        if isinstance(default := fields[name].default, int | float):
            assert f"{default:g}" == left_out, name


def test_every_metric_is_documented_and_no_other() -> None:
    listed = {row[0].strip("`") for row in rows(section(WATCHING, "## Metrics"))}
    assert listed == {name for name in known() if name.startswith("accord_")}


def known() -> set[str]:
    """Names of the metrics of API and worker."""
    metrics = Metrics()
    nobody: Any = None  # nothing is read here
    register_metrics(metrics, nobody, nobody, (), nobody)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in metrics.names} | {
        "accord_part_seconds",
        "accord_first_ending_seconds",
    }


def test_every_alert_says_what_to_do() -> None:
    listed = {row[0].strip("`"): row[2] for row in rows(section(WATCHING, "## Alerts"))}
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert list(listed) == [rule["alert"] for rule in rules]
    assert all(listed.values())
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket", "notice"}
        assert rule["annotations"]["summary"].endswith(".")


def test_the_dashboard_can_be_imported() -> None:
    """A panel without a place covers another, and one without the chosen source shows nothing."""
    board = json.loads((ROOT / "observability" / "dashboard.json").read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert {target["datasource"]["uid"] for panel in panels for target in panel["targets"]} == {"${datasource}"}
    assert [variable["name"] for variable in board["templating"]["list"]] == ["datasource"]
