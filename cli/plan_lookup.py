"""Lookup of plans that a plan names: beside its file, then among the packaged ones."""

from __future__ import annotations

from pathlib import Path

from api.plans import PlanUnreadable, load_plan_text
from cli.home import packaged_plans
from rules.acts import ChildPlan
from rules.language.declared import agreed_children, read_declarations
from rules.language.reading import ParsedDocument


def child_plans(document: ParsedDocument, file: Path) -> dict[str, ChildPlan]:
    """The plans of the child programs of a plan. Raises InvalidDocument."""
    return agreed_children(read_declarations(document), lambda name: _found(name, file.absolute().parent))


def _found(name: str, folder: Path) -> str | None:
    for around in (folder, folder.parent):
        for pattern in (f"{name}.yaml", f"{name}/plan.yaml", f"*/{name}/plan.yaml"):
            for file in sorted(around.glob(pattern)):
                return _text(file)
    try:
        return load_plan_text(packaged_plans(), name)
    except PlanUnreadable:
        return None


def _text(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
