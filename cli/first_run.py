"""What a fresh data folder needs before somebody can use it: tokens, the report's program, its real figures.

Every step is an act with a key of its own, so that a first run that was interrupted is simply gone through again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cli import cast
from cli.home import Home
from cli.service import Service

PLAN = "us-iraq-reset"
AT_ONCE = 100


async def first_run(api: str, database_url: str, home: Home, plans: Path, say: Callable[[str], None]) -> None:
    """Called each time the API has become ready; does its work once."""
    if not home.tokens.exists():
        cast.write(home.tokens, await cast.issue_cast(database_url))
    done = home.folder / "first-run"
    if done.exists():
        return
    people = {person.name: person for person in cast.read(home.tokens)}
    async with Service(api) as service:
        members = [person.member.model_dump(mode="json") for person in people.values()]
        started = await service.write(people["officer"], "/programs", {"plan": PLAN, "members": members}, key="first-program")
        program = started["program"]
        deeds = list(figures(plans / PLAN / "figures.csv"))
        for start in range(0, len(deeds), AT_ONCE):
            acts = [
                {"key": f"figure-{start + number}", "deed": deed} for number, deed in enumerate(deeds[start : start + AT_ONCE])
            ]
            await service.send(people["checker"], f"/programs/{program}/acts", {"acts": acts})
    done.write_text(f"{program}\n")
    say(f"Started the program {PLAN} ({program}) and recorded {len(deeds)} figures for its indicators.")


def figures(file: Path) -> Iterator[dict[str, Any]]:
    """The figures beside a plan, as measurements to be recorded."""
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
