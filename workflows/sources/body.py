"""The body of a response, decompressed while it is received, with limits on both sizes."""

from __future__ import annotations

import zlib

from workflows.sources.answers import Denied, NoAnswer


class Body:
    """Accumulates chunks. Raises Denied as soon as a limit is passed."""

    def __init__(self, host: str, encoding: str, largest: int) -> None:
        self._host = host
        self._largest = largest
        self._parts: list[bytes] = []
        self._on_the_wire = 0
        self.size = 0
        match encoding.strip().lower():
            case "" | "identity":
                self._unpacker = None
            case "gzip" | "x-gzip":
                self._unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            case other:
                raise Denied(f"{host} answers in the encoding {other[:40]!r}; plain and gzip are read.")

    def take(self, chunk: bytes) -> None:
        self._on_the_wire += len(chunk)
        if self._on_the_wire > self._largest:
            raise self._too_large()
        self._keep(chunk if self._unpacker is None else self._decompress(self._unpacker, chunk))

    def content(self) -> bytes:
        """All bytes. Raises NoAnswer for a truncated compressed stream."""
        if self._unpacker is not None and self._on_the_wire and not self._unpacker.eof:
            raise NoAnswer(f"{self._host}: the answer ended before its end.")
        return b"".join(self._parts)

    def _decompress(self, unpacker: zlib._Decompress, chunk: bytes) -> bytes:
        try:
            part = unpacker.decompress(chunk, self._largest - self.size + 1)
        except zlib.error:
            raise Denied(f"{self._host} calls its answer gzip, and it is not.") from None
        if unpacker.unused_data:
            raise Denied(f"{self._host}: more follows after the end of a gzip answer.")
        return part

    def _keep(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self._largest:
            raise self._too_large()
        self._parts.append(part)

    def _too_large(self) -> Denied:
        return Denied(f"{self._host}: the answer is larger than {self._largest:,} bytes, more than is read of any run.")
