"""`accord rehearse`: runs a story on a plan in simulated time, without a server."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.plan import UnusableInput, Values, exit_with_faults, lines, load_document, parse_values
from cli.plan_lookup import child_plans
from rules.entries import Entry
from rules.language.plan import Plan
from rules.language.reading import InvalidDocument, ParsedDocument, validate
from rules.rehearsal.rehearse import rehearse
from rules.rehearsal.story import Story
from rules.rehearsal.timeline import FailedExpectation, Rehearsal, TimelineItem
from rules.releases.totals import totals
from rules.sentences import fact_sentence
from rules.text_formats import STORY_TIME, mismatch
from rules.times import local_time
from rules.validation import validate_plan

Files = Annotated[
    list[Path], typer.Argument(metavar="[PLAN] STORY", help="The story, and before it a plan in place of its own.")
]
"""A story names its plan; a plan before it replaces that one."""
Effects = Annotated[bool, typer.Option("--effects/--acts-only", help="Print what follows from each act as well.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no timeline, only whether it went as expected.")]


Until = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="As far as this time, as 2025-03-01T09:00 in the plan's zone; or on to it with nobody acting."
    ),
]


def command(files: Files, values: Values = None, *, until: Until = None, effects: Effects = True, quiet: Quiet = False) -> None:
    """Tell a story on a plan, and say where it went otherwise than expected.

    The exit status is 1 if an expectation is broken, or if the story can't be told.
    """
    if len(files) > 2:
        exit_with_faults("Give a story, or a plan and a story: accord rehearse [PLAN] STORY")
    if until is not None and not re.fullmatch(STORY_TIME, until):
        exit_with_faults(f"--until {until}: {mismatch(STORY_TIME)}")
    story_file, plan_file = files[-1], files[0] if len(files) == 2 else None
    story, script = _story(story_file, values)
    plan_file = plan_file or story_file.parent / story.plan
    rehearsal = _rehearsal(story, script, story_file, plan_file, until)
    if not quiet:
        _print(story, rehearsal, effects=effects)
    if rehearsal.broken:
        exit_with_faults(*(line for one in rehearsal.broken for line in _broken(one, rehearsal, story_file)))
    if until is not None:
        typer.echo(f"{story_file}: as expected until {until} ({len(rehearsal.timeline)} acts).")
        return
    expectations = sum(len(step.expect) + (step.refused is not None) for step in story.steps)
    typer.echo(f"{story_file}: as expected ({expectations} expectations, {len(rehearsal.timeline)} acts).")


AROUND = 6
"""Ledger lines to print before a failed expectation, and half as many after it."""


def _broken(one: FailedExpectation, rehearsal: Rehearsal, story_file: Path) -> Iterator[str]:
    """A failed expectation, and the entries around it."""
    yield one.fault.line(str(story_file))
    plan, before, then = rehearsal.program.plan, rehearsal.timeline[: one.after], rehearsal.timeline[one.after :]
    earlier = [line for happened in before[-AROUND:] for line in _lines(happened, plan, effects=True)]
    yield from (f"    {line}" for line in earlier[-AROUND:])
    yield "    (here it was expected)"
    later = [line for happened in then[:AROUND] for line in _lines(happened, plan, effects=True)]
    yield from (f"    {line}" for line in later[: AROUND // 2])


def _story(file: Path, values: list[str] | None) -> tuple[Story, ParsedDocument]:
    try:
        script = load_document(file)
        story = validate(Story, script)
        return story.model_copy(update={"parameters": {**story.parameters, **parse_values(values)}}), script
    except UnusableInput as reason:
        exit_with_faults(str(reason))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, file))


def _rehearsal(story: Story, script: ParsedDocument, story_file: Path, plan_file: Path, until: str | None) -> Rehearsal:
    try:
        plan = load_document(plan_file)
        programs = child_plans(plan, plan_file)
        validate_plan(plan, story.parameters, programs)  # its faults belong to the plan's file, not to the story's
    except UnusableInput as reason:
        exit_with_faults(str(reason))
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, plan_file))
    try:
        return rehearse(story, script, plan, programs, until=until)
    except InvalidDocument as faulty:
        exit_with_faults(*lines(faulty, story_file))


def _print(story: Story, rehearsal: Rehearsal, *, effects: bool) -> None:
    plan = rehearsal.program.plan
    typer.echo(f"{story.story}\n{plan.title}, times of {plan.time_zone}\n")
    for happened in rehearsal.timeline:
        for line in _lines(happened, plan, effects=effects):
            typer.echo(line)
    for unit, accounts in totals(rehearsal.program).items():
        held = ", ".join(f"{account} {amount:f}" for account, amount in accounts.items() if amount)
        typer.echo(f"All releases in {unit}: {held}")
    typer.echo("")


def _lines(happened: TimelineItem, plan: Plan, *, effects: bool) -> Iterator[str]:
    """An act and, indented, its effects; effects of clocks stand at their own time."""
    at = local_time(happened.at, plan.time_zone)
    if happened.refused is not None:
        yield f"{at}  {happened.who}: {happened.what} REFUSED, {happened.refused.code}: {happened.refused.reason}"
    for entry in happened.entries:
        if entry.actor is not None:
            yield f"{at}  {entry.actor.person}: {fact_sentence(entry.fact, plan)}"
        elif effects:
            when = local_time(_effective(entry), plan.time_zone)
            yield f"{when}  - {fact_sentence(entry.fact, plan)}"


def _effective(entry: Entry) -> datetime:
    """The time at which an effect is valid: a clock that strikes late counts from its due time."""
    at = getattr(entry.fact, "effective_at", None) or getattr(entry.fact, "due_at", None)
    return at if isinstance(at, datetime) else entry.at
