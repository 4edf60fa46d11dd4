"""Reads of one program, each as a table: a command for each route, with the route's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from cli.options import AsJson
from cli.remote.client import Client, UsageError, run_question
from cli.remote.completion import Named
from cli.remote.daily_reads import At
from cli.remote.tables import as_json, print_table

Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="name=value: a parameter of the route, as status=open; may be repeated.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class Question:
    """A command: its columns, with the path of each value in the response's items."""

    name: str
    says: str
    columns: Mapping[str, str]


QUESTIONS = (
    Question(
        "milestones",
        "List milestones: what each is found to be, and its original, revised and actual dates.",
        {"milestone": "name", "of": "party", "status": "status", "due first": "due_original", "due": "due_revised"}
        | {"achieved": "achieved_at"},
    ),
    Question(
        "incidents",
        "List incidents, newest first.",
        {"incident": "id", "kind": "kind", "severity": "severity", "status": "status", "happened": "happened_at"}
        | {"attributed to": "attributed_to"},
    ),
    Question("members", "List members: who may act, and as what.", {"person": "person", "role": "role", "of": "party"}),
    Question(
        "tokens",
        "List tokens for this program alone: whose, until when, and when each was last used.",
        {"person": "person", "role": "role", "until": "expires_at", "last used": "last_used_at", "revoked": "revoked_at"},
    ),
    Question(
        "figures",
        "List indicators: which figure counts, or why none does.",
        {"indicator": "indicator", "by": "producer", "which figure counts": "sentence"},
    ),
    Question(
        "releases",
        "List releases: what each has earned, what stands in its accounts, what it waits for.",
        {"release": "name", "from": "party", "to": "to", "earned": "earned", "accounts": "balances", "waits for": "waits_for"},
    ),
    Question(
        "reciprocity",
        "Say what each party has kept, was late with, was waived and has broken, by dates that bind.",
        {"party": "party", "owes": "owed", "kept": "binding.kept", "late": "binding.late", "broken": "binding.broken"}
        | {"waived": "binding.waived", "stands still since": "stands_still_since"},
    ),
    Question(
        "checks",
        "List automated checks and how each goes.",
        {"check": "name", "reads": "producer", "health": "health_sentence", "next run": "next_run"},
    ),
    Question("clocks", "List what happens when nobody acts, soonest first.", {"on": "due_at", "what": "note"}),
    Question(
        "assessments",
        "Show milestones as each assessor of the plan sees them.",
        {"milestone": "milestone", "status": "status", "assessments": "assessments"},
    ),
    Question(
        "proposals",
        "List decisions put before the parties.",
        {"proposal": "proposal", "what": "in_words", "status": "status", "consent": "consents", "silence ends": "silence_ends"},
    ),
    Question(
        "disputes",
        "List disputes, and before whom each lies.",
        {"dispute": "dispute", "about": "about", "lies before": "before", "until": "until", "status": "status"},
    ),
)


def commands() -> dict[str, Callable[..., None]]:
    """All commands, by name."""
    return {question.name: _command(question) for question in QUESTIONS}


def _command(question: Question) -> Callable[..., None]:
    def command(program: Named, *, where: Where = None, at: At = None, json: AsJson = False) -> None:
        async def found(client: Client) -> Any:
            path = f"/programs/{await client.program(program)}/{question.name}"
            return await client.read(path, at=at, **_parameters(where or []))

        lines = run_question(found)
        if json:
            as_json(lines)
        else:
            print_table(question.columns, lines if isinstance(lines, list) else lines[question.name])

    command.__doc__ = question.says
    return command


def _parameters(where: list[str]) -> dict[str, str]:
    pairs = [given.partition("=") for given in where]
    if unread := [given for given, (_, is_given, _) in zip(where, pairs, strict=True) if not is_given]:
        raise UsageError(f"--where {unread[0]}: give name=value")
    return {name: value for name, _, value in pairs}
