"""Filed documents, addressed by the SHA-256 of their bytes, as the ledger names them.

DocumentFault
  TooManyBytes       more bytes than the limit
  HashDiffers        other bytes than were announced
  NotFiled           no document with this hash
  Damaged            the stored bytes do not have the hash
  StoreUnavailable   the store does not answer, or is full
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
"""Bytes of an upload that stay in memory; a larger one spills to a temporary file."""
CHUNK = 2**18
PROBE_SECONDS = 1.0
NO_BUCKET = "NoSuchBucket"
"""S3's code for a missing bucket, as opposed to a missing object."""

_FIND = (
    "SELECT program_id AS program, sha256, size, media_type, name, uploaded_by, nullif(uploaded_for, '') AS uploaded_for,"
    " uploaded_at FROM document WHERE program_id = %s AND sha256 = %s ORDER BY uploaded_at, uploaded_by"
)


class DocumentFault(Exception):
    """Base class. The message may be shown to the caller."""


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
    """Transient: a retry may succeed. The store's own message may contain an address and is withheld."""

    def __init__(self) -> None:
        super().__init__("the store of documents does not answer, or has no room")


@dataclass(frozen=True, slots=True)
class FiledDocument:
    """One filing of a document for a program. Name and media type are claims of the uploader."""

    program: UUID
    sha256: str
    size: int
    media_type: str
    name: str
    uploaded_by: str
    uploaded_for: str | None
    uploaded_at: datetime


def store_at(write_document: str | Path) -> ObjectStore:
    """A store in a folder, which is created, or at a URL (`s3://`, `gs://`, `az://`, `memory://`)."""
    if isinstance(write_document, str) and "://" in write_document:
        return from_url(write_document)
    return LocalStore(prefix=Path(write_document).absolute(), mkdir=True)


class Documents:
    """Files and reads documents. `largest` is the limit in bytes."""

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
    ) -> FiledDocument:
        """Files an upload for a program as a whole or not at all. Idempotent; the same bytes from another person are a further
        filing of one stored object.

        Raises TooManyBytes as soon as the limit is passed, HashDiffers for another hash than `expected`, or StoreUnavailable.
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

    async def filings(self, program_id: UUID, digest: str) -> tuple[FiledDocument, ...]:
        """All filings of a document for a program, oldest first."""
        return tuple(FiledDocument(**row) for row in await self._reader.rows(_FIND, [program_id, digest]))

    async def sizes(self, program_id: UUID, digests: Sequence[str]) -> dict[str, int]:
        """The size in bytes of each of these documents that is filed, by hash."""
        query = "SELECT DISTINCT sha256, size FROM document WHERE program_id = %s AND sha256 = ANY(%s)"
        rows = await self._reader.rows(query, [program_id, list(digests)]) if digests else []
        return {row["sha256"]: row["size"] for row in rows}

    async def open(self, digest: str) -> IO[bytes]:
        """A file with the verified bytes of a document; the caller closes it.

        All bytes are read and hashed before the file is returned. Raises NotFiled, Damaged or StoreUnavailable.
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
        """Reads and hashes a document. Raises NotFiled, Damaged or StoreUnavailable."""
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
        """Whether the object is stored intact; a damaged one is to be replaced."""
        with suppress(Damaged, NotFiled):
            with _store_faults(digest):
                found = (await obstore.head_async(self._store, path_of(digest)))["size"]
            if found == size:
                await self.verify(digest)
                return True
        return False

    async def _sync(self, digest: str) -> None:
        """Flushes a local file to disk; object stores are durable by themselves."""
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            await asyncio.to_thread(_fsync, Path(self._store.prefix) / path_of(digest))

    async def _record_filing(self, values: list[Any]) -> FiledDocument:
        async with self._operational.transaction() as connection:
            await connection.execute(
                "INSERT INTO document (program_id, sha256, size, media_type, name, uploaded_by, uploaded_for)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                values,
            )
            cursor = await connection.execute(_FIND, values[:2])
            filings = [FiledDocument(**row) for row in await cursor.fetchall()]
        return next(one for one in filings if (one.uploaded_by, one.uploaded_for or "") == tuple(values[5:]))


@contextmanager
def _store_faults(digest: str) -> Iterator[None]:
    """Translates the exceptions of any store to NotFiled or StoreUnavailable."""
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        if NO_BUCKET in str(error):
            raise StoreUnavailable from None
        raise NotFiled(digest) from None
    except (BaseError, OSError):
        raise StoreUnavailable from None


def read_document(store: ObjectStore, digest: str) -> bytes:
    """All bytes of a document, synchronously, for short-lived commands. Raises NotFiled or Damaged.

    obstore's async calls use threads that abort the process if the interpreter exits before them, in one of ten commands on
    a busy machine. Its synchronous calls use none.
    """
    try:
        content = bytes(obstore.get(store, path_of(digest)).bytes())
    except FileNotFoundError:
        raise NotFiled(digest) from None
    if sha256(content).hexdigest() != digest:
        raise Damaged(digest)
    return content


def write_document(store: ObjectStore, content: bytes) -> None:
    """Stores the bytes of a document that is in the database already, durably. Raises StoreUnavailable."""
    digest = sha256(content).hexdigest()
    with _store_faults(digest):
        obstore.put(store, path_of(digest), content)
        if isinstance(store, LocalStore) and store.prefix is not None:
            _fsync(Path(store.prefix) / path_of(digest))


def path_of(digest: str) -> str:
    """The object key of a document."""
    return f"{digest[:2]}/{digest}"


def _fsync(file: Path) -> None:
    for path in (file, file.parent, file.parent.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
