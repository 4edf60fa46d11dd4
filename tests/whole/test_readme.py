"""Every command of the tutorials runs as it is printed, and prints what it says; and so does the demonstration."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from tests.docs.reading import ROOT, Block, blocks
from tests.whole.running import Service

README = ROOT / "README.md"
TUTORIALS = [ROOT / "docs" / "tutorial" / name for name in ("first-program.md", "first-plan.md")]
CHANGING = re.compile(
    r"^ *\d+\.\d s {2}|\d{4}-\d\d-\d\d( \d\d:\d\d)?|\d\d:\d\d:\d\d|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}"
)
"""What is another one at each run: times, keys of acts, hashes."""

A_SCREEN_AND_A_HALF = 36
"""Lines: what the demonstration says is read while it runs."""


def test_every_command_prints_what_is_shown(whole: Service, tmp_path: Path) -> None:
    walk = [block for page in TUTORIALS for block in blocks(page)]
    demo = subprocess.Popen(
        [sys.executable, "-m", "cli.entry_point", "demo", "--home", str(whole.home)], stdout=subprocess.PIPE, text=True
    )
    with demo:
        said = printed(walk, whole, tmp_path)
        told, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0
    faults = [fault for text, shown in said for fault in missing_lines(shown.text, text)]
    faults += [fault for block in blocks(README) if block.mark == "demo" for fault in missing_lines(block.text, told)]
    assert faults == []
    lines = told.splitlines()
    assert lines[0].startswith(f"watch it at {whole.api}/programs/")
    assert f"{whole.api}/sign-in#" in lines[1]
    assert len(lines) <= A_SCREEN_AND_A_HALF, told


def printed(walk: list[Block], running: Service, folder: Path) -> list[tuple[str, Block]]:
    """What each command printed, with the block that shows it."""
    mark = "--- printed ---"
    commands = [block.text for block in walk if block.language == "sh"]
    script = f"\necho '{mark}'\n".join(commands)
    environment = dict(os.environ) | {
        "ACCORD": running.api,
        "ACCORD_HOME": str(running.home),
        "COLUMNS": "80",
        "TMPDIR": str(folder),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    said = dict(zip(commands, done.stdout.split(f"{mark}\n"), strict=True))
    return [(said[one.text], next_) for one, next_ in pairwise(walk) if one.language == "sh" and next_.language == "text"]


def missing_lines(shown: str, text: str) -> list[str]:
    """The lines that are shown and were not printed in this order; what is shown may be a part of a line."""
    lines = iter([CHANGING.sub("", line) for line in text.splitlines()])
    return [line for line in shown.splitlines() if line and not any(CHANGING.sub("", line).strip() in one for one in lines)]
