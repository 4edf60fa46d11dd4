"""The plans that this service keeps and starts by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from db.plan_reader import PlanReader
from rules.acts import ChildPlan
from rules.field_types import did_you_mean
from rules.language.declared import ChildChoice, agreed_children, declarations_of
from rules.language.reading import InvalidDocument


class PlanUnreadable(Exception):
    """A name that is no plan's, or a kept plan that cannot be read."""

    def __init__(self, detail: str, accepted: str) -> None:
        super().__init__(detail)
        self.accepted = accepted


def names(folder: Path) -> list[str]:
    """The names of the plans in a folder and below: those of its folders that hold a plan.yaml."""
    return sorted(_files(folder))


def named_plan(folder: Path, name: str) -> str:
    """A plan's text by its name. Raises PlanUnreadable."""
    files = _files(folder)
    if name not in files:
        raise PlanUnreadable(f"{name} is no plan kept here.", did_you_mean(name, files))
    try:
        return files[name].read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanUnreadable(f"The plan {name} cannot be read.", "a plan that `accord plan check` accepts") from error


async def child_plans(
    reader: PlanReader, folder: Path, document: str, chosen: Mapping[str, ChildChoice]
) -> dict[str, ChildPlan] | None:
    """What is agreed for the child programs of a plan: as chosen, or by the names of their plans.

    None for a plan without any, and for one that cannot be read, whose faults the law tells. Raises
    PlanUnreadable, ReaderBusy, and InvalidDocument for a choice about a program that the plan does not have.
    """
    for text in (document, *_documents(chosen)):
        await reader.prefetch_declared(text)
    try:
        plan = declarations_of(document)
    except InvalidDocument:
        return None
    return agreed_children(plan, partial(named_plan, folder), chosen) or None


def _documents(chosen: Mapping[str, ChildChoice]) -> Iterator[str]:
    for choice in chosen.values():
        if choice.document is not None:
            yield choice.document
        yield from _documents(choice.programs)


def _files(folder: Path) -> dict[str, Path]:
    # The one nearest to the top, where two have a name.
    found = sorted(folder.rglob("plan.yaml"), key=lambda path: (-len(path.parts), path))
    return {path.parent.name: path for path in found}
