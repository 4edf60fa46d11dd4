"""Documents are filed whole or not at all, and read as they were filed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from errno import ENOSPC
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from obstore.exceptions import GenericError

from db.documents import (
    Damaged,
    Documents,
    FiledDocument,
    HashDiffers,
    NotFiled,
    StoreUnavailable,
    TooManyBytes,
    path_of,
    store_at,
)
from tests.db.conftest import Room

WORDS = b"The parties agree. " * 50_000
DIGEST = sha256(WORDS).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def documents(room: Room, folder: Path) -> Documents:
    return Documents(room.reader, room.operational, store_at(folder), largest=len(WORDS))


async def chunks(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def filed(documents: Documents, program_id: UUID, content: bytes = WORDS, name: str = "text.pdf") -> FiledDocument:
    return await documents.store(program_id, chunks(content), name=name, media_type="application/pdf", uploaded_by="nora")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_bytes_are_found_by_their_hash(room: Room, documents: Documents, folder: Path) -> None:
    program_id = await room.started()
    document = await filed(documents, program_id)
    assert (document.sha256, document.size, document.uploaded_by) == (DIGEST, len(WORDS), "nora")
    with await documents.open(DIGEST) as content:
        assert content.read() == WORDS
    assert await documents.filings(program_id, DIGEST) == (document,)
    assert files(folder) == [path_of(DIGEST)]


async def test_the_same_bytes_again_are_the_same_document(room: Room, documents: Documents, folder: Path) -> None:
    """An upload that was broken off is sent again whole; a second name does not make a second document."""
    program_id = await room.started()
    first = await filed(documents, program_id)
    assert await filed(documents, program_id, name="other.pdf") == first
    assert files(folder) == [path_of(DIGEST)]


async def test_each_who_files_the_same_bytes_is_known_to_have_them(room: Room, documents: Documents) -> None:
    program_id = await room.started()
    await filed(documents, program_id)
    for _ in range(2):
        await documents.store(
            program_id, chunks(WORDS), name="ours.pdf", media_type="m", uploaded_by="sara", uploaded_for="south"
        )
    filings = await documents.filings(program_id, DIGEST)
    assert [(one.uploaded_by, one.uploaded_for, one.name) for one in filings] == [
        ("nora", None, "text.pdf"),
        ("sara", "south", "ours.pdf"),
    ]


async def test_a_document_of_one_program_is_none_of_another(room: Room, documents: Documents, folder: Path) -> None:
    """Who knows a hash must not read with it what was filed elsewhere."""
    here, there = await room.started(), await room.started()
    await filed(documents, here)
    assert await documents.filings(there, DIGEST) == ()
    await filed(documents, there)
    assert len(await documents.filings(there, DIGEST)) == 1
    assert files(folder) == [path_of(DIGEST)]


async def test_too_many_bytes_leave_nothing(room: Room, documents: Documents, folder: Path) -> None:
    program_id = await room.started()
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100_000

    with pytest.raises(TooManyBytes):
        await documents.store(program_id, endless(), name="n", media_type="m", uploaded_by="nora")
    assert taken <= len(WORDS) // 100_000 + 1
    assert files(folder) == []


async def test_a_document_as_large_as_allowed_is_taken(room: Room, documents: Documents) -> None:
    assert (await filed(documents, await room.started())).size == len(WORDS)


async def test_an_upload_that_breaks_off_leaves_nothing(room: Room, documents: Documents, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield WORDS[:100]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await documents.store(await room.started(), broken(), name="n", media_type="m", uploaded_by="nora")
    assert files(folder) == []


async def test_other_bytes_than_expected_are_not_filed(room: Room, documents: Documents, folder: Path) -> None:
    program_id = await room.started()
    with pytest.raises(HashDiffers):
        await documents.store(program_id, chunks(WORDS), name="n", media_type="m", uploaded_by="nora", expected="0" * 64)
    assert files(folder) == []
    assert await documents.filings(program_id, DIGEST) == ()


async def test_damaged_bytes_are_not_passed_off_as_the_document(room: Room, documents: Documents, folder: Path) -> None:
    await filed(documents, await room.started())
    (folder / path_of(DIGEST)).write_bytes(WORDS[:-1] + b"!")
    with pytest.raises(Damaged):
        await documents.open(DIGEST)


async def test_a_store_that_cannot_be_reached_is_told_from_one_that_holds_nothing(
    room: Room, documents: Documents, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program_id = await room.started()
    await filed(documents, program_id)
    assert await documents.is_available()
    for fault in (GenericError("https://key:secret@elsewhere"), PermissionError(str(folder)), OSError(ENOSPC, "No space left")):

        async def fails(*_: object, fault: Exception = fault, **__: object) -> None:
            raise fault

        for name in ("get_async", "head_async", "put_async"):
            monkeypatch.setattr(f"db.documents.obstore.{name}", fails)
        assert not await documents.is_available()
        with pytest.raises(StoreUnavailable) as caught:
            await documents.open(DIGEST)
        assert "secret" not in str(caught.value)
        with pytest.raises(StoreUnavailable):
            await filed(documents, program_id)


async def test_a_document_is_filed_although_the_connections_were_lost_meanwhile(
    room: Room, documents: Documents, owner: psycopg.AsyncConnection[object]
) -> None:
    program_id = await room.started()
    await filed(documents, program_id)
    await owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert (await filed(documents, program_id, name="other.pdf")).sha256 == DIGEST


async def test_damaged_bytes_are_healed_by_the_next_upload(room: Room, documents: Documents, folder: Path) -> None:
    program_id = await room.started()
    await filed(documents, program_id)
    (folder / path_of(DIGEST)).write_bytes(WORDS[:-1] + b"!")
    await filed(documents, program_id)
    await documents.verify(DIGEST)


async def test_what_was_not_filed_is_not_found(room: Room, documents: Documents) -> None:
    assert await documents.filings(await room.started(), DIGEST) == ()
    with pytest.raises(NotFiled):
        await documents.verify(DIGEST)


async def test_a_store_can_be_elsewhere(room: Room) -> None:
    documents = Documents(room.reader, room.operational, store_at("memory:///"))
    await filed(documents, await room.started())
    await documents.verify(DIGEST)
