"""`accord source`, as somebody types it."""

import typer
from typer.testing import CliRunner, Result

from cli import source
from cli.home import our_plans

app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(source.app, name="source")


def accord(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_what_is_ready_is_listed_with_what_it_is() -> None:
    lines = accord("source", "list").stdout.splitlines()
    assert len(lines) == len(list((our_plans() / "sources").glob("*.yaml")))
    assert any(line.startswith("owid-co2 ") and "Global Carbon Budget" in line for line in lines)


def test_one_is_printed_as_it_goes_into_a_plan() -> None:
    printed = accord("source", "show", "worldbank-wdi")
    assert printed.exit_code == 0
    assert printed.stdout == (our_plans() / "sources" / "worldbank-wdi.yaml").read_text(encoding="utf-8")


def test_an_unknown_one_is_told_with_what_may_be_meant() -> None:
    result = accord("source", "show", "worldbank-wdj")
    assert result.exit_code == 1
    assert "did you mean worldbank-wdi" in result.stderr
