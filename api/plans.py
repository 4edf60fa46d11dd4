"""The plans that this service keeps and starts by name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from rules.reading import Faulty, read
from rules.words import did_you_mean


class PlanUnreadable(Exception):
    """A name that is no plan's, or a kept plan that cannot be read."""

    def __init__(self, detail: str, accepted: str) -> None:
        super().__init__(detail)
        self.accepted = accepted


def names(folder: Path) -> list[str]:
    """The names of the plans in a folder: those of its folders that hold a plan.yaml."""
    return sorted(path.parent.name for path in folder.glob("*/plan.yaml"))


def named_plan(folder: Path, name: str) -> dict[str, Any]:
    """A plan's document by its name. Raises PlanUnreadable."""
    known = names(folder)
    if name not in known:
        raise PlanUnreadable(f"{name} is no plan kept here.", did_you_mean(name, known))
    path = folder / name / "plan.yaml"
    return _document(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _document(path: Path, _changed: int) -> dict[str, Any]:
    try:
        data = read(path.read_text("utf-8")).data
    except (Faulty, UnicodeDecodeError) as error:
        raise PlanUnreadable(
            f"The plan {path.parent.name} cannot be read.", "a plan that `accord plan check` accepts"
        ) from error
    if not isinstance(data, dict):
        raise PlanUnreadable(f"The plan {path.parent.name} is no mapping.", "a plan that `accord plan check` accepts")
    return data
