"""`accord prove`: a ledger proved from the bytes that were hashed, without trusting whoever runs the service."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Annotated, Any

import typer

from cli.remote.asking import Asked, ask, stop
from cli.remote.completing import Named

PAGE = 500
BEFORE_THE_FIRST = "0" * 64


def prove(
    program: Named,
    heads: Annotated[list[str] | None, typer.Option("--head", help="Of a receipt that you have kept; may be repeated.")] = None,
) -> None:
    """Prove a program's ledger: its numbers, its hashes, its chain, and that the receipts you kept stand in it."""

    async def sealed(asked: Asked) -> list[dict[str, Any]]:
        path, entries = f"/programs/{await asked.program(program)}/chain", list[dict[str, Any]]()
        after: int | None = 0
        while after is not None:
            page = await asked.read(path, after=after, limit=PAGE)
            entries, after = entries + page["entries"], page["next"]
        return entries

    entries = ask(sealed)
    faults = [*_faults(entries)]
    places = {entry["leaf"]: entry["seq"] for entry in entries}
    faults += [f"the head {head} does not stand in this ledger" for head in heads or () if head not in places]
    if faults:
        stop("\n".join(faults))
    typer.echo(f"Entries 1 to {len(entries)} are whole: each follows the one before, and is as it was sealed.")
    withheld = sum(entry["body"] is None for entry in entries)
    if withheld:
        typer.echo(f"Of {withheld} with restricted evidence only the hashes are told.")
    for head in heads or ():
        typer.echo(f"Up to entry {places[head]} it is as when the receipt {head[:8]}… was given.")


def _faults(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = BEFORE_THE_FIRST
    for number, entry in enumerate(entries, 1):
        if (entry["seq"], entry["prev"]) != (number, before):
            yield f"entry {number} is missing, or follows another entry"
            return
        before = entry["leaf"]
        if (body := entry["body"]) is None:
            continue
        if sha256(b"\0" + body.encode()).hexdigest() != before:
            yield f"entry {number} was changed after it was sealed"
            continue
        said = json.loads(body)
        if (said["seq"], said["prev"]) != (number, entry["prev"]):
            yield f"entry {number} belongs to another place"
