"""Temporal's pages and command have encrypted payloads decoded by the service, for those who may."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import Payload

from db.pools import OperationalPool, ReadPool
from db.tokens import Tokens
from tests.api.conftest import Door
from tests.workflows.keys import key
from workflows.codec import Codec
from workflows.key_ring import KeyRing

PATH = "/temporal/decode"
TITLE = Payload(metadata={"encoding": b"json/plain"}, data=b'"Truce"')


def body(*payloads: Payload) -> dict[str, Any]:
    def text(held: bytes) -> str:
        return b64encode(held).decode()

    return {"payloads": [{"metadata": {n: text(v) for n, v in p.metadata.items()}, "data": text(p.data)} for p in payloads]}


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = key(tmp_path / "keys", "a")
    monkeypatch.setenv("ACCORD_CODEC_KEYS", str(folder))
    return folder


@pytest.fixture
def keyed(keys: Path, door: Door) -> Door:
    """A service that was started with keys."""
    return door


async def sealed(keys: Path, workflow: str = "program/1", namespace: str = "accord") -> Payload:
    (payload,) = await Codec(KeyRing(keys), namespace, workflow=workflow).encode([TITLE])
    return payload


async def test_officers_and_auditors_of_the_installation_read_what_temporal_keeps(keyed: Door, keys: Path) -> None:
    asked = body(await sealed(keys), TITLE, await sealed(keys, "program/2"))
    for person in ("olga", "auditor"):
        answer = await keyed.post(person, PATH, asked)
        assert (answer.status_code, answer.json()) == (200, body(TITLE, TITLE, TITLE))


@pytest.mark.parametrize("person", ["nora", "cleo", "stranger"])
async def test_others_do_not(keyed: Door, keys: Path, person: str) -> None:
    answer = await keyed.post(person, PATH, body(await sealed(keys)))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")


async def test_nor_does_a_token_for_one_program(keyed: Door, keys: Path, url: str) -> None:
    async with ReadPool(url, size=1) as reader, OperationalPool(url, size=1) as operational:
        issued = await Tokens(reader, operational).issue(
            "olga", lifetime=timedelta(hours=1), role="officer", program_id=uuid4()
        )
    headers = {"Authorization": f"Bearer {issued[0]}"}
    answer = await keyed.client.post(keyed.address(PATH), json=body(await sealed(keys)), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")
    answer = await keyed.client.post(keyed.address(PATH), json=body(await sealed(keys)))
    assert answer.status_code == 401


async def test_what_cannot_be_decrypted_stays_as_it_is(keyed: Door, keys: Path, tmp_path: Path) -> None:
    """A page of a history is shown, whatever one payload of it is."""
    theirs, changed = await sealed(key(tmp_path / "theirs", "b")), await sealed(keys)
    changed.data = changed.data[:-1] + bytes([changed.data[-1] ^ 1])
    asked = body(theirs, changed, await sealed(keys, namespace="other"))
    assert (await keyed.post("olga", PATH, asked)).json() == asked


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 422),
        ({"payloads": [{"data": "no base64!"}]}, 422),
        ({"payloads": [{"data": 7}]}, 422),
        ({"payloads": [{"metadata": {"encoding": "half a byte="}}]}, 422),
        ({"payloads": [{}] * 2001}, 422),
        ({"payloads": [{"data": "A" * 2 * 1024 * 1024}]}, 413),
    ],
)
async def test_what_is_no_request_for_decoding_is_refused(keyed: Door, asked: dict[str, Any], status: int) -> None:
    assert (await keyed.post("olga", PATH, asked)).status_code == status


async def test_without_keys_there_is_nothing_to_be_asked(door: Door) -> None:
    answer = await door.post("olga", PATH, body(TITLE))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_another_namespace_is_not_decoded(keyed: Door) -> None:
    headers = keyed.headers("olga") | {"X-Namespace": "other"}
    answer = await keyed.client.post(keyed.address(PATH), json=body(TITLE), headers=headers)
    assert answer.status_code == 404


async def test_the_answer_is_the_standard_alphabet_of_base64(keyed: Door) -> None:
    """Browsers know no other."""
    odd = Payload(data=b"\xfb\xff\xfe" * 3)
    answer = await keyed.post("olga", PATH, body(odd))
    assert b64decode(answer.json()["payloads"][0]["data"], validate=True) == odd.data
