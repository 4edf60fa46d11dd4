"""Signed notes: a text with lines of signatures below it, as c2sp.org/signed-note describes them.

    text, which ends with a newline
    <empty line>
    — <key name> <base64 of key id and signature>

The key id is the beginning of SHA-256 over name, newline, type of signature and public key. A verifier key is
`<name>+<key id in hexadecimal>+<base64 of type and public key>`.
"""

from __future__ import annotations

import unicodedata
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

DASH = "\N{EM DASH}"
LARGEST_NOTE = 1 << 20
MOST_SIGNATURES = 64

ED25519, ED25519_COSIGNATURE, ML_DSA_44 = 0x01, 0x04, 0x06
"""Signature types: plain note; timestamped cosignature of a checkpoint (c2sp.org/tlog-cosignature)."""

KEY_BYTES = {ED25519: 32, ED25519_COSIGNATURE: 32, ML_DSA_44: 1312}


class NoteInvalid(ValueError):
    """An invalid note, key or signature. The message says what is wrong."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A verifier key: a name, a signature type, and the bytes of the public key."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(_is_space_or_control(character) for character in self.name):
            raise NoteInvalid("the name of a key is empty, or has a space or a plus in it")
        if self.kind not in KEY_BYTES:
            raise NoteInvalid(f"signatures of type {self.kind} are not known here")
        if len(self.public) != KEY_BYTES[self.kind]:
            raise NoteInvalid(f"a public key of type {self.kind} has {KEY_BYTES[self.kind]} bytes, not {len(self.public)}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses `name+id+base64`. Raises NoteInvalid."""
        name, _, rest = text.strip().partition("+")
        shown, _, encoded = rest.partition("+")
        material = strict_base64(encoded)
        if not material:
            raise NoteInvalid("a verifier key has three parts with a plus between them")
        key = cls(name, material[0], material[1:])
        if key.id.hex() != shown:
            raise NoteInvalid(f"the id of the key is {key.id.hex()}, not {shown}: it was copied wrongly")
        return key

    @property
    def id(self) -> bytes:
        """The key id in signatures: four bytes, an identifier without security."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature line of a note: key name, key id and bytes. Unverified."""

    name: str
    key_id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{DASH} {self.name} {b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends with a newline, with its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, written: str) -> Self:
        """Parses a signed note. Raises NoteInvalid."""
        if len(written) > LARGEST_NOTE:
            raise NoteInvalid(f"a note is no longer than {LARGEST_NOTE} characters")
        if any(character < " " and character != "\n" for character in written):
            raise NoteInvalid("a note has no control characters but newlines")
        text, separator, below = written.rpartition("\n\n")
        if not separator or not below.endswith("\n"):
            raise NoteInvalid("a note has a text, an empty line, and lines of signatures, each ended by a newline")
        lines = below.removesuffix("\n").split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise NoteInvalid(f"a note has no more than {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(_signature(line) for line in lines))

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def of(self, key: VerifierKey) -> Signature | None:
        """The unverified signature with this key's name and id; None if there is none."""
        return next((one for one in self.signatures if (one.name, one.key_id) == (key.name, key.id)), None)

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """The note with further signatures; a newer one replaces that of the same key."""
        fresh: Sequence[Signature] = tuple(more)
        replaced = {(one.name, one.key_id) for one in fresh}
        return Note(self.text, (*(one for one in self.signatures if (one.name, one.key_id) not in replaced), *fresh))


def strict_base64(text: str) -> bytes:
    """Decodes canonical base64 only. Raises NoteInvalid."""
    try:
        value = b64decode(text, validate=True)
    except (Error, ValueError):
        raise NoteInvalid("that is no base64") from None
    if b64encode(value).decode() != text:
        raise NoteInvalid("that is base64 written in another way than its bytes are")
    return value


def _signature(line: str) -> Signature:
    dash, name, encoded = [*line.split(" "), "", ""][:3]
    value = strict_base64(encoded)
    if dash != DASH or not name or line.count(" ") != 2 or len(value) <= 4:
        raise NoteInvalid("a line of a signature is a dash, the name of a key and base64, with spaces between them")
    return Signature(name, value[:4], value[4:])


def _is_space_or_control(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc"}
