"""`accord plan new`: a new plan from a template, with a few questions."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli.home import packaged_plans
from cli.plan import exit_with_faults, lines
from rules.field_types import did_you_mean
from rules.language.parameters import parse_plan
from rules.language.plan import Plan
from rules.language.reading import InvalidDocument, ParsedDocument, parse_document
from rules.text_formats import HYPHENED, mismatch
from rules.validation import validate_plan

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where plan.yaml is written; its name becomes the plan's.")]
From = Annotated[str | None, typer.Option("--from", metavar="TEMPLATE", help="One of plans/templates; asked for if left out.")]


def command(folder: Folder, template: From = None) -> None:
    """Write a plan of your own out of a template: its title, source, time zone and parties are asked for."""
    file = folder / "plan.yaml"
    if file.exists():
        exit_with_faults(f"{file}: there is a plan already; name another folder")
    if not re.fullmatch(HYPHENED, folder.name):
        exit_with_faults(f"{folder.name}: {mismatch(HYPHENED)}")
    known = templates()
    name = template or typer.prompt(f"Template ({', '.join(known)})", default=known[0])
    if name not in known:
        exit_with_faults(f"{name} is no template; {did_you_mean(name, known)}")
    found = parse_document((packaged_plans() / "templates" / name / "plan.yaml").read_text(encoding="utf-8"))
    text = _fill_in(found, parse_plan(found), folder.name)
    try:
        validate_plan(parse_document(text))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, file))
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    typer.echo(f"{file} is written. Read its comments, then: accord plan check {file}")


def templates() -> list[str]:
    """The names of the packaged templates."""
    return sorted(file.parent.name for file in (packaged_plans() / "templates").glob("*/plan.yaml"))


def _fill_in(found: ParsedDocument, plan: Plan, name: str) -> str:
    """A template's text with the answers filled in."""
    text = found.text
    for party, rule in plan.parties.items():
        answer = typer.prompt(f"Name of the party {party}", default=rule.name)
        text = re.sub(
            rf"(?m)^(  {party}:\s*(?:\{{|\n    )name: ){re.escape(rule.name)}(?=[,}}\n])", _ask(answer), text, count=1
        )
    answers = {
        "plan": name,
        "title": typer.prompt("Title", default=plan.title),
        "source": typer.prompt("Source: which text it puts into force", default="Not yet said."),
        "time_zone": typer.prompt("Time zone", default=plan.time_zone),
    }
    for field, answer in answers.items():
        text = re.sub(rf"(?m)^({field}: ).*\n(?:[ ]+.*\n)*", _ask(answer, "\n"), text, count=1)
    return text


def _ask(answer: str, end: str = "") -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}{json.dumps(answer, ensure_ascii=False)}{end}"
