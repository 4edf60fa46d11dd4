"""`python -m tests.api.pages.pictures`: takes the pictures of docs/pictures from a service of its own, in light and in dark.

The service has the program of the demonstration and those that it opens, with their published figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeAlias

from cli.demo import Demo
from cli.service import ServiceClient as Api
from tests.api.pages.chromium import chromium
from tests.api.pages.visitor import Visitor
from tests.whole.running import Service, service

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
SIZE = {"width": 960, "height": 680}
MOST_BYTES = 120_000

Scheme: TypeAlias = Literal["light", "dark"]
Shot: TypeAlias = Callable[[Visitor, dict[str, str]], Awaitable[None]]


async def _desk(visitor: Visitor, _: dict[str, str]) -> None:
    await visitor.open("/")


async def _program(visitor: Visitor, ids: dict[str, str]) -> None:
    await visitor.open(f"/programs/{ids['parent']}")


async def _milestone(visitor: Visitor, ids: dict[str, str]) -> None:
    await visitor.open(f"/programs/{ids['natural_resources']}/milestones/flaring_reduced")
    await visitor.page.get_by_role("heading", name="Gas flaring in Iraq").scroll_into_view_if_needed()


async def _preview(visitor: Visitor, ids: dict[str, str]) -> None:
    await visitor.open(f"/programs/{ids['parent']}/act/suspend_program")
    await visitor.fill(reason="Consultations about the announcement of the program.")
    await visitor.preview()


async def _ledger(visitor: Visitor, ids: dict[str, str]) -> None:
    await visitor.open(f"/programs/{ids['parent']}/ledger")


PICTURES: dict[str, tuple[str, Shot]] = {
    "desk": ("us-recorder", _desk),
    "program": ("us-recorder", _program),
    "milestone": ("jcc-verifier", _milestone),
    "preview": ("us-representative", _preview),
    "ledger": ("us-recorder", _ledger),
}
"""Who sees it, and how they come there."""


async def take(running: Service) -> None:
    """All pictures. Raises ValueError for one that is larger than a page of the documentation should load."""
    async with Api(running.api) as api:
        await Demo(api, running.people, print).run()
        officer = running.people["officer"]
        page = await api.read(officer, "/programs", text="Demonstration")
        ids = {"parent": page["programs"][0]["id"]}
        family = await api.read(officer, f"/programs/{ids['parent']}/family")
        ids |= {child["name"]: child["id"] for child in family["children"]}
    await verify_figures(running, ids["natural_resources"])
    schemes: tuple[Scheme, ...] = ("light", "dark")
    async with chromium() as browser:
        for scheme in schemes:
            async with Visitor.arriving(browser, running.api, viewport=SIZE, color_scheme=scheme) as visitor:
                for name, (person, shot) in PICTURES.items():
                    await visitor.sign_in(running.people[person].token)
                    await shot(visitor, ids)
                    file = FOLDER / f"{name}-{scheme}.png"
                    taken = await visitor.page.screenshot(path=file)
                    if len(taken) > MOST_BYTES:
                        raise ValueError(f"{file.name} has {len(taken)} bytes")


async def verify_figures(running: Service, program: str) -> None:
    """All that are published of a child program, with one signature."""
    async with chromium() as browser, Visitor.arriving(browser, running.api) as verifier:
        await verifier.sign_in(running.people["jcc-verifier"].token)
        await verifier.open(f"/programs/{program}/together/verify")
        await verifier.click("Choose all")
        await verifier.do()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="accord-pictures-") as folder:
        Path(folder).chmod(0o711)
        with service(Path(folder) / "home") as running:
            asyncio.run(take(running))


if __name__ == "__main__":
    main()
