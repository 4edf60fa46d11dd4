"""`accord doctor`: what is wrong is found, said in a sentence, and told with what to do."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from cli.doctor import database, machine, record
from cli.doctor.finding import Finding, Severity
from cli.doctor.temporal import temporal
from cli.main import app
from cli.temporal import Temporal, free_port
from db import migrations
from db.documents import Documents, path_of, store_at
from db.expiry import expiring_tokens
from db.tokens import Tokens
from tests.db.builders import evidence
from tests.db.conftest import Room, room_on
from tests.workflows.certificates import Authority
from workflows.client import TemporalSettings
from workflows.expiry import expiring
from workflows.namespace import prepare
from workflows.secret_file import SettingsUnusable


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    async for made in room_on(url):
        yield made


def states(found: Iterable[Finding]) -> dict[str, Severity]:
    return {one.check: one.state for one in found}


async def all_of(found: AsyncIterator[Finding]) -> dict[str, Finding]:
    return {one.check: one async for one in found}


async def test_a_sound_database_is_well(room: Room, url: str) -> None:
    await room.recorded(await room.started(), evidence("one"))
    found = [one async for one in database.server(url)]
    found += [one async for one in database.form(room.reader, room.operational)]
    found += [await database.rights(room.reader), await database.clocks(room.reader), await record.checks(room.reader)]
    found += [one async for one in database.room(room.reader)]
    found += [await record.ledgers(room.reader, all_of_them=False), await record.ledgers(room.reader, all_of_them=True)]
    assert [one for one in found if one.state is not Severity.WELL] == []


async def test_a_ledger_that_somebody_has_changed_is_found_with_how_it_could_be(room: Room, owner_url: str) -> None:
    program = await room.started()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_is_append_only")
        owner.execute("GRANT UPDATE ON ledger_entry TO accord_service")
        owner.execute("UPDATE ledger_entry SET actor = 'somebody else' WHERE seq = 2")
    rights = await database.rights(room.reader)
    assert (rights.state, rights.sentence) == (
        Severity.FAULT,
        "accord_service may change the ledger; a trigger that keeps the ledger as it is is off or gone.",
    )
    ledgers = await record.ledgers(room.reader, all_of_them=False)
    assert (ledgers.state, f"{program} entry 2: column" in ledgers.sentence) == (Severity.FAULT, True)
    assert ledgers.do


async def test_tables_of_another_version_are_told_apart(room: Room, owner_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        for module in (database, migrations):
            later.setattr(module, "newest", lambda: "2030_01_01_of_today")
        behind = (await all_of(database.form(room.reader, room.operational)))["schema"]
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '2031_01_01_of_tomorrow'")
        newer = (await all_of(database.form(room.reader, room.operational)))["schema"]
    assert (behind.state, behind.do) == (Severity.FAULT, "accord migrate")
    assert (newer.state, newer.do) == (Severity.WARNING, "Upgrade this program.")


async def test_clocks_and_workflows_that_wait_are_told(room: Room, owner_url: str) -> None:
    await room.started()
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE program SET next_due = now() - interval '1 minute', updated_at = now() - interval '1 minute'")
    found = await all_of(record.due(room.reader))
    assert states(found.values()) == {"clocks": Severity.FAULT, "relay": Severity.FAULT}
    assert found["relay"].sentence == "1 workflows wait to be told what was recorded."


async def test_documents_that_are_gone_or_damaged_are_named(room: Room, tmp_path: Path) -> None:
    store = store_at(tmp_path / "documents")
    filed = Documents(room.reader, room.operational, store)
    program = await room.started()

    async def some(content: bytes) -> AsyncIterator[bytes]:
        yield content

    digests = [
        (await filed.store(program, some(content), name="n", media_type="text/plain", uploaded_by="nora")).sha256
        for content in (b"one", b"two", b"three")
    ]
    place = str(tmp_path / "documents")
    assert (await record.documents(room.reader, place, all_of_them=True)).state is Severity.WELL
    (tmp_path / "documents" / path_of(digests[0])).unlink()
    (tmp_path / "documents" / path_of(digests[1])).write_bytes(b"other")
    found = await record.documents(room.reader, place, all_of_them=False)
    assert (found.state, found.sentence.startswith("2 of 3 documents are gone or damaged")) == (Severity.FAULT, True)
    assert all(digest in found.sentence for digest in digests[:2])


async def test_a_token_that_ends_soon_is_told_unless_there_is_another(room: Room) -> None:
    tokens = Tokens(room.reader, room.operational)
    soon, later = timedelta(days=5), timedelta(days=60)
    for person, lifetime in (("amal", soon), ("omar", soon), ("omar", later), ("zaynab", later)):
        await tokens.issue(person, lifetime=lifetime, role="monitor")
    await tokens.issue("omar", lifetime=timedelta(days=9), role="officer")
    _, revoked = await tokens.issue("sven", lifetime=soon, role="monitor")
    await tokens.revoke(revoked.id)
    found = await expiring_tokens(room.reader)
    assert [one.name.partition(" of ")[2] for one in found] == ["amal (monitor)", "omar (officer)"]
    assert await expiring_tokens(room.reader, timedelta(days=1)) == []


def token_until(at: datetime) -> str:
    said = base64.urlsafe_b64encode(json.dumps({"exp": at.timestamp()}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{said}.c2ln"


def test_certificates_and_secrets_that_end_soon_are_told_and_not_shown(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority", "Ours")  # its certificates are good for a day
    shown = authority.given_to("accord")
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "acled").write_text("a-secret")
    (folder / "acled.until").write_text(f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}\n")
    (folder / "acled.hosts").write_text("api.example")
    jwt = token_until(datetime.now(UTC) + timedelta(days=2))
    environment = {
        "ACCORD_SECRETS": str(folder),
        "ACCORD_SECRET_UCDP": jwt,
        "ACCORD_SECRET_UCDP_HOSTS": "ucdp.example",
        "ACCORD_SECRET_OTHER": "no-end",
        "DATABASE_URL": f"postgresql://x@y/z?sslrootcert={authority.certificate}",
    }
    settings = TemporalSettings(
        temporal_tls_client_cert_path=shown.certificate, temporal_tls_client_key_path=shown.key, temporal_api_key=None
    )
    found = expiring(settings, environment)
    assert {one.name.partition(" (")[0] for one in found} == {
        "TEMPORAL_TLS_CLIENT_CERT_PATH",
        "sslrootcert of DATABASE_URL",
        "the secret ucdp of a source",
        "the secret acled of a source",
    }
    assert [one.ends_at for one in found] == sorted(one.ends_at for one in found)
    assert "a-secret" not in str(found)
    assert jwt not in str(found)
    assert expiring(settings, environment, timedelta(0)) == []
    with pytest.raises(SettingsUnusable, match=r"write ACCORD_SECRET_OTHER_UNTIL.* as 2027-01-31"):
        expiring(settings, environment | {"ACCORD_SECRET_OTHER_UNTIL": "soon"})
    (tmp_path / "none.pem").write_text("nothing")
    with pytest.raises(SettingsUnusable, match="holds no certificate in PEM"):
        expiring(TemporalSettings(temporal_tls_server_ca_cert_path=tmp_path / "none.pem"), {})


def test_files_that_others_can_read_are_named_with_the_command_that_closes_them(tmp_path: Path) -> None:
    tokens, secrets = tmp_path / "tokens.json", tmp_path / "secrets"
    secrets.mkdir()
    for file in (tokens, secrets / "ucdp"):
        file.touch()
        file.chmod(0o644)
    found = list(machine.modes(tmp_path, {"ACCORD_SECRETS": str(secrets)}))
    assert states(found) == {"modes": Severity.FAULT, "secrets": Severity.FAULT}
    assert found[0].do == f"chmod -R go= {tokens}"
    for file in (tokens, secrets / "ucdp"):
        file.chmod(0o600)
    assert states(machine.modes(tmp_path, {"ACCORD_SECRETS": str(secrets)})) == {
        "modes": Severity.WELL,
        "secrets": Severity.WELL,
    }
    assert states(machine.modes(tmp_path, {"ACCORD_SECRETS": "/nowhere"}))["secrets"] is Severity.FAULT


def test_a_disk_that_fills_is_told_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.disk(tmp_path / "not" / "there").state is Severity.WELL
    monkeypatch.setattr(machine, "SCARCE_BYTES", 2**60)
    assert machine.disk(tmp_path).state is Severity.WARNING
    monkeypatch.setattr(machine, "FREE_BYTES_NEEDED", 2**60)
    assert machine.disk(tmp_path).state is Severity.FAULT


async def test_a_temporal_without_our_namespace_or_a_worker_is_told(tmp_path: Path) -> None:
    with Temporal(tmp_path, free_port()) as server:
        settings = TemporalSettings.of(server.address)
        unprepared = (await all_of(temporal(settings)))["temporal"]
        assert (unprepared.state, unprepared.do) == (Severity.FAULT, "accord temporal prepare")
        await prepare(settings)
        found = await all_of(temporal(settings))
        assert states(found.values()) == {"keys": Severity.WELL, "temporal": Severity.WELL, "worker": Severity.FAULT}
    away = await all_of(temporal(settings))
    assert states(away.values()) == {"temporal": Severity.FAULT}


@pytest.mark.parametrize(
    ("settings", "check", "told"),
    [
        ({}, "service", "no service runs on"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, "database", "The database does not answer: connection failed"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/y", "TEMPORAL_TLS": "perhaps"}, "settings", "TEMPORAL_TLS"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/y", "TEMPORAL_API_KEY_PATH": "/nowhere"}, "keys", "/nowhere"),
    ],
)
def test_what_does_not_work_ends_with_two_and_says_what_to_do(
    settings: dict[str, str], check: str, told: str, tmp_path: Path
) -> None:
    usual = {"DATABASE_URL": None, "DATABASE_OWNER_URL": None, "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"}
    asked = ["doctor", "--json", "--home", str(tmp_path / str(uuid4()))]
    done = CliRunner().invoke(app, asked, env=usual | settings)
    assert done.exit_code == 2, done.output
    said = json.loads(done.stdout)
    assert said["state"] == "fault"
    assert [one for one in said["findings"] if one["check"] == check and told in one["sentence"] and one["do"]] != [], said
    assert [one for one in said["findings"] if (one["do"] is None) is not (one["state"] == "well")] == []
