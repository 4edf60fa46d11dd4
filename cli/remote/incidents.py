"""Commands for incidents: `accord incident report`, `confirm`, `contest`, `dismiss`, `resolve`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.remote.daily_acts import Reason
from cli.remote.signing import ToSign, signing_command

app = typer.Typer(no_args_is_help=True, help="Incidents: reported, confirmed, contested, dismissed, resolved.")

Incident = Annotated[str, typer.Argument(help="The id of the incident.")]
When = Annotated[str | None, typer.Option(help="An instant with its offset, as 2025-03-01T09:00:00+03:00.")]
By = Annotated[str | None, typer.Option("--attributed-to", help="A party, or somebody of whom the plan knows.")]


class Confidence(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def report(  # noqa: PLR0913, PLR0917  each is an option of the command
    incident: Annotated[str, typer.Argument(help="An id that you choose.")],
    kind: Annotated[str, typer.Option(help="Of those that the plan knows.")],
    severity: Annotated[str, typer.Option(help="Of those that the plan knows.")],
    happened_at: Annotated[str, typer.Option(help="An instant with its offset, as 2025-03-01T09:00:00+03:00.")],
    place: Annotated[str, typer.Option(help="Where.")],
    account: Annotated[str, typer.Option(help="What happened.")],
    attributed_to: By = None,
    confidence: Annotated[Confidence | None, typer.Option(show_default="medium")] = None,
    related_to: Annotated[str | None, typer.Option(help="The incident that this one answers.")] = None,
) -> ToSign:
    """Report an incident. Nothing is decided by it, but a clock that it would move is frozen."""
    told = {"incident": incident, "incident_kind": kind, "severity": severity, "happened_at": happened_at, "place": place}
    more = {"account": account, "attributed_to": attributed_to, "confidence": confidence, "related_to": related_to}
    return ToSign("incidents", {**told, **more})


def confirm(
    incident: Incident,
    reason: Reason,
    severity: Annotated[str | None, typer.Option(help="Left out, as it was reported.")] = None,
    attributed_to: By = None,
    happened_at: When = None,
) -> ToSign:
    """Establish that an incident happened, and as what."""
    said = {"severity": severity, "attributed_to": attributed_to, "happened_at": happened_at, "reason": reason}
    return ToSign(f"incidents/{incident}/confirmations", said)


def contest(incident: Incident, reason: Reason) -> ToSign:
    """Dispute an incident; an authority then decides it."""
    return ToSign(f"incidents/{incident}/contests", {"reason": reason})


def dismiss(incident: Incident, reason: Reason) -> ToSign:
    """Establish that an incident did not happen, or is none of the plan's."""
    return ToSign(f"incidents/{incident}/dismissals", {"reason": reason})


def resolve(incident: Incident, reason: Reason, resolved_at: When = None) -> ToSign:
    """Establish that a confirmed incident is over."""
    return ToSign(f"incidents/{incident}/resolutions", {"resolved_at": resolved_at, "reason": reason})


for act in (report, confirm, contest, dismiss, resolve):
    app.command()(signing_command(act))
