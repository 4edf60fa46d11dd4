"""`accord plan`: check, draw and describe plans, without a server."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event
from typing import Annotated, NoReturn

import typer

from cli.options import AsJson
from cli.plan_lookup import child_plans
from rules.language.plan import Plan
from rules.language.reading import LARGEST_DOCUMENT, Fault, InvalidDocument, ParsedDocument, parse_document
from rules.language.schema import plan_schema
from rules.rendering.mermaid import as_mermaid
from rules.rendering.text import as_text
from rules.validation import validate_plan

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Check, draw and describe plans.")

PlanFile = Annotated[Path, typer.Argument(metavar="PLAN", help="The plan, a YAML file.")]
"""A path as it was typed; whether it can be read is found out by `document`, which says what is wrong in a line."""

Values = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The value of a parameter.")]
"""Values of parameters in place of their defaults; can be given several times."""


class Unusable(Exception):
    """A file or an option that can't be used; the message is for the person who typed it."""


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="PLAN…", help="The plans, YAML files.")],
    values: Values = None,
    *,
    as_json: AsJson = False,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a file changes, until Ctrl-C.")] = False,
) -> None:
    """Check plans: their form, their references, and whether every gate can open.

    Every fault is named with file, line and column; the exit status is 1 if there is one in any of them.
    """
    for _ in changed(files, Event()) if watch else ():
        _check_all(files, values, as_json=as_json)
        typer.echo("")
    if not _check_all(files, values, as_json=as_json):
        raise typer.Exit(1)


def changed(files: list[Path], ended: Event, every: float = 0.5) -> Iterator[None]:
    """Once at first, and again after each change of one of the files or of what lies beside it, until it is ended."""
    seen: object = None
    while not ended.is_set():
        now = [(beside, _stamp(beside)) for file in files for beside in sorted(file.parent.glob("*.yaml"))]
        if now != seen:
            seen = now
            yield
        ended.wait(every)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _check_all(files: list[Path], values: list[str] | None, *, as_json: bool) -> bool:
    checked = [_checked(file, values) for file in files]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in checked], indent=2, ensure_ascii=False))
    for one in checked if not as_json else ():
        for line in one.lines():
            typer.echo(line, err=not one.sound)
    return all(one.sound for one in checked)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one file: how many of what it has, or its faults."""

    file: str
    sound: bool
    counts: dict[str, int]
    faults: list[dict[str, str | int | None]]
    """Each with `line` and `column` (null where the file can't be used at all), `place` and `message`."""

    def lines(self) -> list[str]:
        """As they are told to people."""
        if self.sound:
            told = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in self.counts.items())
            return [f"{self.file}: sound. {told}."]
        return [str(fault["told"]) for fault in self.faults]


def _checked(file: Path, values: list[str] | None) -> Checked:
    try:
        plan = _sound(file, values)
    except Unusable as reason:
        return Checked(str(file), sound=False, counts={}, faults=[_fault_of_file(str(reason))])
    except InvalidDocument as faulty:
        return Checked(str(file), sound=False, counts={}, faults=[_fault(fault, file) for fault in faulty.faults])
    counts = {"phase": len(plan.phases), "milestone": len(plan.milestones), "parameter": len(plan.parameters)}
    counts |= {"child program": len(plan.programs)} if plan.programs else {}
    return Checked(str(file), sound=True, counts=counts, faults=[])


def _fault(fault: Fault, file: Path) -> dict[str, str | int | None]:
    place = ".".join(str(part) for part in fault.path)
    line, column = fault.position
    return {"line": line, "column": column, "place": place, "message": fault.message, "told": fault.line(str(file))}


def _fault_of_file(reason: str) -> dict[str, str | int | None]:
    return {"line": None, "column": None, "place": "", "message": reason, "told": reason}


@app.command()
def schema() -> None:
    """Print the JSON Schema of the plan language, for editors."""
    typer.echo(json.dumps(plan_schema(), indent=2, ensure_ascii=False))


@app.command()
def show(
    file: PlanFile,
    values: Values = None,
    *,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print a Mermaid flowchart instead of text.")] = False,
) -> None:
    """Draw a plan: phases, gates, milestones and clocks."""
    plan = sound_plan(file, values)
    typer.echo(as_mermaid(plan) if mermaid else as_text(plan), nl=False)


def sound_plan(file: Path, values: list[str] | None) -> Plan:
    """The plan of a file, checked to the end. Ends the command with every fault if there is one."""
    try:
        return _sound(file, values)
    except Unusable as reason:
        refuse(str(reason))
    except InvalidDocument as faulty:
        refuse(*lines(faulty, file))


def _sound(file: Path, values: list[str] | None) -> Plan:
    """Raises Unusable or InvalidDocument."""
    plan = document(file)
    return validate_plan(plan, chosen(values), child_plans(plan, file))


def document(file: Path) -> ParsedDocument:
    """What stands in a file. Raises Unusable where it can't be read, InvalidDocument where it isn't YAML that we read."""
    try:
        with file.open("rb") as held:
            content = held.read(LARGEST_DOCUMENT + 1)
    except FileNotFoundError:
        raise Unusable(f"{file}: there is no such file") from None
    except IsADirectoryError:
        raise Unusable(f"{file}: is a folder; name the file in it") from None
    except OSError as reason:
        raise Unusable(f"{file}: can't be read: {reason.strerror}") from None
    except ValueError:
        raise Unusable(f"{str(file)!r}: is no name of a file") from None
    if len(content) > LARGEST_DOCUMENT:
        raise Unusable(f"{file}: is larger than {LARGEST_DOCUMENT // 1024} KiB, more than any plan or story")
    try:
        return parse_document(content.decode("utf-8-sig"))
    except UnicodeDecodeError as reason:
        before = content[: reason.start]
        position = (before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise InvalidDocument([Fault((), "this byte is not UTF-8; save the file as UTF-8", position)]) from None


def chosen(values: list[str] | None) -> dict[str, str | int]:
    """Values of parameters as they were typed. Raises Unusable."""
    found: dict[str, str | int] = {}
    for value in values or ():
        name, equals, text = value.partition("=")
        if not equals or not name or not text:
            raise Unusable(f"--set {value}: write NAME=VALUE, for example --set stability_length=P3M")
        found[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text
    return found


def lines(faulty: InvalidDocument, file: Path) -> list[str]:
    """One line for each fault: file, line, column, what is wrong and what would be right."""
    return [fault.line(str(file)) for fault in faulty.faults]


def refuse(*messages: str) -> NoReturn:
    """Says what is wrong and ends the command with status 1."""
    for message in messages:
        typer.echo(message, err=True)
    raise typer.Exit(1)
