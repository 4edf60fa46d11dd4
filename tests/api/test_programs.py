"""Starting programs, finding them, and filing documents."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from tests.api.conftest import STRANGER, Door
from tests.rules.small_plan import PLAN


async def test_the_plan_of_the_report_is_started_by_its_name(door: Door) -> None:
    started = await door.post("olga", "/programs", {"plan": "us-iraq-reset", "parameters": {"stability_length": "P3M"}})
    assert started.status_code == 201
    unknown = await door.post("olga", "/programs", {"plan": "us-iraq-rest"})
    assert (unknown.status_code, unknown.json()["accepted"]) == (422, "did you mean us-iraq-reset?")


async def test_a_start_that_is_sent_again_starts_one_program(door: Door) -> None:
    first = await door.post("olga", "/programs", {"document": PLAN}, key="s1")
    again = await door.post("olga", "/programs", {"document": PLAN}, key="s1")
    assert first.json()["program"] == again.json()["program"]
    assert again.json()["repeated"]


async def test_a_faulty_plan_is_told_its_faults_with_their_lines(door: Door) -> None:
    text = "accord: 1\nplan: p\ntitle: T\nsource: S\ntime_zone: Nowhere/Else\n"
    text += "parties: {a: {name: A}}\nphases: {p: {title: P}}\n"
    answer = await door.post("olga", "/programs", {"document": text})
    assert (answer.status_code, answer.json()["code"]) == (422, "plan_faulty")
    assert "plan:5:12: time_zone" in answer.json()["detail"]


async def test_only_officers_start_programs(door: Door) -> None:
    assert (await door.post("nora", "/programs", {"document": PLAN})).status_code == 403


@pytest.mark.own_service
async def test_programs_are_listed_in_pages_and_by_filters(door: Door) -> None:
    for number in range(4):
        await door.post("olga", "/programs", {"document": PLAN, "title": f"Program {number}"})
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await door.get("olga", "/programs", limit=2, **after)).json()
        seen += [line["id"] for line in page["programs"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 5
    for query, count in (
        ({"plan": "truce"}, 5),
        ({"plan": "other"}, 0),
        ({"phase": "move"}, 5),
        ({"phase": "trade"}, 0),
        ({"party": "south", "standing": "running"}, 5),
        ({"next_due_before": "2020-01-01T00:00:00Z"}, 0),
    ):
        assert len((await door.get("olga", "/programs", **query)).json()["programs"]) == count, query
    assert (await door.get("olga", "/programs", after="nonsense")).status_code == 422


@pytest.mark.own_service
async def test_everybody_finds_their_programs_and_no_others(door: Door) -> None:
    await door.post("olga", "/programs", {"document": PLAN})
    assert len((await door.get("nora", "/programs")).json()["programs"]) == 1
    assert (await door.get(STRANGER, "/programs")).json()["programs"] == []
    assert len((await door.get("auditor", "/programs")).json()["programs"]) == 2


async def test_what_happened_last_is_read_first_where_that_is_asked_for(door: Door) -> None:
    address = "/programs/{program}/ledger"
    numbers = [entry["seq"] for entry in (await door.get("olga", address)).json()["entries"]]
    page = (await door.get("olga", address, order="newest_first", limit=3)).json()
    rest = (await door.get("olga", address, order="newest_first", after=page["next"])).json()
    assert [entry["seq"] for entry in page["entries"] + rest["entries"]] == numbers[::-1]


async def test_an_auditor_reads_everything_and_does_nothing(door: Door) -> None:
    assert (await door.get("auditor", "/programs/{program}/ledger")).status_code == 200
    answer = await door.post("auditor", "/programs/{program}/suspensions", {"reason": "No."})
    assert answer.status_code == 404


async def test_a_document_is_filed_once_and_downloaded_as_it_was(door: Door) -> None:
    content = b"%PDF-1.7 an announcement" * 1000
    digest = hashlib.sha256(content).hexdigest()
    address, client = door.address("/programs/{program}/documents"), door.client
    wrong = await client.post(
        address, params={"name": "a.pdf", "sha256": "0" * 64}, content=content, headers=door.headers("nora")
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "hash_differs")
    filed = await client.post(
        address, params={"name": "a b.pdf", "sha256": digest}, content=content, headers=door.headers("nora")
    )
    assert filed.status_code == 201, filed.text
    assert (filed.json()["sha256"], filed.json()["size"]) == (digest, len(content))
    large = await client.post(address, params={"name": "x"}, content=b"x" * 2**21, headers=door.headers("nora"))
    assert large.status_code == 413
    unnamed = await client.get(f"{address}/{digest}", headers=door.headers("saul"))
    assert unnamed.status_code == 404  # until evidence says what it is, it is its filer's
    evidence = {"evidence": "e1", "milestone": "announced", "shows": "text", "document": {"sha256": digest, "name": "a b.pdf"}}
    assert (await door.post("nora", "/programs/{program}/evidence", evidence)).status_code == 201
    got = await client.get(f"{address}/{digest}", headers=door.headers("saul"))
    assert got.content == content
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20b.pdf"
    assert got.headers["x-content-type-options"] == "nosniff"
    hidden = await client.get(f"{address}/{digest}", headers=door.headers(STRANGER))
    assert hidden.status_code == 404


async def test_a_clock_that_is_overdue_shows_and_so_does_readiness(door: Door, owner_url: str) -> None:
    """Nobody reads green where nothing strikes."""
    assert not any(clock["overdue"] for clock in (await door.get("nora", "/programs/{program}/clocks")).json())
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("UPDATE program SET next_due = now() - interval '1 minute'")
    ready = (await door.get("nora", "/health/ready")).json()
    assert (ready["status"], ready["overdue"]["programs"]) == ("clocks_overdue", 1)
    assert ready["overdue"]["since"]


@pytest.mark.own_service
async def test_a_document_whose_bytes_are_not_what_was_filed_is_answered_with_none_of_them(door: Door, tmp_path: Path) -> None:
    """Not with 200 and half of it: whoever reads it relies on its hash."""
    content = b"x" * 700_000
    filed = await door.client.post(
        door.address("/programs/{program}/documents?name=a.pdf"), content=content, headers=door.headers("nora")
    )
    address, stored = f"/programs/{{program}}/documents/{filed.json()['sha256']}", tmp_path / "documents"
    (file,) = (path for path in stored.rglob("*") if path.is_file())
    file.write_bytes(content[:-1] + b"y")
    damaged = await door.get("nora", address)
    assert (damaged.status_code, damaged.json()["code"]) == (410, "document_gone")
    file.unlink()
    missing = await door.get("nora", address)
    assert (missing.status_code, missing.json()["code"]) == (410, "document_gone")
    stored.rename(tmp_path / "elsewhere")
    stored.write_text("no folder")
    away = await door.get("nora", address)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    assert (await door.get("nora", "/health/ready")).json()["documents"] == "unreachable"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\b.pdf", "C:autorun.inf", "...", "a/b"])
async def test_the_name_of_a_download_leads_to_no_other_folder(door: Door, name: str) -> None:
    filed = await door.client.post(
        door.address("/programs/{program}/documents"), params={"name": name}, content=b"x", headers=door.headers("nora")
    )
    got = await door.get("nora", f"/programs/{{program}}/documents/{filed.json()['sha256']}")
    told = unquote(got.headers["content-disposition"].partition("''")[2])
    assert told
    assert not set(told) & set("/\\:")
    assert not told.startswith(".")


async def test_health_tells_the_parts_apart(door: Door) -> None:
    ready = await door.get("nora", "/health/ready")
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "database": "ready",
        "migrations": "ready",
        "temporal": "unreachable",
        "temporal_lacks": [],
        "documents": "ready",
        "overdue": {"programs": 0, "since": None},
    }
    assert (await door.get("nora", "/health/live")).json() == {"status": "live"}
