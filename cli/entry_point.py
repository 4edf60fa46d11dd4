"""Entry point of `accord`. Commands for remote services start without importing the servers, in a fifth of the time."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import typer

from cli import operator_commands
from cli.options import run_and_exit, whole_command
from cli.remote import commands

COMPLETING = "COMP_WORDS"
"""The variable in which a shell passes the words to be completed."""


def main() -> None:
    """Runs the command on the command line."""
    words = os.environ[COMPLETING].split() if COMPLETING in os.environ else sys.argv
    run_and_exit(_app_for(words[1:]))


def _app_for(words: Sequence[str]) -> typer.Typer:
    asked = _command(words)
    app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    app.callback()(whole_command)
    if asked in {name for panel in commands.COMMANDS.values() for name in panel}:
        commands.add_to(app)
        return app
    gc.disable()  # no garbage collection during imports, which takes a fifth of the time
    if asked in operator_commands.COMMANDS:
        operator_commands.add_to(app, [asked])
    else:
        from cli.main import app  # noqa: PLC0415  it imports the servers and the law

    gc.enable()
    return app


def _command(words: Sequence[str]) -> str | None:
    """The first word that is not a global option."""
    rest = iter(words)
    for word in rest:
        if word == "--address":
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None


if __name__ == "__main__":
    main()
