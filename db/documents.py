"""Filed documents, found by the hash of their bytes: what the ledger names, and nothing else can stand for.

DocumentFault
  TooManyBytes      more bytes than are taken
  HashDiffers       not the bytes that were announced
  NotFiled          no document with this hash
  Damaged           the stored bytes are not those that were filed
  StoreAway         the store does not answer, or has no room
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from uuid import UUID

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from db.pools import OperationalPool, ReadPool

MAX_BYTES = 50 * 2**20
MAX_MEMORY_BYTES = 2**20
"""Bytes of an upload that are held in memory; more of it waits in a temporary file."""
CHUNK = 2**18
PROBE_SECONDS = 1.0
NO_BUCKET = "NoSuchBucket"
"""How an S3 says that not the document is missing, but the place of all of them."""

_FIND = (
    "SELECT program_id AS program, sha256, size, media_type, name, uploaded_by, nullif(uploaded_for, '') AS uploaded_for,"
    " uploaded_at FROM document WHERE program_id = %s AND sha256 = %s ORDER BY uploaded_at, uploaded_by"
)


class DocumentFault(Exception):
    """The base: something about a document that whoever sent or asked for it can be told."""


class TooManyBytes(DocumentFault):
    def __init__(self, cap: int) -> None:
        super().__init__(f"a document has at most {cap} bytes")
        self.cap = cap


class HashDiffers(DocumentFault):
    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"{expected} was expected, but the bytes received are {found}")


class NotFiled(DocumentFault):
    def __init__(self, digest: str) -> None:
        super().__init__(f"no document {digest} has been filed")


class Damaged(DocumentFault):
    def __init__(self, digest: str) -> None:
        super().__init__(f"what is stored as {digest} are other bytes than were filed")


class StoreUnavailable(DocumentFault):
    """Asking again later may help. What a store says of its fault may hold an address, and is not repeated."""

    def __init__(self) -> None:
        super().__init__("the store of documents does not answer, or has no room")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as somebody has filed it for a program; name and media type are that person's claims."""

    program: UUID
    sha256: str
    size: int
    media_type: str
    name: str
    uploaded_by: str
    uploaded_for: str | None
    uploaded_at: datetime


def store_at(write_document: str | Path) -> ObjectStore:
    """A store in a folder, which is made, or at an address (`s3://`, `gs://`, `az://`, `memory://`)."""
    if isinstance(write_document, str) and "://" in write_document:
        return from_url(write_document)
    return LocalStore(prefix=Path(write_document).absolute(), mkdir=True)


class Documents:
    def __init__(self, reader: ReadPool, operational: OperationalPool, store: ObjectStore, *, largest: int = MAX_BYTES) -> None:
        self._reader = reader
        self._operational = operational
        self._store = store
        self._largest = largest

    async def store(  # noqa: PLR0913  they are what is known of an upload, and keyword-only
        self,
        program_id: UUID,
        content: AsyncIterable[bytes],
        *,
        name: str,
        media_type: str,
        uploaded_by: str,
        uploaded_for: str | None = None,
        expected: str | None = None,
    ) -> Document:
        """Files an upload for a program whole, or nothing of it. The same bytes again are the document they were, and who
        else files them is known to have had them too.

        Raises TooManyBytes as soon as the cap is passed, HashDiffers when they are not what was `expected`, StoreAway.
        """
        with SpooledTemporaryFile(max_size=MAX_MEMORY_BYTES) as spool:
            digest, size = await self._receive(content, spool)
            if expected is not None and expected != digest:
                raise HashDiffers(expected, digest)
            if not await self._is_stored(digest, size):
                spool.seek(0)
                with _store_faults(digest):
                    await obstore.put_async(self._store, path_of(digest), spool)
                    await self._sync(digest)
        return await self._record_filing([program_id, digest, size, media_type, name, uploaded_by, uploaded_for or ""])

    async def filings(self, program_id: UUID, digest: str) -> tuple[Document, ...]:
        """A document of a program as each has filed it, first come first; the same bytes may be unknown to another."""
        return tuple(Document(**row) for row in await self._reader.rows(_FIND, [program_id, digest]))

    async def sizes(self, program_id: UUID, digests: Sequence[str]) -> dict[str, int]:
        """How many bytes the filed ones of these documents have."""
        query = "SELECT DISTINCT sha256, size FROM document WHERE program_id = %s AND sha256 = ANY(%s)"
        rows = await self._reader.rows(query, [program_id, list(digests)]) if digests else []
        return {row["sha256"]: row["size"] for row in rows}

    async def open(self, digest: str) -> IO[bytes]:
        """The bytes of a document, from the first to the last the ones that were filed; the caller closes them.

        They are read to their end before anything of them is handed on. Raises NotFiled, Damaged or StoreAway.
        """
        spool, running = SpooledTemporaryFile(max_size=MAX_MEMORY_BYTES), sha256()  # noqa: SIM115  the caller closes it
        try:
            with _store_faults(digest):
                found = await obstore.get_async(self._store, path_of(digest))
                async for chunk in found.stream(min_chunk_size=CHUNK):
                    running.update(chunk)
                    spool.write(chunk)
            if running.hexdigest() != digest:
                raise Damaged(digest)  # noqa: TRY301  the file is closed for it as for every other fault
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool

    async def verify(self, digest: str) -> None:
        """Reads a document to its end. Raises NotFiled, Damaged or StoreAway."""
        (await self.open(digest)).close()

    async def is_available(self) -> bool:
        """Whether the store answers within a second."""
        nothing = "0" * 64
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                with suppress(NotFiled), _store_faults(nothing):
                    await obstore.get_async(self._store, path_of(nothing))  # the answer to HEAD would not say what is missing
        except (StoreUnavailable, TimeoutError):
            return False
        return True

    async def _receive(self, content: AsyncIterable[bytes], spool: IO[bytes]) -> tuple[str, int]:
        running, size = sha256(), 0
        async for chunk in content:
            size += len(chunk)
            if size > self._largest:
                raise TooManyBytes(self._largest)
            running.update(chunk)
            spool.write(chunk)
        return running.hexdigest(), size

    async def _is_stored(self, digest: str, size: int) -> bool:
        """Whether these bytes need not be stored again; damaged ones are replaced."""
        with suppress(Damaged, NotFiled):
            with _store_faults(digest):
                found = (await obstore.head_async(self._store, path_of(digest)))["size"]
            if found == size:
                await self.verify(digest)
                return True
        return False

    async def _sync(self, digest: str) -> None:
        """Makes sure that a stored file survives a power cut; an object store does so itself."""
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            await asyncio.to_thread(_fsync, Path(self._store.prefix) / path_of(digest))

    async def _record_filing(self, values: list[Any]) -> Document:
        async with self._operational.transaction() as connection:
            await connection.execute(
                "INSERT INTO document (program_id, sha256, size, media_type, name, uploaded_by, uploaded_for)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            )
            cursor = await connection.execute(_FIND, values[:2])
            filings = [Document(**row) for row in await cursor.fetchall()]
        return next(one for one in filings if (one.uploaded_by, one.uploaded_for or "") == tuple(values[5:]))


@contextmanager
def _store_faults(digest: str) -> Iterator[None]:
    """What a store raises as the fault of a document that it is: each store raises what it pleases."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        if NO_BUCKET in str(error):
            raise StoreUnavailable from None
        raise NotFiled(digest) from None
    except (BaseError, OSError):
        raise StoreUnavailable from None


def read_document(store: ObjectStore, digest: str) -> bytes:
    """All bytes of a document, for a command that ends soon. Raises NotFiled or Damaged.

    The threads on which obstore answers an event loop abort the process where the interpreter ends before them: one in ten
    commands, on a busy machine. Asked without a loop it needs none.
    """
    try:
        content = bytes(obstore.get(store, path_of(digest)).bytes())
    except FileNotFoundError:
        raise NotFiled(digest) from None
    if sha256(content).hexdigest() != digest:
        raise Damaged(digest)
    return content


def write_document(store: ObjectStore, content: bytes) -> None:
    """Stores the bytes of a document that is noted already, so that they survive a power cut. Raises StoreAway."""
    digest = sha256(content).hexdigest()
    with _store_faults(digest):
        obstore.put(store, path_of(digest), content)
        if isinstance(store, LocalStore) and store.prefix is not None:
            _fsync(Path(store.prefix) / path_of(digest))


def path_of(digest: str) -> str:
    """Where in the store a document lies."""
    return f"{digest[:2]}/{digest}"


def _fsync(file: Path) -> None:
    for path in (file, file.parent, file.parent.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
