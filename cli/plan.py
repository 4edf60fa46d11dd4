"""`accord plan`: checks, draws and describes plans, without a server."""

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
"""The path as it was typed; `document` reports one that cannot be read."""

Values = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="The value of a parameter.")]
"""Values of parameters that replace defaults; the option can be repeated."""


class UnusableInput(Exception):
    """A file or an option that can't be used; the message is for the user."""


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
    for _ in watch_files(files, Event()) if watch else ():
        _check_all(files, values, as_json=as_json)
        typer.echo("")
    if not _check_all(files, values, as_json=as_json):
        raise typer.Exit(1)


def watch_files(files: list[Path], ended: Event, every: float = 0.5) -> Iterator[None]:
    """Yields once at first, and after each change of the files or their neighbours, until it is ended."""
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
    checked = [_check_file(file, values) for file in files]
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in checked], indent=2, ensure_ascii=False))
    for one in checked if not as_json else ():
        for line in one.lines():
            typer.echo(line, err=not one.sound)
    return all(one.sound for one in checked)


@dataclass(frozen=True, slots=True)
class PlanCheckResult:
    """The result for one file: the numbers of its parts, or its faults."""

    file: str
    sound: bool
    counts: dict[str, int]
    faults: list[dict[str, str | int | None]]
    """Each with `line` and `column` (null where the file can't be used at all), `place` and `message`."""

    def lines(self) -> list[str]:
        """The result as text."""
        if self.sound:
            told = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for what, count in self.counts.items())
            return [f"{self.file}: sound. {told}."]
        return [str(fault["told"]) for fault in self.faults]


def _check_file(file: Path, values: list[str] | None) -> PlanCheckResult:
    try:
        plan = _validate(file, values)
    except UnusableInput as reason:
        return PlanCheckResult(str(file), sound=False, counts={}, faults=[_fault_of_file(str(reason))])
    except InvalidDocument as faulty:
        return PlanCheckResult(str(file), sound=False, counts={}, faults=[_fault(fault, file) for fault in faulty.faults])
    counts = {"phase": len(plan.phases), "milestone": len(plan.milestones), "parameter": len(plan.parameters)}
    counts |= {"child program": len(plan.programs)} if plan.programs else {}
    return PlanCheckResult(str(file), sound=True, counts=counts, faults=[])


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
    plan = load_plan(file, values)
    typer.echo(as_mermaid(plan) if mermaid else as_text(plan), nl=False)


def load_plan(file: Path, values: list[str] | None) -> Plan:
    """The validated plan of a file. Exits with all faults if there are any."""
    try:
        return _validate(file, values)
    except UnusableInput as reason:
        exit_with_faults(str(reason))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, file))


def _validate(file: Path, values: list[str] | None) -> Plan:
    """The validated plan of a file. Raises UnusableInput or InvalidDocument."""
    plan = load_document(file)
    return validate_plan(plan, parse_values(values), child_plans(plan, file))


def load_document(file: Path) -> ParsedDocument:
    """The parsed text of a file. Raises UnusableInput where it can't be read, InvalidDocument where it is not valid YAML."""
    try:
        with file.open("rb") as held:
            content = held.read(LARGEST_DOCUMENT + 1)
    except FileNotFoundError:
        raise UnusableInput(f"{file}: there is no such file") from None
    except IsADirectoryError:
        raise UnusableInput(f"{file}: is a folder; name the file in it") from None
    except OSError as reason:
        raise UnusableInput(f"{file}: can't be read: {reason.strerror}") from None
    except ValueError:
        raise UnusableInput(f"{str(file)!r}: is no name of a file") from None
    if len(content) > LARGEST_DOCUMENT:
        raise UnusableInput(f"{file}: is larger than {LARGEST_DOCUMENT // 1024} KiB, more than any plan or story")
    try:
        return parse_document(content.decode("utf-8-sig"))
    except UnicodeDecodeError as reason:
        before = content[: reason.start]
        position = (before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise InvalidDocument([Fault((), "this byte is not UTF-8; save the file as UTF-8", position)]) from None


def parse_values(values: list[str] | None) -> dict[str, str | int]:
    """Values of parameters from the command line. Raises UnusableInput."""
    found: dict[str, str | int] = {}
    for value in values or ():
        name, equals, text = value.partition("=")
        if not equals or not name or not text:
            raise UnusableInput(f"--set {value}: write NAME=VALUE, for example --set stability_length=P3M")
        found[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text
    return found


def lines(faulty: InvalidDocument, file: Path) -> list[str]:
    """One line for each fault: file, line, column, what is wrong and what would be right."""
    return [fault.line(str(file)) for fault in faulty.faults]


def exit_with_faults(*messages: str) -> NoReturn:
    """Prints what is wrong and exits with status 1."""
    for message in messages:
        typer.echo(message, err=True)
    raise typer.Exit(1)
