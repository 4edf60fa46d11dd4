"""The commands that talk to a service, in the groups in which the help shows them."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cli.remote import deeds, evidence, incidents, questions, reading
from cli.remote.any_act import act
from cli.remote.proving import prove
from cli.remote.signing import signed
from cli.remote.watch import compare, watch

LOGIN, READ, ACT = "Log in to a service", "Read, over HTTP", "Act, over HTTP: shown before it is signed"

COMMANDS: dict[str, dict[str, Callable[..., None] | typer.Typer]] = {
    LOGIN: {"login": reading.login, "logout": reading.logout, "me": reading.me},
    READ: {
        "programs": reading.programs,
        "owed": reading.owed,
        "dates": reading.dates,
        "show": reading.show,
        "blocking": reading.blocking,
        "changes": reading.changes,
        "ledger": reading.ledger,
        "prove": prove,
        "watch": watch,
        "compare": compare,
        "documents": evidence.documents,
        "download": evidence.download,
        **questions.commands(),
    },
    ACT: {
        "evidence": evidence.app,
        "verify": signed(deeds.verify),
        "return": signed(deeds.return_),
        "withdraw": signed(deeds.withdraw),
        "observe": signed(deeds.observe),
        "determine": signed(deeds.determine),
        "consent": signed(deeds.consent),
        "advance": signed(deeds.advance),
        "incident": incidents.app,
        "take-back": signed(deeds.take_back),
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
