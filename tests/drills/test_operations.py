"""Every command of docs/how-to/operations.md, as somebody on call types it: a service is saved, lost, and brought back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from cli.postgres import DATABASE, Postgres, binary
from tests.docs.reading import FENCE, ROOT, Block, blocks, section
from tests.drills.test_kills import struck
from tests.whole.acting import Insisting, evidence
from tests.whole.running import Service, clean_environment, service
from tests.whole.test_readme import missing_lines

PAGE = ROOT / "docs" / "how-to" / "operations.md"
NAMES = blocks(PAGE)[0].text
OUTSIDE = "## A PostgreSQL of your own"
"""Is run by a test of its own."""


class Walk:
    """The page, section by section; what is printed is held against what is shown."""

    def __init__(self, folder: Path) -> None:
        self.saved = folder / "saved"
        self.saved.mkdir(mode=0o711)
        self.running = Service(folder / "home")
        self.drill = Service(self.saved / "drill")
        self.home = self.running.home
        self.done = dict[str, int]()
        self.texts = set[str]()

    def run(self, heading: str, *, most: int | None = None, **names: str) -> None:
        """The commands below a heading: those after the last that was run before, and no more than so many blocks."""
        begun, said = self.done.get(heading, 0), ""
        own = re.split(r"^#+ ", section(PAGE, heading), maxsplit=1, flags=re.MULTILINE)[0]
        shown = [block for block in _blocks(own) if block.language in {"sh", "console", "text"}]
        number = 0
        for block in shown:
            if block.language == "text":
                assert not said or missing_lines(block.text, said) == [], said
                continue
            number += 1
            if number <= begun:
                continue
            if most is not None and number > begun + most:
                break
            said = self._commands(block, names)
            self.texts.add(block.text)
            self.done[heading] = number
        assert self.done[heading] > begun, f"{heading}: nothing is left to run"

    def _commands(self, block: Block, names: dict[str, str]) -> str:
        if block.text.startswith("$ accord run"):
            (self.running if self.home == self.running.home else self.drill).start()
            return ""
        text = block.text.removeprefix("$ ")
        environment = clean_environment() | names | {"ACCORD_HOME": str(self.home), "SAVED": str(self.saved)}
        environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}:{binary('psql').parent}"
        script = NAMES.replace("$PWD/.venv/bin:", "") + text
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block.text}\n{done.stdout}\n{done.stderr}"
        if text.startswith("kill"):
            self.running.stop()
        return done.stdout

    def keep(self, client: Insisting) -> None:
        """Receipts, one a line."""
        (self.saved / "receipts.json").write_text("\n".join(map(json.dumps, client.receipts)))


def _blocks(text: str) -> list[Block]:
    return [Block(language, mark.strip(), body) for language, mark, body in FENCE.findall(text)]


@pytest.fixture
def walk() -> Iterator[Walk]:
    """In a folder through which PostgreSQL's user can go, as it can through /srv."""
    with TemporaryDirectory(prefix="accord-operated-") as folder:
        Path(folder).chmod(0o711)
        made = Walk(Path(folder))
        try:
            yield made
        finally:
            for one in (made.running, made.drill):
                one.stop()


@pytest.mark.timeout(300)
async def test_a_service_is_saved_and_brought_back(walk: Walk) -> None:
    run = walk.run
    await asyncio.to_thread(run, "## Start", most=1)
    await asyncio.to_thread(run, "## Is it well?")
    await asyncio.to_thread(run, "## Secure")
    async with Insisting(walk.running) as client:
        far, soon = await client.start(), await client.start(soon="PT30S")
        await client.act("us-recorder", far, "/evidence", evidence("saved"))
        walk.keep(client)
        await asyncio.to_thread(run, "## Back up")
        await asyncio.to_thread(run, "## Restore")
        late = await client.act("us-recorder", far, "/evidence", evidence("late"))
    await asyncio.to_thread(run, "## Start")
    await asyncio.to_thread(run, "### In place")
    await asyncio.to_thread(run, "### Elsewhere, as a drill", most=1)
    walk.home = walk.drill.home  # what follows is done to the copy
    await asyncio.to_thread(run, "### Back to any moment", most=1)
    await asyncio.to_thread(run, "### Elsewhere, as a drill", most=1)
    shutil.copy(walk.running.home / "tokens.json", walk.drill.home / "tokens.json")
    async with Insisting(walk.drill) as client:
        await struck(client, soon, "deadline.worked")
        await asyncio.to_thread(run, "### Elsewhere, as a drill")
        await back_to_a_moment(walk, client, far, late.seq)
    assert [block.text for block in _blocks(PAGE.read_text()) if _is_left(walk, block)] == [], "these were not run"


def _is_left(walk: Walk, block: Block) -> bool:
    elsewhere = {one.text for one in _blocks(section(PAGE, OUTSIDE))}
    return block.language in {"sh", "console"} and block.text not in {*walk.texts, *elsewhere, NAMES}


async def back_to_a_moment(walk: Walk, client: Insisting, program: str, lost: int) -> None:
    """With an act on either side of it; clocks strike before and after."""
    await asyncio.to_thread(walk.run, "### Back to any moment", most=1)
    again = await client.act("us-recorder", program, "/evidence", evidence("again"))
    assert again.seq == lost, "what came after the backup is gone, and its number free"
    moment = datetime.now(UTC)
    await client.act("us-recorder", program, "/evidence", evidence("mistake"))
    walk.keep(client)
    await asyncio.to_thread(walk.drill.stop)
    await asyncio.to_thread(walk.run, "### Back to any moment", MOMENT=moment.isoformat(sep=" "))
    held = await client.until_read("officer", f"/programs/{program}/ledger?kind=evidence_recorded")
    assert [entry["fact"]["evidence"] for entry in held["entries"]] == ["saved", "again"]
    due = await client.start(soon="PT1S")
    await struck(client, due, "deadline.worked")


def test_a_record_is_kept_on_a_server_of_your_own(walk: Walk) -> None:
    """Where nobody gets a token, and no program is started, that was not asked for."""
    walk.running.home.mkdir()
    with Postgres(walk.running.home) as outside:
        superuser = outside.url(database="postgres")
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {DATABASE}".encode())
        names = {"SUPERUSER": superuser, "SERVER": superuser.partition("?")[2]}
        here = [block.text for block in _blocks(section(PAGE, OUTSIDE)) if block.language == "sh"]
        walk._commands(Block("sh", "", "\n".join(here)), names)  # noqa: SLF001  one script: the second rests on names of the first
        owner = outside.url(user="accord_owner")
        settings = {"DATABASE_OWNER_URL": owner, "DATABASE_URL": outside.url(user="accord_service")}
        with service(walk.saved / "beside", **settings) as running:
            assert not (running.home / "tokens.json").exists()
            assert "Started the program" not in running.home.with_suffix(".said").read_text()
        with psycopg.connect(owner) as connection:
            row = connection.execute("SELECT (SELECT count(*) FROM program), (SELECT count(*) FROM token)").fetchone()
        assert row == (0, 0)
