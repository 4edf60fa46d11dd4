"""`accord prove`: verifies a ledger from its sealed bytes, without trust in the service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.remote.client import Client, exit_with, run_question
from cli.remote.completion import Named
from cli.remote.watch import Keys, kept_checkpoint
from proof.checkpoint import Checkpoint
from proof.merkle import leaf_hash, root_of

PAGE = 500
BEFORE_THE_FIRST = "0" * 64


def prove(
    program: Named,
    heads: Annotated[list[str] | None, typer.Option("--head", help="Of a receipt that you have kept; may be repeated.")] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint that you have kept.", exists=True, dir_okay=False, show_default=False)
    ] = None,
    key: Keys = None,
) -> None:
    """Prove a ledger: its numbers, its hashes, its chain, and that the receipts and checkpoint that you kept stand in it."""
    stood = kept_checkpoint(checkpoint, key) if checkpoint else None

    async def sealed(client: Client) -> list[dict[str, Any]]:
        path, entries = f"/programs/{await client.program(program)}/chain", list[dict[str, Any]]()
        after: int | None = 0
        while after is not None:
            page = await client.read(path, after=after, limit=PAGE)
            entries, after = entries + page["entries"], page["next"]
        return entries

    entries = run_question(sealed)
    faults = [*_faults(entries)]
    places = {entry["leaf"]: entry["seq"] for entry in entries}
    faults += [f"the head {head} does not stand in this ledger" for head in heads or () if head not in places]
    if stood is not None and (fault := _checkpoint_fault(stood, [bytes.fromhex(entry["leaf"]) for entry in entries])):
        faults.append(fault)
    if faults:
        exit_with("\n".join(faults))
    typer.echo(f"Entries 1 to {len(entries)} are whole: each follows the one before, and is as it was sealed.")
    withheld = sum(entry["body"] is None for entry in entries)
    if withheld:
        typer.echo(f"Of {withheld} with restricted evidence only the hashes are told.")
    if stood is not None:
        typer.echo(f"Its first {stood.size} entries are those of the checkpoint.")
    for head in heads or ():
        typer.echo(f"Up to entry {places[head]} it is as when the receipt {head[:8]}… was given.")


def _checkpoint_fault(checkpoint: Checkpoint, leaves: Sequence[bytes]) -> str | None:
    """How a ledger contradicts a checkpoint; None where it does not."""
    if checkpoint.size > len(leaves):
        return f"the ledger has {len(leaves)} entries, and had {checkpoint.size} at the checkpoint: entries are gone"
    if root_of(leaves[: checkpoint.size]) != checkpoint.root:
        return f"the first {checkpoint.size} entries are not those of the checkpoint"
    return None


def _faults(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = BEFORE_THE_FIRST
    for number, entry in enumerate(entries, 1):
        if (entry["seq"], entry["prev"]) != (number, before):
            yield f"entry {number} is missing, or follows another entry"
            return
        before = entry["leaf"]
        if (body := entry["body"]) is None:
            continue
        if leaf_hash(body.encode()).hex() != before:
            yield f"entry {number} was changed after it was sealed"
            continue
        said = json.loads(body)
        if (said["seq"], said["prev"]) != (number, entry["prev"]):
            yield f"entry {number} belongs to another place"
