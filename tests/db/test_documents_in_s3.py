"""Documents in S3: the same behaviour with another store."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256

import httpx2
import obstore
import pytest
from moto.server import ThreadedMotoServer

from db.documents import Damaged, Documents, NotFiled, StoreUnavailable, path_of, store_at
from tests.db.conftest import Room

WORDS = b"The parties agree. " * 10_000
DIGEST = sha256(WORDS).hexdigest()
PLACE = "s3://documents/filed"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 on this machine with an empty bucket."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def at_s3(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment that an operator sets, and a bucket."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return s3


async def once(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_documents_are_filed_found_and_checked_in_s3(room: Room, at_s3: str) -> None:
    make_bucket(at_s3)
    documents = Documents(room.reader, room.operational, store_at(PLACE))
    program_id = await room.started()
    with pytest.raises(NotFiled):
        await documents.open(DIGEST)
    assert await documents.is_available()
    for _ in range(2):  # the same again is the same document
        document = await documents.store(program_id, once(WORDS), name="a.pdf", media_type="m", uploaded_by="nora")
    assert (document.sha256, document.size) == (DIGEST, len(WORDS))
    with await documents.open(DIGEST) as content:
        assert content.read() == WORDS
    await obstore.put_async(store_at(PLACE), path_of(DIGEST), WORDS[:-1] + b"!")
    with pytest.raises(Damaged):
        await documents.verify(DIGEST)


async def test_an_s3_without_the_bucket_is_away(room: Room, at_s3: str) -> None:
    """A document that was filed must not seem never to have been: the bucket may be back tomorrow."""
    documents = Documents(room.reader, room.operational, store_at("s3://nowhere"))
    with pytest.raises(StoreUnavailable):
        await documents.store(await room.started(), once(WORDS), name="a.pdf", media_type="m", uploaded_by="nora")
    with pytest.raises(StoreUnavailable):
        await documents.open(DIGEST)
    assert not await documents.is_available()


def make_bucket(address: str) -> None:
    assert httpx2.put(f"{address}/documents", trust_env=False).status_code == 200
