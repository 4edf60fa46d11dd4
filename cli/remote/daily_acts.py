"""Commands for frequent acts: `verify`, `return`, `withdraw`, `observe`, `determine`, `consent`, `advance`, `take-back`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.remote.client import Client, UsageError
from cli.remote.completion import Phase, milestones, phases
from cli.remote.signing import ToSign
from cli.remote.tables import console
from rules.vocabulary.members import Role

Evidence = Annotated[str, typer.Argument(help="The id of a piece of evidence or of a measurement.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the ledger.", prompt=True)]


class Outcome(StrEnum):
    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved"
    REVERSED = "reversed"
    ABSTAINED = "abstained"


class Mistake(StrEnum):
    VERIFICATION = "verification"
    RETURN = "return"
    DETERMINATION = "determination"
    CONSENT = "consent"
    ADMISSION = "admission"


def verify(
    evidence: Evidence,
    note: Annotated[str | None, typer.Option(help="A remark.")] = None,
    seen_at: Annotated[str | None, typer.Option(help="Where you have seen a document that is not filed.")] = None,
) -> ToSign:
    """Find that evidence, or a figure, is what it says."""
    return ToSign("verifications", {"evidence": evidence, "note": note, "seen_at": seen_at})


def return_(evidence: Evidence, reason: Reason) -> ToSign:
    """Send evidence, or a figure, back."""
    return ToSign("returns", {"evidence": evidence, "reason": reason})


def withdraw(evidence: Evidence, reason: Reason) -> ToSign:
    """Take back evidence, or a figure. What rests on it is found again."""
    return ToSign("withdrawals", {"evidence": evidence, "reason": reason})


def observe(
    milestone: Annotated[str, typer.Argument(autocompletion=milestones)],
    text: Annotated[str, typer.Option(help="The observation.", prompt=True)],
) -> ToSign:
    """Answer a finding before it is determined."""
    return ToSign("observations", {"milestone": milestone, "text": text})


def determine(  # noqa: PLR0913, PLR0917  each is an option of the command
    milestone: Annotated[str, typer.Argument(help="Its name; with --stability, of a phase.", autocompletion=milestones)],
    outcome: Annotated[Outcome, typer.Argument(show_default=False)],
    reason: Reason,
    stability: Annotated[bool, typer.Option("--stability", help="Of the phase's kept period; reversed only.")] = False,  # noqa: FBT002  an option
    grade: Annotated[int | None, typer.Option(help="How much of it, on the ordinal scale.")] = None,
    share: Annotated[str | None, typer.Option(help="Or how much of it, as a share from 0 to 1.")] = None,
    preliminary: Annotated[bool, typer.Option("--preliminary", help="Only say what is intended.")] = False,  # noqa: FBT002  an option
    considered: Annotated[
        list[str] | None, typer.Option(help="NAME=REASON, for each consideration that the plan names.")
    ] = None,
) -> ToSign:
    """Decide a milestone, or that a stability period was not kept after all."""
    body: dict[str, Any] = {"stability" if stability else "milestone": milestone, "outcome": outcome}
    more: dict[str, Any] = {"grade": grade, "share": share, "preliminary": preliminary or None, "reason": reason}
    if considered:
        more["considered"] = {name: said for name, _, said in (one.partition("=") for one in considered)}
    return ToSign("determinations", body | more)


def consent(
    phase: Annotated[str | None, typer.Option(help="Its name in the plan.", autocompletion=phases)] = None,
    proposal: Annotated[str | None, typer.Option(help="Or the id of a proposal; what it would do is shown.")] = None,
    on_behalf_of: Annotated[str | None, typer.Option(help="A party that the procedure lets you consent for.")] = None,
) -> ToSign:
    """Consent to the opening or the completion of a phase, or to a proposal."""

    async def effects(client: Client, program: str) -> dict[str, Any]:
        if proposal is None:
            return {}
        shown = await client.read(f"/programs/{program}/proposals/{proposal}")
        paper = console(errors=True)
        paper.print(f"Proposal {proposal}: {shown['in_words']}. Its adoption would record:")
        for entry in shown["follows"]:
            paper.print(f"  - {entry['sentence']}")
        return {"effects": shown["effects"]}

    return ToSign("consents", {"phase": phase, "proposal": proposal, "on_behalf_of": on_behalf_of}, effects)


def advance(phase: Phase) -> ToSign:
    """Open a phase whose entry gate is met."""
    return ToSign(f"phases/{phase}/advance")


def take_back(
    mistake: Annotated[Mistake, typer.Argument(show_default=False)],
    of: Annotated[str, typer.Argument(help="The evidence; the milestone; the phase, or a proposal's id; the person.")],
    reason: Reason,
    role: Annotated[Role | None, typer.Option(help="Of an admission: in which role.")] = None,
    party: Annotated[str | None, typer.Option(help="Of an admission: for which party or body.")] = None,
) -> ToSign:
    """Take back an act that was a mistake. It stays on record, and what stood on it is found again."""

    async def named(client: Client, program: str) -> dict[str, Any]:
        return {"mistake": {"kind": mistake, **await _about(client, program)}}

    async def _about(client: Client, program: str) -> dict[str, Any]:
        match mistake:
            case Mistake.VERIFICATION | Mistake.RETURN:
                return {"evidence": of}
            case Mistake.DETERMINATION:
                is_milestone = any(one["name"] == of for one in await client.read(f"/programs/{program}/milestones"))
                return {"milestone" if is_milestone else "stability": of}
            case Mistake.CONSENT:
                is_phase = any(one["name"] == of for one in await client.read(f"/programs/{program}/phases"))
                return {"phase" if is_phase else "proposal": of}
            case Mistake.ADMISSION:
                if role is None:
                    raise UsageError("an admission is named by a person and a --role")
                return {"member": {"person": of, "role": role} | ({"party": party} if party else {})}

    return ToSign("take-backs", {"reason": reason}, named)
