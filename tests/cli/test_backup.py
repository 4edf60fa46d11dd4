"""A backup of a record, brought back elsewhere: nothing is lost unsaid, and nothing is overwritten unasked."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner, Result

from api.responses.ledger import ReceiptResponse
from cli.backup import tools
from cli.backup.take import without_secrets
from cli.main import app
from cli.postgres import Postgres
from db.documents import Documents, store_at
from db.migrations import newest
from db.receipts import Receipt
from db.sessions import Sessions
from db.tokens import Tokens
from tests.conftest import database
from tests.db.builders import evidence
from tests.db.conftest import room_on


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup of two programs, and the record that it was taken of, which has gone on since."""

    folder: Path
    url: str
    programs: tuple[UUID, UUID]
    document: str
    before: Path
    """Receipts of before the backup."""
    after: Path
    """And one of after."""


def accord(*words: str | Path, home: Path, url: str | None) -> Result:
    environment = {"DATABASE_OWNER_URL": url, "DATABASE_URL": None, "ACCORD_DOCUMENTS": None, "ACCORD_HOME": str(home)}
    return CliRunner().invoke(app, [str(word) for word in words], env=environment)


def kept(file: Path, receipts: Sequence[Receipt]) -> Path:
    file.write_text("\n".join(json.dumps(ReceiptResponse.to_plain_data(receipt)) for receipt in receipts))
    return file


async def some(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture(scope="module")
async def saved(server: Postgres, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Saved]:
    place = tmp_path_factory.mktemp("saved")
    home, folder = place / "home", place / "backup"
    with database(server, template) as url:
        async for room in room_on(url):
            one, two = await room.started(), await room.started()
            filed = Documents(room.reader, room.operational, store_at(home / "documents"))
            document = await filed.store(one, some(b"The text."), name="text.txt", media_type="text/plain", uploaded_by="nora")
            _, token = await Tokens(room.reader, room.operational).issue("olga", lifetime=timedelta(days=9))
            sessions = Sessions(room.reader, room.operational, idle=timedelta(hours=1), longest=timedelta(hours=9))
            await sessions.begin("olga", token)
            before = kept(place / "before.json", [await room.recorded(one, evidence(f"e{n}")) for n in range(3)])
            made = accord("backup", folder, "--json", home=home, url=url)
            assert made.exit_code == 0, made.output
            after = kept(place / "after.json", [await room.recorded(two, evidence("late"))])
            yield Saved(folder, url, (one, two), document.sha256, before, after)


def test_a_backup_says_what_it_holds(saved: Saved) -> None:
    manifest = json.loads((saved.folder / "manifest.json").read_text())
    assert manifest["format"] == 1
    assert manifest["schema_revision"] == newest()
    assert {head["program"] for head in manifest["heads"]} == {str(one) for one in saved.programs}
    assert f"documents/{saved.document[:2]}/{saved.document}" in manifest["files"]
    modes = {path.stat().st_mode & 0o077 for path in [saved.folder, *saved.folder.rglob("*")]}
    assert modes == {0}, "it holds all that restricted evidence says"


async def test_restored_elsewhere_it_is_the_record_that_was_saved(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    done = await asyncio.to_thread(
        accord, "restore", saved.folder, "--receipts", saved.before, "--json", home=tmp_path, url=empty_url
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["programs"], told["missing"], told["faults"], told["aside"]) == (2, [], [], None)
    assert (tmp_path / "documents" / saved.document[:2] / saved.document).read_bytes() == b"The text."
    with psycopg.connect(empty_url) as owner:
        assert owner.execute("SELECT max(number) FROM epoch").fetchone() == (told["epoch"],)
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute("DELETE FROM ledger_entry")
    async for room in room_on(empty_url):  # it goes on, with the rights of the service alone
        await room.recorded(saved.programs[1], evidence("another"))
    checked = await asyncio.to_thread(accord, "verify-ledgers", home=tmp_path, url=empty_url)
    assert checked.exit_code == 1, "no service runs there"


def test_what_was_acknowledged_after_the_backup_is_named(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    done = accord("restore", saved.folder, "--receipts", saved.after, home=tmp_path, url=empty_url)
    assert done.exit_code == 3, done.output
    (receipt,) = [json.loads(line) for line in saved.after.read_text().splitlines()]
    lost = f"program {saved.programs[1]}: entry {receipt['last_seq']} was acknowledged, and is not in this record."
    assert lost in done.stdout
    again = accord("verify-receipts", saved.before, saved.after, home=tmp_path, url=empty_url)
    assert (again.exit_code, again.stdout.splitlines()) == (3, [lost, "3 of 4 receipts stand in the record."])
    assert accord("verify-receipts", saved.before, saved.after, home=tmp_path, url=saved.url).exit_code == 0


async def test_a_record_is_replaced_only_when_told_and_kept_beside(saved: Saved, owner_url: str, tmp_path: Path) -> None:
    async for room in room_on(owner_url):
        other = await room.started()
        connected = await asyncio.to_thread(accord, "restore", saved.folder, "--replace", home=tmp_path, url=owner_url)
        assert (connected.exit_code, "stop the API and the workers first" in connected.stderr) == (1, True)
    refused = await asyncio.to_thread(accord, "restore", saved.folder, home=tmp_path, url=owner_url)
    assert refused.exit_code == 1
    assert "holds a record of 1 programs" in refused.stderr
    assert "Nothing was touched. With --replace" in refused.stderr
    assert f"program {other} (" in refused.stderr
    done = await asyncio.to_thread(accord, "restore", saved.folder, "--replace", home=tmp_path, url=owner_url)
    assert done.exit_code == 0, done.output
    with psycopg.connect(owner_url) as owner:
        aside = done.stdout.partition("DROP SCHEMA ")[2].split()[0]
        assert owner.execute("SELECT count(*) FROM program").fetchone() == (2,)
        owner.execute("SELECT set_config('search_path', %s, false)", [aside])
        assert owner.execute("SELECT id FROM program").fetchall() == [(other,)]


def test_who_was_signed_out_or_revoked_stays_so(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    assert accord("restore", saved.folder, home=tmp_path, url=empty_url).exit_code == 0
    with psycopg.connect(empty_url) as owner:
        owner.execute("UPDATE token SET revoked_at = now()")
    assert accord("restore", saved.folder, "--replace", home=tmp_path, url=empty_url).exit_code == 0
    with psycopg.connect(empty_url) as owner:
        assert owner.execute("SELECT count(*), count(revoked_at) FROM token").fetchone() == (1, 1)
        assert owner.execute("SELECT count(*), count(ended_at) FROM session").fetchone() == (1, 1)


def test_a_damaged_backup_is_refused_before_anything_is_touched(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    for name, told in (
        ("database.dump", "database.dump has other bytes than were saved"),
        (f"documents/{saved.document[:2]}/{saved.document}", "has other bytes than were saved"),
    ):
        copy = tmp_path / Path(name).name
        shutil.copytree(saved.folder, copy)
        with (copy / name).open("ab") as file:
            file.write(b"x")
        done = accord("restore", copy, home=tmp_path / "home", url=empty_url)
        assert (done.exit_code, told in done.stderr) == (1, True), done.output
    (copy / name).unlink()
    assert "is missing" in accord("restore", copy, home=tmp_path / "home", url=empty_url).stderr
    with psycopg.connect(empty_url) as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": 2}, "has the format 2, and this version reads 1: use a newer Accord."),
        ({"schema_revision": "2030_01_01_later"}, "The backup is of a newer form (2030_01_01_later"),
        ({"heads": [{"program": "x"}]}, "is damaged at heads.0.program"),
        ({"files": {"../../etc/passwd": {"sha256": "0" * 64, "size": 1}}}, "lies outside of it"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_told(
    saved: Saved, empty_url: str, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(saved.folder, copy)
    manifest = copy / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    done = accord("restore", copy, home=tmp_path / "home", url=empty_url)
    assert (done.exit_code, told in done.stderr) == (1, True), done.output


def test_a_ledger_that_ends_otherwise_than_the_manifest_says_is_found(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    """The manifest, kept elsewhere, tells that somebody has exchanged the dump; here the manifest is the one exchanged."""
    copy = tmp_path / "copy"
    shutil.copytree(saved.folder, copy)
    manifest = copy / "manifest.json"
    said = json.loads(manifest.read_text())
    said["heads"][0]["seq"] += 1
    manifest.write_text(json.dumps(said))
    done = accord("restore", copy, home=tmp_path / "home", url=empty_url)
    assert done.exit_code == 3
    assert f"ends with entry {said['heads'][0]['seq'] - 1}, and was saved with {said['heads'][0]['seq']}" in done.stdout


def test_a_document_that_is_gone_is_told_by_backup_and_restore(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    made = accord("backup", tmp_path / "backup", home=tmp_path / "without", url=saved.url)
    assert made.exit_code == 3
    assert f"The document {saved.document} is not in the store, or damaged." in made.stdout
    done = accord("restore", tmp_path / "backup", home=tmp_path / "home", url=empty_url)
    assert done.exit_code == 3
    assert f"The document {saved.document} is in neither the backup nor the store." in done.stdout


def test_what_stands_in_the_way_of_a_backup_is_told(saved: Saved, empty_url: str, tmp_path: Path) -> None:
    assert "is there already" in accord("backup", saved.folder, home=tmp_path, url=saved.url).stderr
    assert "holds no record" in accord("backup", tmp_path / "b", home=tmp_path, url=empty_url).stderr
    assert "no service runs on" in accord("backup", tmp_path / "b", home=tmp_path, url=None).stderr
    nobody = "postgresql://nobody@127.0.0.1:1/accord"
    assert "cannot be read" in accord("backup", tmp_path / "b", home=tmp_path, url=nobody).stderr
    assert (
        "There is no pg_dump in" in accord("backup", tmp_path / "b", "--tools", tmp_path, home=tmp_path, url=saved.url).stderr
    )
    assert not list(tmp_path.glob("b*"))
    with psycopg.connect(empty_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE somebodys (it int)")
    done = accord("restore", saved.folder, home=tmp_path, url=empty_url)
    assert "holds tables of something else (somebodys): name an empty one" in done.stderr


def test_a_dump_that_breaks_off_is_no_restored_database(
    saved: Saved, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tool that writes the script dies in the middle; what was taken of it must not stay."""
    broken = tmp_path / "pg_restore"
    real = tools.tool("pg_restore")
    broken.write_text(f'#!/bin/sh\n{real} "$@" | head -c 20000\nexit 1\n')
    broken.chmod(0o700)
    for name in ("psql", "pg_dump"):
        (tmp_path / name).symlink_to(tools.tool(name))
    done = accord("restore", saved.folder, "--tools", tmp_path, home=tmp_path / "home", url=empty_url)
    assert (done.exit_code, "is as it was" in done.stderr) == (1, True), done.output
    with psycopg.connect(empty_url) as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "line 1: no receipt"),
        ('[{"program": "x"}]', "receipt 1: no receipt (program"),
        ("[3]", "receipt 1: no receipt"),
    ],
)
def test_what_is_no_receipt_is_told_with_its_place(saved: Saved, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "receipts").write_text(text)
    done = accord("verify-receipts", tmp_path / "receipts", home=tmp_path, url=saved.url)
    assert (done.exit_code, told in done.stderr) == (1, True), done.output


def test_settings_are_saved_without_secrets() -> None:
    held = {
        "DATABASE_URL": "postgresql://accord_service:hunter22@ledger/accord",
        "TEMPORAL_API_KEY": "eyJhbGciOi",
        "ACCORD_SECRET_UCDP": "swordfish",
        "ACCORD_PLANS": "/accord/plans",
        "HOME": "/root",
    }
    told = without_secrets(held)
    assert told["ACCORD_PLANS"] == "/accord/plans"
    assert "HOME" not in told
    assert not [secret for secret in ("hunter22", "eyJhbGciOi", "swordfish") if secret in json.dumps(told)]
