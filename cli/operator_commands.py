"""Commands for operators, by name. Each is imported when it is called, so that none waits for another's imports."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

import typer

COMMANDS = {
    "backup": "cli.backup.commands:backup",
    "restore": "cli.backup.commands:restore",
    "verify-receipts": "cli.backup.commands:verify_receipts",
    "doctor": "cli.doctor.command:doctor",
    "load-test": "cli.load_test:command",
    "checkpoint-key": "cli.checkpoint_key:command",
    "postgres": "cli.postgres_tool:command",
    "verify-ledgers": "cli.verify:command",
    "reconcile": "cli.reconcile:reconcile",
    "retell": "cli.reconcile:retell",
}


def add_to(app: typer.Typer, names: Iterable[str] = COMMANDS) -> None:
    """Adds these commands to an app."""
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        app.command(name)(getattr(import_module(module), function))
