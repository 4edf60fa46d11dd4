"""Acting at the command line: shown in words, asked about, signed once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Door
from tests.api.terminal import Said, Terminal

SENT = b"POST /api/v1/programs/"


@pytest.fixture
async def by(tmp_path: Path, door: Door) -> dict[str, Terminal]:
    """Terminals of people who are logged in."""
    found = {person: Terminal(tmp_path / person) for person in ("nora", "nils", "sven", "cleo")}
    for person, terminal in found.items():
        assert (await terminal.login(door, person)).code == 0
    return found


async def entries(door: Door, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await door.get("olga", "/programs/{program}/ledger", kind=kind)).json()["entries"]
    return found


def words(said: Said) -> str:
    return " ".join(said.out.split())


async def test_every_entry_is_told_in_a_sentence(door: Door) -> None:
    """In a preview, in a receipt and its repetition, and in the ledger."""
    body = {"evidence": "e1", "milestone": "announced", "shows": "word", "text": "It is meant."}
    shown = await door.post("nils", "/programs/{program}/evidence", body, preview="true")
    done = [await door.post("nils", "/programs/{program}/evidence", body, key="k") for _ in range(2)]
    told = [answer.json()["entries"][0]["sentence"] for answer in (shown, *done)]
    told += [entry["sentence"] for entry in await entries(door, "evidence_recorded")]
    assert told == ["evidence e1 recorded for announced.word"] * 4


async def test_an_act_is_shown_in_words_and_signed_when_somebody_says_yes(by: dict[str, Terminal], door: Door) -> None:
    report = ["incident", "report", door.program, "shots", "--kind", "attack", "--severity", "serious"]
    report += ["--happened-at", "2026-11-01T09:00:00+03:00", "--place", "The bridge", "--account", "Shots."]
    only_shown = await by["nora"].accord(*report, "--preview")
    assert (only_shown.code, await entries(door, "incident_reported")) == (0, []), only_shown.err
    assert "This would be recorded: incident shots reported: serious attack" in words(only_shown)
    for typed, ended in (("n\n", "nothing was recorded"), ("", "--yes signs without a question")):
        left = await by["nora"].accord(*report, typed=typed)
        assert (left.code, await entries(door, "incident_reported")) == (1, [])
        assert "Sign it as nora (recorder of north)?" in left.err
        assert ended in left.err
    signed = await by["nora"].accord(*report, typed="y\n")
    (entry,) = await entries(door, "incident_reported")
    assert signed.code == 0, signed.err
    assert f"It is recorded: entry {entry['seq']}" in words(signed)
    assert entry["fact"]["happened_at"] == "2026-11-01T06:00:00.000000Z"


async def test_a_milestone_is_shown_verified_and_determined(by: dict[str, Terminal], door: Door, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF letter" * 50_000)
    added = await by["nora"].accord("evidence", "add", door.program[:8], "announced", str(letter), "--id", "e1", "--yes")
    assert added.code == 0, added.err
    assert "Still missing: word" in words(added)
    said = await by["nils"].accord(
        "evidence", "add", door.program, "announced", "--text", "It is meant.", "--id", "e2", "--yes"
    )
    assert said.code == 0, said.err
    waiting = json.loads((await by["sven"].accord("evidence", "list", door.program, "--to-verify", "--json")).out)
    assert [piece["id"] for piece in waiting] == ["e1", "e2"]
    for piece in waiting:
        assert (await by["sven"].accord("verify", door.program, piece["id"], "--yes")).code == 0
    decided = await by["cleo"].accord("determine", door.program, "announced", "achieved", "--reason", "Shown.", "--yes")
    assert decided.code == 0, decided.err
    assert "phase move COMPLETE" in words(decided)
    shown = await by["sven"].accord("evidence", "show", door.program, "e1")
    assert "e1 for announced, verified: letter.pdf" in words(shown)
    listed = await by["sven"].accord("documents", door.program)
    assert "letter.pdf" in words(listed)
    copy = tmp_path / "copy.pdf"
    fetched = await by["sven"].accord("download", door.program, "e1", "--to", str(copy))
    assert (fetched.code, copy.read_bytes()) == (0, letter.read_bytes()), fetched.err
    again = await by["sven"].accord("download", door.program, "e1", "--to", str(copy))
    assert (again.code, again.err) == (2, f"accord: {copy} cannot be written: File exists; choose another with --to\n")
    fell = await by["cleo"].accord(
        "take-back", door.program, "determination", "announced", "--reason", "Too early.", "--preview"
    )
    assert "determination of milestone announced as achieved (entry" in words(fell)


async def test_what_is_refused_says_what_would_be_accepted(by: dict[str, Terminal], door: Door) -> None:
    refused = await by["sven"].accord("verify", door.program, "e9", "--yes")
    assert refused.code == 1
    assert "422 evidence_unknown" in refused.err
    assert "accepted: " in refused.err
    unreadable = await by["sven"].accord("verify", door.program, "not an id", "--yes")
    assert unreadable.code == 2
    assert "body.evidence" in unreadable.err
    assert await entries(door, "attempt_refused") == []


async def test_any_act_is_done_by_its_kind_and_fields(by: dict[str, Terminal], door: Door, tmp_path: Path) -> None:
    listed = await by["nora"].accord("act")
    assert listed.code == 0, listed.err
    assert "suspend_program" in listed.out
    statement = tmp_path / "statement.txt"
    statement.write_text("It is meant.")
    fields = {
        "evidence": "e1",
        "milestone": "announced",
        "shows": "text",
        "text": f"@{statement}",
        "reference": "In print.",
        "document.sha256": "0" * 64,
        "document.name": "letter.pdf",
        "document.size": "17",
    }
    pairs = [word for name, value in fields.items() for word in ("--field", f"{name}={value}")]
    done = await by["nora"].accord("act", "record_evidence", door.program, *pairs, "--yes", "--json")
    assert done.code == 0, done.err
    fact = json.loads(done.out)["entries"][0]["fact"]
    assert (fact["text"], fact["document"]["size"]) == ("It is meant.", 17)
    body = tmp_path / "mistake.json"
    body.write_text(json.dumps({"reason": "Wrong."}))
    back = (
        "act",
        "take_back",
        door.program,
        "--body",
        str(body),
        "-f",
        "mistake.kind=verification",
        "-f",
        "mistake.evidence=e1",
    )
    refused = await by["sven"].accord(*back, "--yes")
    assert "409 nothing_to_take_back" in refused.err
    slip = await by["nils"].accord("act", "record_evidnce", door.program)
    assert (slip.code, slip.err) == (
        2,
        "accord: record_evidnce is no kind of act; did you mean record_evidence, read_evidence, return_evidence?\n",
    )


async def test_an_act_whose_answer_is_lost_is_sent_again_and_recorded_once(by: dict[str, Terminal], door: Door) -> None:
    async with losing_answers(door) as address:
        there = by["sven"]
        assert (await there.accord("login", address, ACCORD_TOKEN=door.secrets["nils"])).code == 0
        said = await there.accord(
            "evidence", "add", door.program, "announced", "--text", "It is meant.", "--shows", "word", "--yes"
        )
    assert said.code == 0, said.err
    assert "asking again under the same key" in said.err
    assert "It had been recorded before: entry" in words(said)
    assert len(await entries(door, "evidence_recorded")) == 1


async def test_an_act_whose_effects_have_changed_since_they_were_shown_is_shown_anew(
    by: dict[str, Terminal], door: Door
) -> None:
    document = {"document": {"sha256": "0" * 64, "name": "letter.pdf"}, "reference": "In the archive."}
    for person, name, shows, said_in in (("nora", "e1", "text", document), ("nils", "e2", "word", {"text": "It is meant."})):
        body = {"evidence": name, "milestone": "announced", "shows": shows, **said_in}
        assert (await door.post(person, "/programs/{program}/evidence", body)).status_code == 201

    async def verify_the_other() -> None:
        assert (await door.post("sven", "/programs/{program}/verifications", {"evidence": "e2"})).status_code == 201

    async with in_front_of(door, once_previewed=verify_the_other) as address:
        assert (await by["sven"].accord("login", address, ACCORD_TOKEN=door.secrets["sven"])).code == 0
        said = await by["sven"].accord("verify", door.program, "e1", "--seen-at", "The archive", typed="y\ny\n")
        first, _, second = said.out.partition("This would be recorded:")[2].partition("This would be recorded:")
    assert "its effects are others now" in said.err
    assert ("finding" in first, "finding" in second, said.code) == (False, True, 0), said.out
    assert len(await entries(door, "evidence_verified")) == 2


@asynccontextmanager
async def in_front_of(door: Door, once_previewed: Callable[[], Awaitable[None]]) -> AsyncIterator[str]:
    """An address in front of the service, where something happens once the first act has been previewed."""
    waiting = [once_previewed]

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(door.client.base_url.host, door.client.base_url.port)
        is_preview = False

        async def answered() -> None:
            while part := await there.read(65536):
                if is_preview and waiting:
                    await waiting.pop()()
                writer.write(part)
            writer.close()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(answered())
            while part := await reader.read(65536):
                is_preview = is_preview or b"preview=true" in part.partition(b"\r\n")[0]
                back.write(part)
            back.close()

    server = await asyncio.start_server(passed, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def losing_answers(door: Door) -> AsyncIterator[str]:
    """An address in front of the service which loses its answer to the first act."""
    lost = list[bytes]()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(door.client.base_url.host, door.client.base_url.port)
        is_act = False

        async def answered() -> None:
            while part := await there.read(65536):
                if is_act and not lost:
                    lost.append(part)
                    break
                writer.write(part)
            writer.close()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(answered())
            while part := await reader.read(65536):
                line = part.partition(b"\r\n")[0]
                is_act = is_act or (line.startswith(SENT) and b"preview=true" not in line)
                back.write(part)
            back.close()

    server = await asyncio.start_server(passed, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    assert lost
