"""Signed checkpoints of ledgers: the service's signing keys, and the origin under which each ledger is known."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self
from uuid import UUID

from proof.checkpoint import Checkpoint, LogKeys
from proof.signed_note import ED25519, NoteInvalid, VerifierKey
from workflows.secret_file import SettingsUnusable, secret

VARIABLE = "ACCORD_CHECKPOINT_KEY"


@dataclass(frozen=True, slots=True)
class CheckpointSigner:
    """Signs tree heads of ledgers. Without keys, roots are answered unsigned."""

    keys: LogKeys | None
    name: str

    @classmethod
    def of(cls, path: Path | None, name: str | None) -> Self:
        """A signer from a file with the base64 seed of the keys. Without a name, one is derived from the public key.

        Raises SettingsUnusable.
        """
        if path is None:
            return cls(None, name or "accord")
        try:
            keys = LogKeys(b64decode(secret(path, VARIABLE).strip(), validate=True))
        except (Error, ValueError):
            raise SettingsUnusable(f"{VARIABLE} names {path}, which holds no 64 bytes of chance in base64.") from None
        public, _ = keys.verifiers("accord")
        try:
            named = name or f"accord/{sha256(public.public).hexdigest()[:16]}"
            VerifierKey(named, ED25519, public.public)
        except NoteInvalid as error:
            raise SettingsUnusable(f"ACCORD_CHECKPOINT_NAME can be no name of a key: {error}.") from None
        return cls(keys, named)

    def origin(self, program: UUID) -> str:
        """The origin line of a program's ledger in its checkpoints."""
        return f"{self.name}/program/{program}"

    def verifiers(self, program: UUID) -> tuple[str, ...]:
        """The verifier keys of a program's ledger, in text form."""
        return tuple(map(str, self.keys.verifiers(self.origin(program)))) if self.keys else ()

    def note(self, checkpoint: Checkpoint, timestamp: int) -> str | None:
        """The signed note; None without keys. `timestamp` is in seconds since 1970."""
        return str(self.keys.sign(checkpoint, timestamp)) if self.keys else None
