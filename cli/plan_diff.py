"""`accord plan diff`: the differences between two versions of a plan, and who decides on an amendment."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsJson
from cli.plan import UnusableInput, Values, exit_with_faults, lines, load_document, parse_values
from rules.language.plan import Plan
from rules.language.reading import InvalidDocument
from rules.queries.amending import Change, class_of, plan_changes
from rules.validation import validate_plan
from rules.vocabulary.amendments import Version

Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="The plan as it is.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="The plan as it would be.")]


def command(before: Before, after: After, values: Values = None, *, as_json: AsJson = False) -> None:
    """Say what one plan says otherwise than another, place by place.

    It is what an amendment would change. Comments and the order of fields change nothing.
    """
    (plan, old), (_, new) = _version(before, values), _version(after, values)
    changed = plan_changes(old, new)
    if as_json:
        told = [{"place": one.place, "before": one.before, "after": one.after} for one in changed]
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for line in _describe(plan, changed):
        typer.echo(line)


def _version(file: Path, values: list[str] | None) -> tuple[Plan, Version]:
    try:
        text = load_document(file)
        plan = validate_plan(text, parse_values(values))
    except UnusableInput as reason:
        exit_with_faults(str(reason))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, file))
    return plan, Version(text.text, parse_values(values))


def _describe(plan: Plan, changed: tuple[Change, ...]) -> Iterator[str]:
    if not changed:
        yield "Both say the same."
        return
    for one in changed:
        match one.before, one.after:
            case None, now:
                yield f"+ {one.place}: {_format_value(now)}"
            case was, None:
                yield f"- {one.place}: {_format_value(was)}"
            case was, now:
                yield f"~ {one.place}: {_format_value(was)} -> {_format_value(now)}"
    rule = class_of(plan, changed)
    if plan.amendments:
        yield f"As an amendment: decided by {rule.procedure}." if rule else "As an amendment: no class of the plan allows this."


def _format_value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
