"""`accord source`: ready-made descriptions of producers' sources, for use in plans."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.home import packaged_plans
from cli.plan import exit_with_faults
from cli.source_try import Stored, TryError, choose_check, load_source, try_answers
from rules.field_types import did_you_mean
from rules.language.reading import InvalidDocument

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Ready descriptions of sources, to paste into a plan.")


@app.command("list")
def listed() -> None:
    """List what is ready: each with what its first line says of it."""
    for name, file in _ready().items():
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        typer.echo(f"{name:<20} {first.removeprefix('# ')}")


@app.command()
def show(name: str) -> None:
    """Print one: hosts, sources and an example of a check, as a plan writes them."""
    typer.echo(_one(name).read_text(encoding="utf-8"), nl=False)


@app.command("try")
def try_(  # noqa: PLR0913  each is an option, and named when it is given
    name: str,
    *,
    files: Annotated[
        list[Path], typer.Option("--file", exists=True, dir_okay=False, help="A stored answer; one for each page.")
    ],
    description: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The stored answer that says the edition.")
    ] = None,
    deleted: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="The stored answer that lists deleted events.")
    ] = None,
    check: Annotated[str | None, typer.Option(help="Which of its checks, where there are several.")] = None,
    values: Annotated[list[str] | None, typer.Option("--with", metavar="NAME=VALUE", help="For a {placeholder}.")] = None,
    unit: Annotated[str | None, typer.Option(help="The unit of the indicator.")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the run; left out, today.")] = None,
) -> None:
    """Read stored answers as a check would, and print what would be recorded. Nobody is asked, and nothing is written.

    NAME is a ready source or a file of the same form. The exit status is 1 where nothing is read.
    """
    file = Path(name) if name.endswith((".yaml", ".yml")) else _one(name)
    try:
        plan = load_source(file)
        rule = choose_check(plan, check, dict(_pairs(values or [])))
        day = on.date() if on else datetime.now(UTC).date()
        lines = list(try_answers(plan.sources[rule.source], rule, Stored(tuple(files), description, deleted), day, unit))
    except (TryError, OSError) as why:
        exit_with_faults(str(why))
    except InvalidDocument as faulty:
        exit_with_faults("\n".join(fault.line(str(file)) for fault in faulty.faults))
    for line in lines:
        typer.echo(line)
    if not lines[0].startswith("read:"):
        raise typer.Exit(1)


def _pairs(values: list[str]) -> Iterator[tuple[str, str]]:
    for text in values:
        name, mark, value = text.partition("=")
        if not mark:
            raise TryError(f"{text} is no value; write --with NAME=VALUE.")
        yield name, value


def _one(name: str) -> Path:
    held = _ready()
    if name not in held:
        exit_with_faults(f"{name} is no source that is ready; {did_you_mean(name, held)}")
    return held[name]


def _ready() -> dict[str, Path]:
    return {file.stem: file for file in sorted((packaged_plans() / "sources").glob("*.yaml"))}
