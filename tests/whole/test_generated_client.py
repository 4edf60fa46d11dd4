"""A client that openapi-python-client has made from the API's description: typed as the service is, and able to drive it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api.app import create_app
from tests.docs.reading import ROOT, blocks
from tests.whole.running import Service, clean_environment

STORY = Path(__file__).with_name("client_story.py")
DOCUMENT: dict[str, Any] = create_app().openapi()

CONFIG = ROOT / "docs" / "reference" / "python-client.yaml"


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which `accord_client` lies."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--path", "openapi.json"]
    command += ["--output-path", "accord_client", "--meta", "none", "--config", str(CONFIG)]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING" not in made.stdout + made.stderr, "a route or a type was left out"
    return folder


def test_every_route_is_there_and_answers_something_typed(generated: Path) -> None:
    routes = {file.stem: ast.parse(file.read_text()) for file in (generated / "accord_client" / "api").glob("*/[a-z]*.py")}
    assert set(routes) == {operation["operationId"] for held in DOCUMENT["paths"].values() for operation in held.values()}
    untyped = {}
    for name, tree in routes.items():
        (answer,) = [
            ast.unparse(function.returns)
            for function in tree.body
            if isinstance(function, ast.FunctionDef) and function.name == "_parse_response" and function.returns
        ]
        if {"Any", "None"} >= {part.strip() for part in answer.split("|")} or "Any" in answer:
            untyped[name] = answer
    assert untyped == {}


@pytest.mark.timeout(300)
def test_it_and_what_is_written_with_it_pass_the_strictest_types(generated: Path) -> None:
    (generated / STORY.name).write_text(STORY.read_text())
    (shown,) = [block.text for block in blocks(ROOT / "docs" / "reference" / "clients.md") if block.language == "python"]
    (generated / "shown.py").write_text(shown)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "accord_client", STORY.name, "shown.py"]
    checked = subprocess.run(command, cwd=generated, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-3000:]


@pytest.mark.timeout(300)
def test_it_drives_the_story_of_the_demonstration(generated: Path, whole: Service) -> None:
    told = subprocess.run(
        [sys.executable, str(STORY), whole.api, str(whole.home / "tokens.json")],
        env=clean_environment() | {"PYTHONPATH": str(generated)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-3000:]
    assert UUID(told.stdout.strip()).version == 5


def test_what_is_served_is_what_it_was_made_from(whole: Service) -> None:
    assert httpx2.get(f"{whole.api}/api/v1/openapi.json", trust_env=False).json() == DOCUMENT
