"""Every command and every call of docs/how-to is answered, by a service in which something has happened."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.api.conftest import Door, door, own, secrets, served, service, shared
from tests.api.terminal import Terminal
from tests.docs.reading import ROOT, blocks

__all__ = ["door", "own", "secrets", "served", "service", "shared"]  # fixtures

FOLDER = ROOT / "docs" / "how-to"
LETTER = b"It has ended."


async def happened(door: Door) -> dict[str, str]:
    """A milestone is shown and decided, after an attempt that was refused. What the pages leave to be filled in."""
    headers = door.headers("nora") | {"Content-Type": "application/pdf"}
    address = door.address("/programs/{program}/documents?name=letter.pdf")
    sha256: str = (await door.client.post(address, content=LETTER, headers=headers)).json()["sha256"]
    shown = {
        "evidence": "letter",
        "milestone": "announced",
        "shows": "text",
        "document": {"sha256": sha256, "name": "letter.pdf"},
    }
    said = {"evidence": "word", "milestone": "announced", "shows": "word", "text": "It is meant."}
    decided = {"milestone": "announced", "outcome": "achieved", "reason": "Shown."}
    recorded = await door.post("nora", "/programs/{program}/evidence", shown)
    assert (await door.post("nick", "/programs/{program}/verifications", {"evidence": "letter"})).status_code == 403
    for person, path, body in (
        ("nils", "evidence", said),
        ("sven", "verifications", {"evidence": "letter"}),
        ("sven", "verifications", {"evidence": "word"}),
        ("cleo", "determinations", decided),
    ):
        receipt = await door.post(person, f"/programs/{{program}}/{path}", body)
        assert receipt.status_code == 201, receipt.text
    return {"PROGRAM": door.program, "THEN": recorded.json()["recorded_at"], "HEAD": receipt.json()["head"], "SHA256": sha256}


def filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$([A-Z0-9]+)", lambda found: values[found[1]], text.strip())


@pytest.mark.parametrize(("page", "person"), [("officer.md", "olga"), ("auditor.md", "auditor")])
async def test_ten_questions_are_answered_by_one_command_and_by_one_call_each(
    page: str, person: str, door: Door, tmp_path: Path
) -> None:
    values = await happened(door) | {"FILE": str(tmp_path / "letter.pdf")}
    text = (FOLDER / page).read_text()
    assert re.findall(r"^## (\d+)\. .*\?$", text, re.MULTILINE) == [str(number) for number in range(1, 11)]
    assert [block.language for block in blocks(FOLDER / page)] == ["sh", "http"] * 10
    terminal = Terminal(tmp_path / "config")
    assert (await terminal.login(door, person)).code == 0
    for block in blocks(FOLDER / page):
        asked = filled(block.text, values)
        if block.language == "sh":
            command, *words = shlex.split(asked)
            said = await terminal.accord(*words)
            assert (command, said.code) == ("accord", 0), f"{asked}: {said.err}"
            assert said.out.strip() != "", asked
        else:
            method, address, body = [*asked.split(" ", 2), ""][:3]
            content = {"json": json.loads(body)} if body else {}
            answer = await door.client.request(method, f"/api/v1{address}", headers=door.headers(person), **content)
            assert answer.status_code == 200, f"{asked}: {answer.text}"
    if page == "auditor.md":
        assert fetched(values["FILE"]) == LETTER


async def test_an_auditor_checks_a_ledger_in_ten_minutes(door: Door, tmp_path: Path) -> None:
    """The steps of the first audit, one after the other."""
    page, values = ROOT / "docs" / "tutorial" / "first-audit.md", await happened(door)
    terminal = Terminal(tmp_path)
    assert (await terminal.login(door, "auditor")).code == 0
    for block in blocks(page):
        if "$NOTE" in block.text:
            values |= kept_by(tmp_path)
        command, *words = shlex.split(filled(block.text, values))
        said = await terminal.accord(*words)
        assert (command, said.code) == ("accord", 0), f"{block.text}: {said.err}"


def kept_by(folder: Path) -> dict[str, str]:
    """What `accord watch` keeps; another party holds the same."""
    (note,), (keys,) = folder.rglob("*.note"), folder.rglob("*.keys")
    return {"NOTE": str(note), "OTHER": str(note), "KEY": keys.read_text().split()[1]}


def fetched(file: str) -> bytes:
    return Path(file).read_bytes()


def test_the_pages_are_linked() -> None:
    assert [page.name for page in FOLDER.iterdir() if f"docs/how-to/{page.name}" not in (ROOT / "README.md").read_text()] == []
