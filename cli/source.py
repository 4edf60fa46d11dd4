"""`accord source`: ready descriptions of producers' sources, to be pasted into a plan."""

from pathlib import Path

import typer

from cli.home import our_plans
from cli.plan import refuse
from rules.words import did_you_mean

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
    ready = _ready()
    if name not in ready:
        refuse(f"{name} is no source that is ready; {did_you_mean(name, ready)}")
    typer.echo(ready[name].read_text(encoding="utf-8"), nl=False)


def _ready() -> dict[str, Path]:
    return {file.stem: file for file in sorted((our_plans() / "sources").glob("*.yaml"))}
