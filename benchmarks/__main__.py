"""Command line of the benchmarks: choose parts and sizes; without arguments all of it, in about half an hour on two cores."""

from __future__ import annotations

import os
import platform
from typing import Annotated

import typer

from api.rate_limit import UNITS_PER_MINUTE
from benchmarks import acts, burst, checks, clock, lag, memory, open_programs, owed, pages, restart, size, telemetry, worst
from benchmarks.stage import stage

PARTS = (
    "list",
    "owed",
    "acts",
    "family",
    "reset",
    "hot",
    "entries",
    "restart",
    "lag",
    "strikes",
    "burst",
    "drain",
    "clock",
    "open",
    "checks",
    "pages",
    "seen",
    "alone",
    "worst",
)

Parts = Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(PARTS)}; all of them if left out.")]


def main(  # noqa: C901, PLR0912, PLR0913, PLR0917  one option and one branch a part
    parts: Parts = None,
    rounds: Annotated[int, typer.Option(help="Times that each comparison is made; medians are shown.")] = 5,
    seconds: Annotated[float, typer.Option(help="Length of one slice of load.")] = 2,
    programs: Annotated[int, typer.Option(help="Programs that acts are spread over.")] = 200,
    clients: Annotated[str, typer.Option(help="Numbers of clients.")] = "1,16,64",
    children: Annotated[int, typer.Option(help="Child programs of one parent.")] = 20,
    entries: Annotated[int, typer.Option(help="Length of the long program.")] = 10_000,
    listed: Annotated[int, typer.Option(help="Programs in the long list.")] = 20_000,
    timers: Annotated[int, typer.Option(help="Open programs with a timer.")] = 1_000,
    opened: Annotated[int, typer.Option(help="Open programs that are weighed.")] = 10_000,
    due: Annotated[int, typer.Option(help="Checks that are due in one minute.")] = 500,
) -> None:
    """How fast it is here: tables on stdout, nothing else is written."""
    chosen = parts or list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    numbers = [int(number) for number in clients.split(",")]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it begins")
    with stage() as here:
        memory.measure_memory(here, "with nothing to do")
        if "list" in chosen:  # first, while there are few programs
            size.measure_long_list(here, listed, rounds)
        if "owed" in chosen:
            owed.measure_owed(here, listed, rounds)
        if "acts" in chosen:
            acts.against_floor(here, numbers, rounds, seconds, programs)
        if "family" in chosen:
            acts.family_against_floor(here, [number for number in numbers if number <= children], rounds, children)
        if "reset" in chosen:
            acts.reset_against_floor(here, numbers, max(10, programs // 4))
        if "hot" in chosen:
            acts.measure_hot_program(here, [number for number in numbers if number > 1], rounds, seconds)
        if "entries" in chosen:
            size.measure_long_program(here, entries, rounds)
        if "restart" in chosen:
            restart.measure_restart(here, 2 * entries, rounds)
        if "lag" in chosen:
            lag.measure_lag(here, [100, 1000], 5 * seconds, programs)
        if "strikes" in chosen:
            lag.measure_strikes(here, timers, ahead=timers * 0.1, spread=timers * 0.03)
        if "burst" in chosen:
            burst.measure_starts(here, programs, min(rounds, 3), seconds)
        if "drain" in chosen:
            burst.measure_drain(here, timers)
        if "clock" in chosen:
            clock.measure_clock(here, timers // 10)
        if "open" in chosen:
            open_programs.measure_open_programs(here, opened)
        if "checks" in chosen:
            checks.measure_checks(here, due)
        if "pages" in chosen:
            pages.measure_pages(here, entries, rounds, seconds)
        if "seen" in chosen:
            telemetry.measure_telemetry(here, [number for number in numbers if number > 1], rounds, seconds, programs)
        if "alone" in chosen:  # last, since it leaves a backlog for the worker
            acts.alone_against_floor(here, numbers, rounds, seconds, programs)
        memory.measure_memory(here, "after all that")
    if "worst" in chosen:  # with a service's usual rate limits
        with stage(expensive_a_minute=UNITS_PER_MINUTE) as here:
            worst.measure_attack(here, 30 * seconds, entries * 65 // 100)


if __name__ == "__main__":
    typer.run(main)
