"""Commands for evidence and documents: `accord evidence …`, `documents`, `download`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import httpx2
import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

from cli.options import AsJson
from cli.remote.client import Client, UsageError, run_question
from cli.remote.completion import Named, milestones
from cli.remote.signing import ToSign, signing_command
from cli.remote.tables import as_json, console, print_table

app = typer.Typer(
    no_args_is_help=True, help="Evidence: added with its document, listed, and shown with all that was done with it."
)

CHUNK = 256 * 1024
HASH = re.compile(r"[0-9a-f]{64}")
Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Lines at most.")]


def add(  # noqa: PLR0913, PLR0917  each is an option of the command
    milestone: Annotated[str, typer.Argument(autocompletion=milestones, show_default=False)],
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, show_default=False)] = None,
    shows: Annotated[str | None, typer.Option(help="Which of the milestone's showings; left out where only one fits.")] = None,
    text: Annotated[str | None, typer.Option(help="A statement or attestation in words.")] = None,
    reference: Annotated[str | None, typer.Option(help="Where the original is to be found.")] = None,
    happened_at: Annotated[str | None, typer.Option(help="When what it shows happened, with its offset.")] = None,
    restricted_to: Annotated[list[str] | None, typer.Option(help="A party or body that may read it; may be repeated.")] = None,
    id: Annotated[str | None, typer.Option(help="An id that you choose; left out, made of what it shows and its hash.")] = None,  # noqa: A002  the option's name
) -> ToSign:
    """Record a FILE, or a --text, as evidence for a milestone.

    The file is uploaded first. Until evidence names it, only its uploader's party and auditors can read it.
    """
    if file is None and text is None:
        raise typer.BadParameter("name a FILE, or say it with --text")

    async def filed(client: Client, program: str) -> dict[str, Any]:
        showing = shows or await _only_showing(client, program, milestone, is_document=file is not None)
        document = await _upload(client, program, file) if file else None
        digest = document["sha256"] if document else sha256((text or "").encode()).hexdigest()
        return {"shows": showing, "document": document, "evidence": id or f"{showing}-{digest[:8]}"}

    said = {"milestone": milestone, "text": text, "reference": reference, "happened_at": happened_at}
    return ToSign("evidence", {**said, "restricted_to": restricted_to or None}, filed)


async def _only_showing(client: Client, program: str, milestone: str, *, is_document: bool) -> str:
    """The only showing of a milestone that takes a document, or words. Raises UsageError or Refused."""
    found = [one for one in await client.read(f"/programs/{program}/milestones") if one["name"] == milestone]
    kinds = {"document"} if is_document else {"statement", "attestation"}
    names = [one["name"] for held in found for one in held["shown_by"] if one["kind"] in kinds]
    if len(names) != 1:
        raise UsageError(f"say with --shows what it shows of {milestone}: {', '.join(names) or 'nothing there fits'}")
    return str(names[0])


async def _upload(client: Client, program: str, file: Path) -> dict[str, Any]:
    """Files a document; returns the fields by which evidence names it. Raises Refused."""
    size, digest = _measure(file)
    with _progress() as progress:
        task = progress.add_task(file.name, total=size)
        content = _parts(file, lambda done: progress.update(task, completed=done))
        filed = await client.file(f"/programs/{program}/documents", file.name, content, digest)
    return {name: filed[name] for name in ("sha256", "name", "size")}


def _progress() -> Progress:
    """A progress bar in bytes, on terminals only."""
    paper, columns = console(errors=True), ("{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=paper, transient=True, disable=not paper.is_terminal)


def _measure(file: Path) -> tuple[int, str]:
    """The size and the SHA-256 of a file."""
    with file.open("rb") as opened:
        return file.stat().st_size, file_digest(opened, "sha256").hexdigest()


def _parts(file: Path, told: Callable[[int], object]) -> Callable[[], AsyncIterator[bytes]]:
    async def parts() -> AsyncIterator[bytes]:
        done = 0
        with file.open("rb") as opened:
            while part := opened.read(CHUNK):
                yield part
                done += len(part)
                told(done)

    return parts


def list_(  # noqa: PLR0913  each is an option of the command
    program: Named,
    *,
    to_verify: Annotated[bool, typer.Option("--to-verify", help="Only what you could verify now.")] = False,
    milestone: Annotated[str | None, typer.Option(autocompletion=milestones)] = None,
    status: Annotated[str | None, typer.Option(help="recorded, verified, returned or withdrawn.")] = None,
    limit: Most = 100,
    json: AsJson = False,
) -> None:
    """List evidence and figures, oldest first."""

    async def found(client: Client) -> list[dict[str, Any]]:
        path, only = f"/programs/{await client.program(program)}/evidence", "true" if to_verify else None
        return await client.lines(path, "evidence", limit, to_verify=only, milestone=milestone, status=status)

    lines = run_question(found)
    if json:
        as_json(lines)
        return
    table = [line | {"for": line["milestone"] or line["indicator"], "what": _what(line)} for line in lines]
    print_table({"evidence": "id", "for": "for", "what": "what", "status": "status", "recorded by": "recorded_by"}, table)


def _what(piece: dict[str, Any]) -> str:
    document = piece["document"]
    if piece["withheld"]:
        return "restricted"
    if piece["indicator"]:
        return f"{piece['value']} {piece['unit']} in {piece['period']}"
    return f"{document['name']}{'' if document['filed'] else ' (not filed)'}" if document else str(piece["text"])


def show(program: Named, evidence: Annotated[str, typer.Argument(help="Its id.")], *, json: AsJson = False) -> None:
    """Show a piece of evidence with all that was done with it: by whom, when, why."""

    async def found(client: Client) -> Any:
        return await client.read(f"/programs/{await client.program(program)}/evidence/{evidence}")

    piece = run_question(found)
    if json:
        as_json(piece)
        return
    paper, document = console(), piece["document"]
    paper.print(f"{piece['id']} for {piece['milestone'] or piece['indicator']}, {piece['status']}: {_what(piece)}")
    if document and document["filed"]:
        paper.print(f"SHA-256 {document['sha256']}, to be read with accord download")
    for name in ("text", "reference", "source"):
        if piece[name]:
            paper.print(f"{name}: {piece[name]}")
    columns = {"entry": "seq", "recorded": "at", "what": "kind", "by": "by", "of": "party", "why": "reason"}
    print_table(columns, [event | {"kind": event["kind"].replace("_", " ")} for event in piece["history"]])


def documents(
    program: Named,
    *,
    not_filed: Annotated[bool, typer.Option("--not-filed", help="Only those of which nobody has filed the bytes.")] = False,
    limit: Most = 100,
    json: AsJson = False,
) -> None:
    """List the documents that evidence names, filed or not."""

    async def found(client: Client) -> list[dict[str, Any]]:
        path = f"/programs/{await client.program(program)}/documents"
        return await client.lines(path, "documents", limit, filed="false" if not_filed else None)

    lines = run_question(found)
    if json:
        as_json(lines)
        return
    print_table({"SHA-256": "sha256", "name": "name", "bytes": "size", "filed": "filed", "evidence": "evidence"}, lines)


def download(
    program: Named,
    document: Annotated[str, typer.Argument(help="Its SHA-256, or the id of evidence that names it.")],
    to: Annotated[Path | None, typer.Option(help="Where it is written; left out, under its own name here.")] = None,
) -> None:
    """Download a document; what arrives is compared with its hash. No file is overwritten."""

    async def fetched(client: Client) -> Path:
        held = f"/programs/{await client.program(program)}"
        digest = document if HASH.fullmatch(document) else await _hash_of(client, held, document)
        async with client.download(f"{held}/documents/{digest}") as answer:
            name = unquote(answer.headers["Content-Disposition"].rpartition("UTF-8''")[2])
            return await _write_file(answer, to or Path(Path(name).name.lstrip(".")), digest)

    typer.echo(str(run_question(fetched)))


async def _hash_of(client: Client, held: str, evidence: str) -> str:
    named = (await client.read(f"{held}/evidence/{evidence}"))["document"]
    if named is None:
        raise UsageError(f"{evidence} names no document, or is restricted: then give its SHA-256")
    return str(named["sha256"])


async def _write_file(answer: httpx2.Response, to: Path, digest: str) -> Path:
    """Writes the file and verifies its hash; deletes it where that is wrong. Raises UsageError."""
    try:
        out = to.open("xb")
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror}; choose another with --to") from None
    got = sha256()
    try:
        with out, _progress() as progress:
            task = progress.add_task(to.name, total=int(answer.headers["Content-Length"]))
            async for part in answer.aiter_bytes():
                out.write(part)
                got.update(part)
                progress.advance(task, len(part))
        _check(got.hexdigest(), digest)
    except BaseException:
        _delete(to)
        raise
    return to


def _check(got: str, client: str) -> None:
    if got != client:
        raise UsageError(f"what has arrived has the hash {got}, and {client} was asked for")


def _delete(file: Path) -> None:
    file.unlink(missing_ok=True)


app.command("add")(signing_command(add))
app.command("list")(list_)
app.command("show")(show)
