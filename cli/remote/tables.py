"""Output of responses: as JSON, or as tables and lines in which text of others is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def as_json(answer: Any) -> None:
    """Prints the response as the API gives it, for programs."""
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def console(*, errors: bool = False) -> Console:
    """A console without markup, so that brackets in others' text are printed literally."""
    return Console(markup=False, highlight=False, stderr=errors)


def print_lines(table: Table, lines: Sequence[Any]) -> None:
    """Prints the table, or that it is empty."""
    console().print(table if lines else "Nothing.")


def print_table(columns: Mapping[str, str], lines: Sequence[Mapping[str, Any]]) -> None:
    """Prints columns by heading; each value is found by a path such as `finding.sentence`."""
    table = Table(*(Column(head, overflow="fold") for head in columns))
    for line in lines:
        table.add_row(*(cell(value_at(line, path)) for path in columns.values()))
    print_lines(table, lines)


def value_at(answer: Any, path: str) -> Any:
    """The value at a path; None where it does not exist."""
    for name in path.split("."):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def cell(value: Any) -> str:
    """A value as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return day(value) if INSTANT.fullmatch(value) else value
        case list():
            return "\n".join(
                cell(one.get("sentence") or one.get("name") or one) if isinstance(one, dict) else cell(one) for one in value
            )
        case dict():
            return "\n".join(f"{name} {cell(one)}" for name, one in value.items() if one not in (None, "0", 0))
        case _:
            return str(value)


def day(instant: str | None) -> str:
    """An instant to the minute, in UTC."""
    return instant[:16].replace("T", " ") if instant else ""


def doer(who: Mapping[str, Any] | None) -> str:
    """The person and role of an entry."""
    if not who:
        return "follows by the plan"
    return f"{who['person']} ({who['role']}{' of ' + who['party'] if who.get('party') else ''})"
