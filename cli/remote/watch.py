"""`accord watch` and `accord compare`: stored checkpoints, and proof of a split view from two of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.remote.client import REFUSED, UNREADABLE, Client, exit_with, run_question
from cli.remote.completion import Named
from cli.remote.login import load_login
from cli.remote.private_file import write_private
from proof.checkpoint import Checkpoint, verify_note
from proof.merkle import ProofInvalid, verify_consistency
from proof.signed_note import Note, NoteInvalid, VerifierKey

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="A key to trust, as `name+id+base64`; may be repeated. Have somebody else tell you the same."),
]


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """The stored state of a ledger: the newest note, and the trusted keys."""

    note: Path
    keys: Path

    @classmethod
    def of(cls, api: str, program: str) -> StoredCheckpoint:
        folder = Path(typer.get_app_dir("accord")) / "checkpoints" / sha256(api.encode()).hexdigest()[:16]
        return cls(folder / f"{program}.note", folder / f"{program}.keys")

    def write(self, note: str, keys: Iterable[VerifierKey]) -> None:
        """Writes both files, each atomically."""
        write_private(self.keys, "".join(f"{key}\n" for key in keys))
        write_private(self.note, note)


def watch(program: Named, key: Keys = None) -> None:
    """Keep the newest checkpoint of a program's ledger, and demand that it goes on from the one that you kept before.

    Ends with 1 where it does not, and keeps both notes: together they prove it against whoever signed them.
    """

    async def client(service: Client) -> tuple[str, dict[str, Any], list[str] | None]:
        named = await service.program(program)
        newest = await service.read(f"/programs/{named}/checkpoint")
        held = StoredCheckpoint.of(load_login().api, named)
        if not held.note.exists():
            return named, newest, None
        size = Checkpoint.parse(Note.parse(held.note.read_text(encoding="utf-8")).text).size
        if not size < newest["size"]:
            return named, newest, []
        proof = await service.read(f"/programs/{named}/consistency", **{"from": size, "to": newest["size"]})
        return named, newest, proof["hashes"]

    named, newest, hashes = run_question(client)
    if newest["note"] is None:
        exit_with("this service signs no checkpoints: its operator has to set ACCORD_CHECKPOINT_KEY")
    held = StoredCheckpoint.of(load_login().api, named)
    given = key or (held.keys.read_text(encoding="utf-8").split() if held.keys.exists() else None)
    keys = _keys(given or newest["keys"])
    now = _verified(newest["note"], keys, "the service's checkpoint")
    if hashes is None:
        held.write(newest["note"], keys)
        typer.echo(f"{now.size} entries, root {now.root.hex()[:16]}…, kept in {held.note}.")
        if given is None:
            typer.echo("Trusted because the service says so. Compare with what others hold:")
            typer.echo("\n".join(f"  {one}" for one in keys))
        return
    before = _verified(held.note.read_text(encoding="utf-8"), keys, "the checkpoint that you kept")
    if fault := _fault(before, now, [bytes.fromhex(one) for one in hashes]):
        evidence = held.note.with_name(f"{named}.{now.size}-{now.root.hex()[:8]}.note")
        evidence.write_text(newest["note"], encoding="utf-8")
        exit_with(f"{fault}\nKeep both: {held.note} and {evidence}. They are signed, and show it to anybody.", REFUSED)
    held.write(newest["note"], keys)
    grown = f"{now.size - before.size} entries more" if now.size > before.size else "nothing new"
    typer.echo(f"{now.size} entries, {grown}: it goes on from what you kept.")


def compare(
    first: Annotated[Path, typer.Argument(help="A checkpoint that somebody keeps.", exists=True, dir_okay=False)],
    second: Annotated[Path, typer.Argument(help="One that somebody else keeps.", exists=True, dir_okay=False)],
    key: Keys = None,
) -> None:
    """Hold two checkpoints of one ledger against each other, without the service.

    Ends with 1 where they prove that different people were shown different ledgers, with 2 where they prove nothing.
    """
    one, other = kept_checkpoint(first, key), kept_checkpoint(second, key)
    if one.origin != other.origin:
        exit_with(f"they are of two ledgers: {one.origin} and {other.origin}", UNREADABLE)
    if one.size != other.size:
        exit_with(
            f"one is of {one.size} entries, the other of {other.size}: `accord watch` has the service show how", UNREADABLE
        )
    if one.root != other.root:
        exit_with(_split_view(one, other), REFUSED)
    typer.echo(f"Both are of the same {one.size} entries.")


def kept_checkpoint(file: Path, key: list[str] | None) -> Checkpoint:
    """The checkpoint in a file, verified with each trusted key. Exits where it is not valid."""
    if not key:
        exit_with("say whom you trust: --key for each key of the ledger, as `accord watch` has shown it", UNREADABLE)
    return _verified(file.read_text(encoding="utf-8"), _keys(key), str(file))


def _fault(before: Checkpoint, now: Checkpoint, hashes: Sequence[bytes]) -> str | None:
    """The fault of a ledger between two checkpoints; None where it only grew."""
    if now.origin != before.origin:
        return f"the service calls this ledger {now.origin}; you kept {before.origin}"
    if now.size < before.size:
        return f"the ledger has {now.size} entries, and had {before.size}: entries are gone"
    if now.size == before.size and now.root != before.root:
        return _split_view(before, now)
    try:
        verify_consistency(before.size, now.size, before.root, now.root, hashes)
    except ProofInvalid as error:
        return f"the ledger does not go on from the {before.size} entries that you kept: {error}"
    return None


def _split_view(one: Checkpoint, other: Checkpoint) -> str:
    roots = " and ".join(b64encode(checkpoint.root).decode() for checkpoint in (one, other))
    return f"two ledgers of {one.size} entries were signed as {one.origin}: {roots}"


def _keys(texts: Iterable[str]) -> list[VerifierKey]:
    try:
        return [VerifierKey.parse(text) for text in texts]
    except NoteInvalid as error:
        exit_with(f"a key cannot be read: {error}", UNREADABLE)


def _verified(note: str, keys: Sequence[VerifierKey], what: str) -> Checkpoint:
    try:
        return verify_note(Note.parse(note), keys)
    except NoteInvalid as error:
        exit_with(f"{what} proves nothing: {error}", REFUSED)
