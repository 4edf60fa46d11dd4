"""`accord login`, `programs`, `show`, `blocking`, `ledger`: what a member reads every day, as tables or as JSON."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from cli.addresses import AsJson
from cli.remote.asking import Asked, as_json, ask
from cli.remote.login import Login, keep, login_file
from rules.vocabulary.standing import Standing

Named = Annotated[str, typer.Argument(metavar="PROGRAM", help="Its id, or the beginning of it that no other has.")]
Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Lines at most.")]


def login(
    address: Annotated[str, typer.Argument(help="Where the service is, as https://accord.example.")] = "http://127.0.0.1:8000",
    *,
    token: Annotated[
        str, typer.Option(envvar="ACCORD_TOKEN", prompt="Token", hide_input=True, help="Better left out: it is asked for.")
    ],
) -> None:
    """Keep the address of a service and a token, for the commands that follow. Only this user can read them."""
    given = Login(address.rstrip("/"), token.strip())
    if given.api.startswith("http://") and not given.api.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
        typer.echo("accord: the token goes to this address unencrypted; others on the way can read it", err=True)
    me = ask(lambda asked: asked.read("/me", limit=1), given)
    file = keep(given)
    of = f" of {me['party']}" if me["party"] else ""
    typer.echo(f"You are {me['person']}, {me['role']}{of}, until {_day(me['expires_at'])} UTC. Kept in {file}.")


def logout() -> None:
    """Forget the address and the token. The token itself stays valid until it is revoked."""
    login_file().unlink(missing_ok=True)


def programs(  # noqa: PLR0913  each is an option of the command
    *,
    plan: Annotated[str | None, typer.Option(help="Of this plan.")] = None,
    phase: Annotated[str | None, typer.Option(help="With this phase open.")] = None,
    standing: Annotated[Standing | None, typer.Option(help="That stand so.")] = None,
    party: Annotated[str | None, typer.Option(help="With this party.")] = None,
    limit: Most = 50,
    json: AsJson = False,
) -> None:
    """List the programs that you may know of, newest first."""
    lines = ask(
        lambda asked: asked.lines("/programs", "programs", limit, plan=plan, phase=phase, standing=standing, party=party)
    )
    if json:
        as_json(lines)
        return
    table = Table(Column("program", width=36, no_wrap=True), "how it stands", "next date")
    for line in lines:
        opened = f"{line['standing']}: {', '.join(line['open_phases'])}" if line["open_phases"] else line["standing"]
        table.add_row(f"{line['id']}\n{line['title']}", opened, _day(line["next_due"]))
    _print(table, lines)


def show(program: Named, *, json: AsJson = False) -> None:
    """Show how a program stands: its phases, what it waits for, and its next dates."""

    async def shown(asked: Asked) -> Any:
        return await asked.read(f"/programs/{await asked.program(program)}")

    answer = ask(shown)
    if json:
        as_json(answer)
        return
    console = _console()
    console.print(f"{answer['title']} ({answer['plan']}) is {answer['standing']}, as of entry {answer['seq']}.")
    phases = Table("phase", "status", "first of what blocks it")
    for phase in answer["phases"]:
        blocks = phase["blocking"]
        more = f" (and {len(blocks) - 1} more)" if len(blocks) > 1 else ""
        phases.add_row(phase["name"], phase["status"], f"{blocks[0]['sentence']}{more}" if blocks else "")
    console.print(phases)
    clocks = Table("on", "happens, if nobody acts")
    for clock in answer["clocks"][:10]:
        clocks.add_row(_day(clock["due_at"]), clock["note"])
    console.print(clocks)


def blocking(program: Named, *, json: AsJson = False) -> None:
    """Say what blocks the next gates, who owes the next act, and since when."""

    async def found(asked: Asked) -> Any:
        return await asked.read(f"/programs/{await asked.program(program)}/blocking")

    answer = ask(found)
    if json:
        as_json(answer)
        return
    table = Table("gate", "what is missing", "owes", "since")
    for block in answer["gates"]:
        table.add_row(f"{block['gate']} of {block['phase']}", block["sentence"], ", ".join(block["owes"]), _day(block["since"]))
    _print(table, answer["gates"])


def owed(
    *,
    party: Annotated[str | None, typer.Option(help="What this party or body owes, in place of what you could do.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    due_before: Annotated[str | None, typer.Option(help="Only what is due before this instant.")] = None,
    limit: Most = 50,
    json: AsJson = False,
) -> None:
    """Say what is owed in all programs, soonest due first: by you, or by a party."""
    late = "true" if overdue else None
    lines = ask(lambda asked: asked.lines("/owed", "owed", limit, party=party, overdue=late, due_before=due_before))
    if json:
        as_json(lines)
        return
    table = Table("due", "owed by", "what", "in")
    for line in lines:
        late_since = f"\noverdue since {_day(line['overdue_since'])}" if line["overdue_since"] else ""
        due = _day(line["due"] or line["milestone_due_revised"])
        table.add_row(f"{due}{late_since}", line["party"], f"{line['kind']}: {line['title']}", line["program_title"])
    _print(table, lines)


def ledger(  # noqa: PLR0913  each is an option of the command
    program: Named,
    *,
    kind: Annotated[str | None, typer.Option(help="Facts of this kind.")] = None,
    actor: Annotated[str | None, typer.Option(help="Caused by this person.")] = None,
    subject: Annotated[str | None, typer.Option(help="About this milestone, phase, incident or evidence.")] = None,
    since: Annotated[str | None, typer.Option(help="Recorded at or after this instant.")] = None,
    newest_first: Annotated[bool, typer.Option("--newest-first", help="The other way round.")] = False,
    limit: Most = 100,
    json: AsJson = False,
) -> None:
    """Print a program's ledger, oldest first unless asked otherwise."""
    order = "newest_first" if newest_first else None

    async def found(asked: Asked) -> list[dict[str, Any]]:
        path = f"/programs/{await asked.program(program)}/ledger"
        return await asked.lines(path, "entries", limit, kind=kind, actor=actor, subject=subject, since=since, order=order)

    entries = ask(found)
    if json:
        as_json(entries)
        return
    table = Table(Column("seq", justify="right"), "recorded", "by", "what")
    for entry in entries:
        fact, who = entry["fact"], entry["actor"]
        about = next((str(fact[name]) for name in ABOUT if isinstance(fact.get(name), str)), "")
        by = f"{who['person']} ({who['role']}{' of ' + who['party'] if who.get('party') else ''})" if who else "follows by law"
        table.add_row(
            str(entry["seq"]), f"{entry['at'][:16].replace('T', ' ')}", by, f"{fact['kind'].replace('_', ' ')} {about}"
        )
    _print(table, entries)


ABOUT = (
    "evidence",
    "measurement",
    "milestone",
    "incident",
    "phase",
    "proposal",
    "dispute",
    "snapback",
    "release",
    "check",
    "clock",
)
"""Fields by which a fact is told from others of its kind, the narrowest first."""


def _print(table: Table, lines: list[Any]) -> None:
    _console().print(table if lines else "Nothing.")


def _console() -> Console:
    """What others have written is shown as it is: brackets in it are no markup."""
    return Console(markup=False, highlight=False)


def _day(instant: str | None) -> str:
    return instant[:16].replace("T", " ") if instant else ""
