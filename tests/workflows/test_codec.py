"""Payloads are encrypted for one workflow, with keys from files."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from cli.temporal import Temporal, free_port
from tests.workflows.conftest import Record, begun, child, phase, program, told, working_on
from tests.workflows.keys import key
from tests.workflows.resting import rest
from workflows.client import PAYLOADS, TemporalSettings, connect
from workflows.codec import REFUSED, Codec, KeyMissing
from workflows.key_ring import KeyRing
from workflows.namespace import prepare
from workflows.secret_file import SettingsUnusable

TITLE = Payload(metadata={"encoding": b"json/plain"}, data=b'"Truce"')


def codec(folder: Path, named: str | None = None, workflow: str | None = None, *, plain_too: bool = False) -> Codec:
    return Codec(KeyRing(folder, named), "accord", plain_too=plain_too, workflow=workflow)


async def test_what_was_encrypted_is_read_by_who_has_the_key_and_by_nobody_else(tmp_path: Path) -> None:
    (sealed,) = await codec(key(tmp_path / "ours", "a")).encode([TITLE])
    assert b"Truce" not in sealed.SerializeToString()
    assert await codec(tmp_path / "ours").decode([sealed]) == [TITLE]
    with pytest.raises(KeyMissing, match="the key a, which is not in the folder"):
        await codec(key(tmp_path / "theirs", "b")).decode([sealed])


async def test_the_same_title_is_never_the_same_bytes(tmp_path: Path) -> None:
    ours = codec(key(tmp_path / "keys", "a"))
    sealed = await ours.encode([TITLE] * 50)
    assert len({payload.data for payload in sealed}) == 50


async def test_keys_are_changed_while_everything_goes_on(tmp_path: Path) -> None:
    """The last by name encrypts, or the one that is named; each that is there decrypts, also one that came later."""
    before = codec(key(tmp_path / "keys", "2026-11"))
    (old,) = await before.encode([TITLE])
    after = codec(key(tmp_path / "keys", "2027-01"))
    (new,) = await after.encode([TITLE])
    assert [one.metadata["encryption-key-id"] for one in (old, new)] == [b"2026-11", b"2027-01"]
    assert await before.decode([old, new]) == await after.decode([old, new]) == [TITLE, TITLE]
    (named,) = await codec(tmp_path / "keys", "2026-11").encode([TITLE])
    assert named.metadata["encryption-key-id"] == b"2026-11"


@pytest.mark.parametrize(
    ("ours", "theirs", "taken"),
    [
        ("program/1", "program/1", True),
        ("program/1", "program/2", False),
        ("program/1", "", False),
        ("program/1/check/a-2026-11-28T06:00:00Z", "program/1/check/a", True),
        ("program/1/check/a-2026-11-28T06:00:00Z-more", "program/1/check/a", False),
        ("program/1/check/ab", "program/1/check/a", False),
    ],
)
async def test_a_payload_of_one_workflow_is_none_of_another(tmp_path: Path, ours: str, theirs: str, taken: bool) -> None:  # noqa: FBT001  a case
    """But a schedule's is one of its runs."""
    (sealed,) = await codec(key(tmp_path / "keys", "a"), workflow=theirs).encode([TITLE])
    assert await codec(tmp_path / "keys", workflow=ours).decode([sealed]) == [TITLE if taken else REFUSED]


async def test_nothing_of_a_payload_can_be_changed(tmp_path: Path) -> None:
    ours = codec(key(tmp_path / "keys", "a"), workflow="program/1")
    key(tmp_path / "keys", "b")
    (sealed,) = await ours.encode([TITLE])
    for name, value in (("encryption-key-id", b"b"), ("namespace", b"other"), ("workflow", b"program/2")):
        changed = Payload.FromString(sealed.SerializeToString())
        changed.metadata[name] = value
        assert await codec(tmp_path / "keys").decode([changed]) == [REFUSED]
    for at in (0, 12, len(sealed.data) - 1):
        changed = Payload(
            metadata=sealed.metadata, data=sealed.data[:at] + bytes([sealed.data[at] ^ 1]) + sealed.data[at + 1 :]
        )
        assert await ours.decode([changed]) == [REFUSED]
    assert await ours.decode([Payload(metadata=sealed.metadata, data=b"short")]) == [REFUSED]


async def test_plain_text_is_refused_unless_it_is_said_that_it_is_read(tmp_path: Path) -> None:
    key(tmp_path / "keys", "a")
    assert await codec(tmp_path / "keys").decode([TITLE]) == [REFUSED]
    assert await codec(tmp_path / "keys", plain_too=True).decode([TITLE]) == [TITLE]


async def test_the_context_of_a_workflow_and_of_its_activity_are_one(tmp_path: Path) -> None:
    of_workflow = WorkflowSerializationContext(namespace="accord", workflow_id="program/1")
    of_activity = ActivitySerializationContext(
        "accord", "3", "strike", "accord", "program/1", "ProgramWorkflow", is_local=False
    )
    ours = codec(key(tmp_path / "keys", "a"))
    (sealed,) = await ours.with_context(of_activity).encode([TITLE])
    assert await ours.with_context(of_workflow).decode([sealed]) == [TITLE]


async def test_a_failure_says_nothing_to_temporal_and_all_to_us(tmp_path: Path) -> None:
    settings = TemporalSettings.of("127.0.0.1:1").model_copy(update={"accord_codec_keys": key(tmp_path / "keys", "a")})
    converter, failure = settings.converter(), Failure()
    raised = ApplicationError("The Observatory denies it.", type="no_answer")
    raised.__cause__ = ValueError("a secret")
    await converter.encode_failure(raised, failure)
    kept = failure.SerializeToString()
    assert not re.search(rb"Observatory|secret|test_codec|withheld", kept)
    back = await converter.decode_failure(failure)
    assert isinstance(back, ApplicationError)
    assert (back.message, back.type) == ("The Observatory denies it.", "no_answer")


@pytest.mark.parametrize(
    ("held", "mode", "told"),
    [
        (b"", 0o600, "is empty"),
        (b"not a key", 0o600, "holds no key: 32 bytes in base64"),
        (b"AAAA", 0o600, "holds no key"),
        (None, 0o644, r"others of this machine can use \(mode 0644\)"),
        (None, 0o620, "others of this machine can use"),
    ],
)
def test_a_key_that_is_none_or_is_open_to_others_is_refused_with_a_sentence(
    tmp_path: Path, held: bytes | None, mode: int, told: str
) -> None:
    folder = key(tmp_path / "keys", "a", mode)
    if held is not None:
        (folder / "a").write_bytes(held)
    with pytest.raises(SettingsUnusable, match=told):
        KeyRing(folder)


def test_a_folder_without_keys_is_refused_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsUnusable, match="no folder to read"):
        KeyRing(tmp_path / "nowhere")
    with pytest.raises(SettingsUnusable, match="openssl rand -base64 32"):
        KeyRing(tmp_path)
    with pytest.raises(SettingsUnusable, match="ACCORD_CODEC_KEY is b, and there is no such file"):
        KeyRing(key(tmp_path / "keys", "a"), "b")
    key(tmp_path / "keys", "a key")
    with pytest.raises(SettingsUnusable, match="'a key' can be no id"):
        KeyRing(tmp_path / "keys")


@pytest.fixture
async def sealed(tmp_path: Path, record: Record) -> AsyncIterator[tuple[Client, Client]]:
    """A client of a server to which only encrypted values are sent, with a worker; and one that sends plain text."""
    with Temporal(tmp_path, free_port()) as server:
        plain = TemporalSettings.of(server.address)
        await prepare(plain)
        client = await connect(plain.model_copy(update={"accord_codec_keys": key(tmp_path / "keys", "a")}))
        async with working_on(client, record):
            yield client, Client(client.service_client, namespace=client.namespace, data_converter=PAYLOADS)


async def test_a_signal_from_temporals_pages_in_plain_text_is_dropped_and_stops_nothing(
    sealed: tuple[Client, Client], record: Record
) -> None:
    """They ask nobody who they are. Children are opened and the end is reached, all encrypted."""
    client, stranger = sealed
    name = str(uuid4())
    handle = await begun(client, program(name, 1, [phase("move")], sealed=True))
    forged = program(name, 99, [], "terminated", sealed=True)
    await told(stranger.get_workflow_handle(handle.id), forged)
    await rest(client, handle.id)
    await told(handle, program(name, 2, [phase("move")], children=[child(name, "harbour")], sealed=True))
    await rest(client, handle.id)
    assert [one.name for one in record.kept] == ["harbour"]
    await told(handle, program(name, 3, [], "completed", children=[child(name, "harbour")], sealed=True))
    await handle.result()
