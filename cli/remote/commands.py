"""The remote commands, grouped as in the help."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cli.remote import daily_acts, daily_reads, evidence, incidents, program_reads
from cli.remote.any_act import act
from cli.remote.prove import prove
from cli.remote.signing import signing_command
from cli.remote.watch import compare, watch

LOGIN, READ, ACT = "Log in to a service", "Read, over HTTP", "Act, over HTTP: shown before it is signed"

COMMANDS: dict[str, dict[str, Callable[..., None] | typer.Typer]] = {
    LOGIN: {"login": daily_reads.login, "logout": daily_reads.logout, "me": daily_reads.me},
    READ: {
        "programs": daily_reads.programs,
        "owed": daily_reads.owed,
        "dates": daily_reads.dates,
        "show": daily_reads.show,
        "blocking": daily_reads.blocking,
        "changes": daily_reads.changes,
        "ledger": daily_reads.ledger,
        "prove": prove,
        "watch": watch,
        "compare": compare,
        "documents": evidence.documents,
        "download": evidence.download,
        **program_reads.commands(),
    },
    ACT: {
        "evidence": evidence.app,
        "verify": signing_command(daily_acts.verify),
        "return": signing_command(daily_acts.return_),
        "withdraw": signing_command(daily_acts.withdraw),
        "observe": signing_command(daily_acts.observe),
        "determine": signing_command(daily_acts.determine),
        "consent": signing_command(daily_acts.consent),
        "advance": signing_command(daily_acts.advance),
        "incident": incidents.app,
        "take-back": signing_command(daily_acts.take_back),
        "act": act,
    },
}


def add_to(app: typer.Typer) -> None:
    """Adds all of them to the command."""
    for panel, commands in COMMANDS.items():
        for name, command in commands.items():
            if isinstance(command, typer.Typer):
                app.add_typer(command, name=name, rich_help_panel=panel)
            else:
                app.command(name, rich_help_panel=panel)(command)
