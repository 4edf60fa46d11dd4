"""What a fresh data folder needs before somebody can use it: tokens, the report's program, its real figures.

Every step is an act with a key of its own, so that a first run that was interrupted is simply gone through again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cli import cast
from cli.cast import Person
from cli.figures import record_figures
from cli.home import Home
from cli.service import Refused, Service

PLAN = "us-iraq-reset"


def sign_in_link(address: str, person: Person) -> str:
    """Signs a person in to the pages. What stands after `#` is sent to no server and stands in no log of one."""
    return f"{address}/sign-in#{person.token}"


async def first_run(api: str, database_url: str, home: Home, plans: Path, say: Callable[[str], None]) -> None:
    """Called each time the API has become ready. Starts the program once, and records each plan's figures once there is
    a program that follows it: those of child programs wait until their phase has opened them.

    Says once by which links people sign in.
    """
    if not home.tokens.exists():
        cast.write(home.tokens, await cast.issue_cast(database_url))
        say("These links sign people in, and are shown this once. Each is as secret as the token in it.")
        for person in cast.read(home.tokens):
            say(f"  {person.name:20} {sign_in_link(api, person)}")
    people = {person.name: person for person in cast.read(home.tokens)}
    done = home.folder / "first-run"
    async with Service(api) as service:
        if not done.exists():
            body = cast.start_of(tuple(people.values()), PLAN)
            started = await service.write(people["officer"], "/programs", body, key="first-program")
            done.write_text(f"{started['program']}\n")
            say(f"Started the program {PLAN} ({started['program']}).")
        try:
            family = await service.read(people["officer"], f"/programs/{done.read_text().strip()}/family")
        except Refused:
            return  # it stands in another database than the one in use now
        for program in (family, *family["children"]):
            recorded = home.folder / "figures" / program["plan"]
            if program["open_phases"] is None or recorded.exists():
                continue
            count = await record_figures(service, people["checker"], program, plans)
            recorded.parent.mkdir(exist_ok=True)
            recorded.touch()
            if count:
                say(f"Recorded {count} figures for the indicators of {program['title']}.")
