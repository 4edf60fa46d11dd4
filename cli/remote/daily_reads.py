"""Commands for frequent reads: `login`, `programs`, `show`, `blocking`, `owed`, `dates`, `ledger`, `changes`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Column, Table

from cli.options import AsJson
from cli.remote.client import Client, run_question
from cli.remote.completion import Named
from cli.remote.login import ADDRESS, TOKEN, Login, login_file, store_login
from cli.remote.tables import as_json, console, day, doer, print_lines, print_table

Most = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Lines at most.")]
At = Annotated[str | None, typer.Option(help="As it was known at this instant, as 2025-03-01T09:00:00+03:00.")]


def login(
    address: Annotated[str, typer.Argument(envvar=ADDRESS, help="Where the service is.")] = "http://127.0.0.1:8000",
    *,
    token: Annotated[
        str, typer.Option(envvar=TOKEN, prompt="Token", hide_input=True, help="Better left out: it is asked for.")
    ],
) -> None:
    """Keep the address of a service and a token, for the commands that follow. Only this user can read them."""
    given = Login(address.rstrip("/"), token.strip())
    if given.api.startswith("http://") and not given.api.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
        typer.echo("accord: the token goes to this address unencrypted; others on the way can read it", err=True)
    person = run_question(lambda client: client.read("/me", limit=1), given)
    file = store_login(given)
    typer.echo(f"{_person(person)} Kept in {file}.")


def logout() -> None:
    """Forget addresses and tokens. The tokens themselves stay valid until they are revoked."""
    login_file().unlink(missing_ok=True)


def me(*, json: AsJson = False) -> None:
    """Say whose token this is, until when it is valid, and in which programs you are a member."""
    answer = run_question(lambda client: client.read("/me"))
    if json:
        as_json(answer)
        return
    typer.echo(_person(answer))
    print_table({"program": "program", "title": "title", "role": "role", "of": "party"}, answer["programs"])


def _person(answer: dict[str, Any]) -> str:
    of = f" of {answer['party']}" if answer["party"] else ""
    return f"You are {answer['person']}, {answer['role']}{of}, until {day(answer['expires_at'])} UTC."


def programs(  # noqa: PLR0913  each is an option of the command
    *,
    plan: Annotated[str | None, typer.Option(help="Of this plan.")] = None,
    phase: Annotated[str | None, typer.Option(help="With this phase open.")] = None,
    standing: Annotated[str | None, typer.Option(help="That stand so.")] = None,
    party: Annotated[str | None, typer.Option(help="With this party.")] = None,
    owes: Annotated[str | None, typer.Option(help="In which this party or body owes something.")] = None,
    text: Annotated[str | None, typer.Option(help="With this in the title or in the plan's name.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="In which something is overdue.")] = False,
    count: Annotated[bool, typer.Option("--count", help="Only how many there are, by standing.")] = False,
    limit: Most = 50,
    json: AsJson = False,
) -> None:
    """List the programs that you may know of, newest first; or count them."""
    late = "true" if overdue else None
    asks = {"plan": plan, "phase": phase, "standing": standing, "party": party, "owes": owes, "text": text, "overdue": late}
    if count:
        _count(run_question(lambda client: client.read("/programs/counts", **asks)), json=json)
        return
    lines = run_question(lambda client: client.lines("/programs", "programs", limit, **asks))
    if json:
        as_json(lines)
        return
    table = Table(Column("program", width=36, no_wrap=True), "how it stands", "next date")
    for line in lines:
        opened = f"{line['standing']}: {', '.join(line['open_phases'])}" if line["open_phases"] else line["standing"]
        late_since = f"\noverdue since {day(line['overdue_since'])}" if line["overdue"] else ""
        table.add_row(f"{line['id']}\n{line['title']}", opened, f"{day(line['next_due'])}{late_since}")
    print_lines(table, lines)


def _count(answer: dict[str, Any], *, json: bool) -> None:
    if json:
        as_json(answer)
        return
    lines = [{"standing": standing, "programs": number} for standing, number in answer["by_standing"].items()]
    print_table(
        {"standing": "standing", "programs": "programs"}, [*lines, {"standing": "overdue", "programs": answer["overdue"]}]
    )


def show(program: Named, *, at: At = None, json: AsJson = False) -> None:
    """Show how a program stands: its phases, what it waits for, and its next dates."""

    async def shown(client: Client) -> Any:
        return await client.read(f"/programs/{await client.program(program)}", at=at)

    answer = run_question(shown)
    if json:
        as_json(answer)
        return
    paper = console()
    paper.print(f"{answer['title']} ({answer['plan']}) is {answer['standing']}, as of entry {answer['seq']}.")
    phases = Table("phase", "status", "first of what blocks it")
    for phase in answer["phases"]:
        blocks = phase["blocking"]
        more = f" (and {len(blocks) - 1} more)" if len(blocks) > 1 else ""
        phases.add_row(phase["name"], phase["status"], f"{blocks[0]['sentence']}{more}" if blocks else "")
    paper.print(phases)
    clocks = Table("on", "happens, if nobody acts")
    for clock in answer["clocks"][:10]:
        clocks.add_row(day(clock["due_at"]), clock["note"])
    paper.print(clocks)


def blocking(program: Named, *, at: At = None, json: AsJson = False) -> None:
    """Say all that blocks a program: gates, reversals, money, what is overdue; and what would bring it on."""

    async def found(client: Client) -> Any:
        return await client.read(f"/programs/{await client.program(program)}/blocking", at=at)

    answer = run_question(found)
    if json:
        as_json(answer)
        return
    gates = Table("gate", "what is missing", "owes", "since")
    for block in answer["gates"]:
        late_since = f"\noverdue since {day(block['overdue_since'])}" if block["overdue_since"] else ""
        acts = ", ".join(dict.fromkeys(act["kind"].replace("_", " ") for act in block["unblocked_by"]))
        missing = f"{block['sentence']}\nBrought on by: {acts}" if acts else block["sentence"]
        owes = ", ".join(block["owes"])
        gates.add_row(f"{block['gate']} of {block['phase']}", missing, owes, f"{day(block['since'])}{late_since}")
    print_lines(gates, answer["gates"])
    for table, lines in (_reversals(answer["reversals"]), _money(answer["money"]), _overdue(answer["overdue"])):
        if lines:
            console().print(table)


def _reversals(lines: list[dict[str, Any]]) -> tuple[Table, list[dict[str, Any]]]:
    table = Table("proposed to be reversed", "why", "owes", "since")
    for line in lines:
        table.add_row(line["title"], line["sentence"], ", ".join(line["owes"]), day(line["since"]))
    return table, lines


def _money(lines: list[dict[str, Any]]) -> tuple[Table, list[dict[str, Any]]]:
    table = Table("money that waits", "for", "suspended, and until when it can be cured")
    for line in lines:
        suspended = [
            f"{one['amount']} {line['unit']} until {day(one['cure_until']) or 'not known'}" for one in line["suspended"]
        ]
        waits = "\n".join(one["sentence"] for one in line["waits_for"])
        table.add_row(line["title"], waits, "\n".join(suspended))
    return table, lines


def _overdue(lines: list[dict[str, Any]]) -> tuple[Table, list[dict[str, Any]]]:
    table = Table("overdue since", "owed by", "what")
    for line in lines:
        table.add_row(day(line["overdue_since"]), line["party"], line["sentence"])
    return table, lines


def owed(  # noqa: PLR0913  each is an option of the command
    *,
    party: Annotated[str | None, typer.Option(help="What this party or body owes, in place of what you could do.")] = None,
    person: Annotated[str | None, typer.Option(help="Or what this person could do.")] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Or all of it.")] = False,
    kind: Annotated[str | None, typer.Option(help="Only acts of this kind, as verification or determination.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    due_before: Annotated[str | None, typer.Option(help="Only what is due before this instant.")] = None,
    limit: Most = 50,
    json: AsJson = False,
) -> None:
    """Say what is owed in all programs, soonest due first: by you, a party, a person, or everybody."""
    asks = {"party": party, "person": person, "whose": "everybody" if everybody else None, "kind": kind}
    when = {"overdue": "true" if overdue else None, "due_before": due_before}
    lines = run_question(lambda client: client.lines("/owed", "owed", limit, **asks, **when))
    if json:
        as_json(lines)
        return
    table = Table("due", "owed by", "what", "in")
    for line in lines:
        late_since = f"\noverdue since {day(line['overdue_since'])}" if line["overdue_since"] else ""
        due = day(line["due"] or line["milestone_due_revised"])
        table.add_row(f"{due}{late_since}", line["party"], f"{line['kind']}: {line['title']}", line["program_title"])
    print_lines(table, lines)


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

    async def found(client: Client) -> list[dict[str, Any]]:
        path = f"/programs/{await client.program(program)}/ledger"
        return await client.lines(path, "entries", limit, kind=kind, actor=actor, subject=subject, since=since, order=order)

    entries = run_question(found)
    if json:
        as_json(entries)
        return
    table = Table(Column("seq", justify="right"), "recorded", "by", "what")
    for entry in entries:
        table.add_row(str(entry["seq"]), day(entry["at"]), doer(entry["actor"]), entry["sentence"])
    print_lines(table, entries)


def dates(
    since: Annotated[str, typer.Option("--from", help="From this instant.")],
    until: Annotated[str, typer.Option("--to", help="And before this one.")],
    *,
    party: Annotated[str | None, typer.Option(help="Only what is due from this party or body.")] = None,
    limit: Most = 100,
    json: AsJson = False,
) -> None:
    """List the dates that come in all programs: when milestones are due, and what else happens if nobody acts."""
    span = {"from": since, "to": until, "party": party}
    lines = run_question(lambda client: client.lines("/dates", "dates", limit, **span))
    if json:
        as_json(lines)
        return
    columns = {
        "on": "at",
        "what": "title",
        "of": "party",
        "originally": "due_original",
        "status": "status",
        "in": "program_title",
    }
    print_table(columns, lines)


def changes(
    program: Named,
    since: Annotated[str, typer.Option("--from", help="As it was known at this instant.")],
    *,
    until: Annotated[str | None, typer.Option("--to", help="And at this one; left out, now.")] = None,
    json: AsJson = False,
) -> None:
    """Say what differs between two instants: how a program stands otherwise, and what was recorded meanwhile."""

    async def found(client: Client) -> Any:
        span = {"from": since, "to": until}
        return await client.read(f"/programs/{await client.program(program)}/changes", **span)

    answer = run_question(found)
    if json:
        as_json(answer)
        return
    print_table({"what differs": "sentence"}, answer["differences"])
    print_table(
        {"entry": "seq", "recorded": "recorded_at", "by": "person", "what was recorded": "sentence"}, answer["recorded"]
    )
