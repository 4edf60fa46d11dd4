"""Checkpoints: signed tree heads of ledgers, which a party keeps and compares with later ones.

A checkpoint is a signed note of three lines (c2sp.org/tlog-checkpoint): the origin, which names the ledger; the size, in
entries; the root of its Merkle tree, in base64. It has two signatures, Ed25519 over its text and ML-DSA-44 as a timestamped
cosignature (c2sp.org/tlog-cosignature), so that it stays valid if one of the two algorithms is broken.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from proof.signed_note import (
    ED25519,
    ED25519_COSIGNATURE,
    ML_DSA_44,
    Note,
    NoteInvalid,
    Signature,
    VerifierKey,
    strict_base64,
)

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_LABEL = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A ledger (`origin`) with its size in entries and its Merkle root, 32 bytes."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parses the text of a note. Raises NoteInvalid."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) != 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise NoteInvalid("a checkpoint has three lines: the origin, the size, and the root")
        root = strict_base64(lines[2])
        if len(root) != 32:
            raise NoteInvalid("the root of a checkpoint has 32 bytes")
        return cls(lines[0], int(lines[1]), root)

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class LogKeys:
    """The operator's keys. One pair signs the checkpoints of all ledgers; the key name is the origin of the ledger."""

    def __init__(self, seed: bytes) -> None:
        """`seed` is 64 random bytes, 32 for each key."""
        if len(seed) != 64:
            raise ValueError("a seed of log keys has 64 bytes")
        self._classical = Ed25519PrivateKey.from_private_bytes(seed[:32])
        self._lasting = MLDSA44PrivateKey.from_seed_bytes(seed[32:])

    def verifiers(self, origin: str) -> tuple[VerifierKey, VerifierKey]:
        """The public keys for a ledger: Ed25519, ML-DSA-44."""
        return (
            VerifierKey(origin, ED25519, self._classical.public_key().public_bytes_raw()),
            VerifierKey(origin, ML_DSA_44, self._lasting.public_key().public_bytes_raw()),
        )

    def sign(self, checkpoint: Checkpoint, timestamp: int) -> Note:
        """Signs a checkpoint; `timestamp` is in seconds since 1970."""
        text, (classical, lasting) = str(checkpoint), self.verifiers(checkpoint.origin)
        message = _cosigned_message(lasting.name, timestamp, checkpoint)
        return Note(
            text,
            (
                Signature(classical.name, classical.id, self._classical.sign(text.encode())),
                Signature(lasting.name, lasting.id, timestamp.to_bytes(8, "big") + self._lasting.sign(message)),
            ),
        )


class Witness:
    """A party's key, which attests that a ledger is consistent up to a checkpoint."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.verifier = VerifierKey(name, ED25519_COSIGNATURE, private.public_key().public_bytes_raw())

    def cosign(self, note: Note, timestamp: int) -> Note:
        """Adds a cosignature. The caller must have verified the note and its consistency with the last checkpoint."""
        value = self._private.sign(_timestamped(timestamp, note.text))
        mine = Signature(self.verifier.name, self.verifier.id, timestamp.to_bytes(8, "big") + value)
        return note.with_signatures([mine])


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note, verified with all keys. Raises NoteInvalid, which names the key without a valid signature."""
    trusted: Sequence[VerifierKey] = tuple(keys)
    if not trusted:
        raise NoteInvalid("nobody is trusted: give at least one verifier key")
    checkpoint = Checkpoint.parse(note.text)
    for key in trusted:
        signature = note.of(key)
        if signature is None:
            raise NoteInvalid(f"{key.name} (key {key.id.hex()}) has not signed the checkpoint")
        try:
            _verify(key, signature.value, note.text, checkpoint)
        except InvalidSignature:
            raise NoteInvalid(f"the signature of {key.name} (key {key.id.hex()}) is not of this checkpoint") from None
    return checkpoint


def _verify(key: VerifierKey, value: bytes, text: str, checkpoint: Checkpoint) -> None:
    """Raises InvalidSignature."""
    timestamp, rest = int.from_bytes(value[:8], "big"), value[8:]
    if key.kind == ED25519:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, text.encode())
    elif key.kind == ED25519_COSIGNATURE:
        Ed25519PublicKey.from_public_bytes(key.public).verify(rest, _timestamped(timestamp, text))
    else:
        MLDSA44PublicKey.from_public_bytes(key.public).verify(rest, _cosigned_message(key.name, timestamp, checkpoint))


def _timestamped(timestamp: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _cosigned_message(name: str, timestamp: int, checkpoint: Checkpoint) -> bytes:
    """The structure `cosigned_message` of c2sp.org/tlog-cosignature, for a whole tree."""
    numbers = (timestamp.to_bytes(8, "big"), (0).to_bytes(8, "big"), checkpoint.size.to_bytes(8, "big"))
    signer, origin = name.encode(), checkpoint.origin.encode()
    return b"".join(
        (_LABEL, bytes([len(signer)]), signer, numbers[0], bytes([len(origin)]), origin, *numbers[1:], checkpoint.root)
    )
