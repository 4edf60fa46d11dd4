"""The plans that this service keeps and starts by name."""

from __future__ import annotations

from pathlib import Path

from rules.words import did_you_mean


class PlanUnreadable(Exception):
    """A name that is no plan's, or a kept plan that cannot be read."""

    def __init__(self, detail: str, accepted: str) -> None:
        super().__init__(detail)
        self.accepted = accepted


def names(folder: Path) -> list[str]:
    """The names of the plans in a folder: those of its folders that hold a plan.yaml."""
    return sorted(path.parent.name for path in folder.glob("*/plan.yaml"))


def named_plan(folder: Path, name: str) -> str:
    """A plan's text by its name. Raises PlanUnreadable."""
    known = names(folder)
    if name not in known:
        raise PlanUnreadable(f"{name} is no plan kept here.", did_you_mean(name, known))
    try:
        return (folder / name / "plan.yaml").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanUnreadable(f"The plan {name} cannot be read.", "a plan that `accord plan check` accepts") from error
