"""`python -m tests.api.pages.matrix [FOLDER [MODE…]]`: every page as every role in every mode, and what is wrong with it.

A service of its own has the program of the demonstration and one of those that it opens, with its published figures. With a
folder, a picture of each page in each mode is put there, each page as another role in turn.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.demo import Demo
from cli.service import ServiceClient as Api
from rules.acts import Role
from tests.api.pages.chromium import chromium
from tests.api.pages.looking import MODES, Looker, session_of
from tests.api.pages.pictures import verify_figures
from tests.api.pages.test_every_page import PLACES, paths
from tests.whole.running import Service, service

PARENT = {"piece": "piece-1", "name": "coalition_mission_ended"}
CHILD = {"piece": "none", "name": "flaring_reduced"}


async def prepared(running: Service) -> list[str]:
    """The addresses of all pages of two programs in which much has happened."""
    async with Api(running.api) as api:
        officer = running.people["officer"]
        await Demo(api, running.people, print).run()
        page = await api.read(officer, "/programs", text="Demonstration")
        parent = page["programs"][0]["id"]
        family = await api.read(officer, f"/programs/{parent}/family")
        child = next(one["id"] for one in family["children"] if one["name"] == "natural_resources")
    await verify_figures(running, child)
    return [*_of(parent, PARENT), *(path for path in _of(child, CHILD) if child in path)]


def _of(program: str, places: dict[str, str]) -> Iterator[str]:
    for path in paths(program):
        for name, place in places.items():
            path = re.sub(rf"(?<=/){re.escape(PLACES[name])}(?=$|/)", place, path)  # noqa: PLW2901  one place after another
        yield path


async def looked(running: Service, folder: Path | None, modes: Sequence[str]) -> list[str]:
    """What is wrong, of all pages, roles and modes."""
    pages, wrong, count = await prepared(running), list[str](), 0
    people = [next(one for one in running.people.values() if one.role is role) for role in Role if role is not Role.CLOCK]
    async with chromium() as browser:
        for mode in modes:
            async with Looker.arriving(browser, running.api, mode) as looker:
                for seat, person in enumerate(people):
                    await looker.seat(await session_of(running.api, person.token))
                    for number, path in enumerate(pages):
                        found = await looker.faults(path)
                        wrong += [f"{mode}, {person.role}: {fault}" for fault in found]
                        count += 1
                        if folder is not None and (number + seat) % len(people) == 0:
                            named = re.sub(r"\W+", "-", path[-70:]).strip("-") or "desk"
                            await looker.page.screenshot(path=folder / f"{number:02}-{named}-{mode}.png", full_page=True)
    print(f"{count} pages were looked at.")  # noqa: T201  a command
    return wrong


def main() -> None:
    pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="accord-matrix-") as folder:
        Path(folder).chmod(0o711)
        with service(Path(folder) / "home") as running:
            wrong = asyncio.run(looked(running, pictures, sys.argv[2:] or [*MODES]))
    print("\n".join(wrong) or "Nothing is wrong.")  # noqa: T201  a command
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
