"""Published figures that accompany a plan, recorded in its programs."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.first_people import Person
from cli.home import packaged_plans
from cli.service import ServiceClient

AT_ONCE = 100


async def record_figures(service: ServiceClient, checker: Person, program: dict[str, Any], plans: Path | None = None) -> int:
    """Records the figures of the program's plan, and returns their number. Idempotent.

    Raises Refused.
    """
    files = sorted((plans or packaged_plans()).rglob(f"{program['plan']}/figures.csv"))
    deeds = [deed for file in files[:1] for deed in figures(file)]
    for start in range(0, len(deeds), AT_ONCE):
        acts = [{"key": f"figure-{number}", "deed": deeds[number]} for number in range(start, len(deeds))[:AT_ONCE]]
        await service.send(checker, f"/programs/{program['id']}/acts", {"acts": acts})
    return len(deeds)


def figures(file: Path) -> Iterator[dict[str, Any]]:
    """The figures of a file, as measurements to record."""
    with file.open(newline="", encoding="utf-8") as rows:
        for number, row in enumerate(csv.DictReader(rows), start=1):
            edition = "".join(char if char.isalnum() else "-" for char in row["edition"])[:40]
            yield {
                "kind": "record_measurement",
                "measurement": f"{row['indicator']}.{row['period']}.{edition}.{number}",
                **{name: row[name] for name in ("indicator", "value", "unit", "period", "producer", "edition")},
                "source": f"{row['source']} Licence: {row['licence']}.",
                "retrieved_at": row["retrieved_at"],
            }
