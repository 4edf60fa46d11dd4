"""Every command of the README runs as it is printed, and is answered as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cli import supervisor
from cli.home import Home
from tests.docs.reading import ROOT, Block, blocks
from tests.whole.running import Service, service

README = ROOT / "README.md"
CHANGING = (
    re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"),
    re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    re.compile(r"[0-9a-f]{64}"),
)
"""What is another one at each run: instants, ids of programs, hashes."""

MOMENT = re.compile(r"^ +\d+\.\d s {2}|\d\d:\d\d:\d\d")
"""The times of a demonstration."""


def test_every_command_is_answered_as_shown(tmp_path: Path) -> None:
    walk = blocks(README)
    with service(tmp_path / "home") as running:
        demo = subprocess.Popen(
            [sys.executable, "-m", "cli.entry", "demo", "--home", str(running.home)], stdout=subprocess.PIPE, text=True
        )
        with demo:
            said = answers(walk, running, tmp_path)
            told, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0
    faults = [fault for text, shown in said for fault in unlike(shown, text)]
    faults += [fault for block in walk if block.mark == "demo" for fault in missing_lines(block.text, told)]
    assert faults == []


def answers(walk: list[Block], running: Service, folder: Path) -> list[tuple[str, Block]]:
    """What each command printed, with the block that shows it."""
    mark = "--- answered ---"
    commands = [block.text for block in walk if block.language == "sh"]
    script = f"\necho '{mark}'\n".join(commands)
    environment = dict(os.environ) | {
        "ACCORD": running.api,
        "ACCORD_HOME": str(running.home),
        "TEMPORAL_ADDRESS": f"127.0.0.1:{running.temporal_port}",
        "TMPDIR": str(folder),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    printed = dict(zip(commands, done.stdout.split(f"{mark}\n"), strict=True))
    return [(printed[one.text], next_) for one, next_ in pairwise(walk) if one.language == "sh" and next_.language != "sh"]


def unlike(shown: Block, text: str) -> list[str]:
    """Where an answer is not what is shown of it."""
    if shown.language == "text":
        return missing_lines(shown.text, text)
    start = min(place for place in (text.find("{"), text.find("["), len(text)) if place >= 0)
    return differences(json.loads(shown.text), json.loads(text[start:]), shown.text.strip()[:60])


def missing_lines(shown: str, text: str) -> list[str]:
    """The lines that are shown and were not printed in this order; what is shown may be the beginning of a line."""
    printed = iter(MOMENT.sub("", line) for line in text.splitlines())
    return [line for line in shown.splitlines() if line and not any(MOMENT.sub("", line).strip() in one for one in printed)]


def differences(shown: Any, answered: Any, where: str) -> list[str]:
    """Where an answer lacks what is shown: fields and items may be left out, and are in order."""
    if isinstance(shown, dict) and isinstance(answered, dict):
        gone = [f"{where}.{key}: not in the answer" for key in shown if key not in answered]
        held = [key for key in shown if key in answered]
        return gone + [fault for key in held for fault in differences(shown[key], answered[key], f"{where}.{key}")]
    if isinstance(shown, list) and isinstance(answered, list):
        rest = iter(answered)
        found = [any(not differences(item, one, where) for one in rest) for item in shown]
        return [f"{where}.{number}: no such item in {answered}" for number, is_there in enumerate(found) if not is_there]
    is_same = shown == answered or any(form.fullmatch(str(shown)) and form.fullmatch(str(answered)) for form in CHANGING)
    return [] if is_same else [f"{where}: {shown!r} is shown, {answered!r} was answered"]


def test_what_make_is_told_is_there() -> None:
    """`make run` and `make demo` would make the environment anew, so they are only looked at."""
    console = "".join(block.text for block in blocks(README) if block.language == "console")
    named = re.findall(r"^\$ make (\w+)$", console, re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text()
    assert named == ["run", "demo"]
    assert [name for name in named if f"exec $(BIN)/accord {name}" not in makefile] == []


def test_the_welcome_is_the_one_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path)
    supervisor._announce(home, supervisor.Ports(8000, 7233), supervisor.Outside(), print)  # noqa: SLF001  it is what it says
    said = capsys.readouterr().out.replace(str(tmp_path), ".accord")
    assert said.strip() in README.read_text()


def test_what_is_linked_is_there() -> None:
    """A page that was moved leaves a link behind."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plans").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())]
    assert [f"{page.relative_to(ROOT)}: {link}" for page, link in links if not (page.parent / link).exists()] == []
