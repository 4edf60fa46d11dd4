"""Plans that are kept in a folder of the service and can be started by name."""

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
    """An unknown plan name, or a plan file that cannot be read."""

    def __init__(self, detail: str, accepted: str) -> None:
        super().__init__(detail)
        self.accepted = accepted


def plan_names(folder: Path) -> list[str]:
    """The names of the plans in a folder and below: of each folder that holds a plan.yaml."""
    return sorted(_files(folder))


def load_plan_text(folder: Path, name: str) -> str:
    """The text of a plan. Raises PlanUnreadable."""
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
    """The plans for the child programs of a plan: those chosen, or those that it names.

    None for a plan without child programs, and for one that cannot be parsed, whose faults the law reports. Raises
    PlanUnreadable, ReaderBusy, and InvalidDocument for a choice about a program that the plan does not have.
    """
    for text in (document, *_documents(chosen)):
        await reader.prefetch_declared(text)
    try:
        plan = declarations_of(document)
    except InvalidDocument:
        return None
    return agreed_children(plan, partial(load_plan_text, folder), chosen) or None


def _documents(chosen: Mapping[str, ChildChoice]) -> Iterator[str]:
    for choice in chosen.values():
        if choice.document is not None:
            yield choice.document
        yield from _documents(choice.programs)


def _files(folder: Path) -> dict[str, Path]:
    # Of two with one name, the one nearest to the top.
    found = sorted(folder.rglob("plan.yaml"), key=lambda path: (-len(path.parts), path))
    return {path.parent.name: path for path in found}
