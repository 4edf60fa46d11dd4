"""Suggested acts for what is owed: kind, route and a body with placeholders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from rules import acts as a
from rules.authority import who_may
from rules.explanations.milestones import next_act, without_evidence
from rules.explanations.owing import Owed
from rules.language.milestones import Measured, Showing
from rules.program import Program
from rules.queries.agreed_dates import window_told
from rules.queries.verifiers import allowed_verifiers

ROUTES: Mapping[type[BaseModel], str] = {
    a.RecordEvidence: "evidence",
    a.RecordMeasurement: "measurements",
    a.Verify: "verifications",
    a.ReturnEvidence: "returns",
    a.Observe: "observations",
    a.Determine: "determinations",
    a.Consent: "consents",
    a.Propose: "proposals",
    a.ObjectTo: "proposals/{proposal}/objections",
    a.SettleDispute: "disputes/{dispute}/settlements",
    a.ConfirmIncident: "incidents/{incident}/confirmations",
    a.DismissIncident: "incidents/{incident}/dismissals",
    a.ResolveIncident: "incidents/{incident}/resolutions",
    a.AdvancePhase: "phases/{phase}/advance",
    a.ResumeProgram: "resumptions",
}
"""The path of each act below its program. Ids in the path are not in the body."""

MOST_PIECES = 20
"""The most pieces of evidence for one verifier: each needs an act."""

OWN_ID = "<an id that you choose>"


class ActResponse(BaseModel):
    """An act that would bring it on. Fill in what stands between `<` and `>`, and send it with an Idempotency-Key."""

    kind: str
    method: Literal["POST"] = "POST"
    route: str
    body: dict[str, Any] | None = Field(description="null: it takes none")
    known: dict[str, str] = Field(description="what is filled in of it already, in the route or in the body")
    roles: list[str] = Field(description="who may do it; of one of `parties` where the role is held for a party or body")
    parties: list[str]


class NextActs:
    """The acts about what is owed in one program."""

    def __init__(self, program_id: UUID, program: Program, at: datetime) -> None:
        self._id, self._program, self._at = program_id, program, at

    def of(self, owed: Owed) -> list[ActResponse]:
        """The acts by which something owed is done; none where no single act does it."""
        return list(self._acts(owed))

    def resume_acts(self) -> list[ActResponse]:
        """The acts that end a suspension."""
        return [self._act(a.ResumeProgram, (), {})]

    def _acts(self, owed: Owed) -> Iterator[ActResponse]:  # noqa: PLR0912  one arm a kind
        who, name = (owed.party,), owed.name
        match owed.kind:
            case "evidence":
                yield from self._evidence(owed)
            case "verification":
                for piece in self._unjudged(name, owed.party):
                    yield self._act(a.Verify, who, {"evidence": piece} | self._to_be_seen(piece))
                    yield self._act(a.ReturnEvidence, who, {"evidence": piece})
            case "observation":
                yield self._act(a.Observe, who, {"milestone": name})
            case "determination":
                yield self._act(a.Determine, who, {"milestone": name} | self._proposed(name))
            case "consent":
                yield self._act(a.Consent, who, {"phase": name}, part="consent_to_phase")
            case "advance":
                yield self._act(a.AdvancePhase, who, {"phase": name})
            case "proposal":
                effects = self._program.proposals[name].effects
                yield self._act(a.Consent, who, {"proposal": name, "effects": effects})
                yield self._act(a.ObjectTo, who, {"proposal": name})
            case "dispute":
                yield self._act(a.SettleDispute, who, {"dispute": name})
            case "incident":
                yield self._act(a.ConfirmIncident, who, {"incident": name})
                yield self._act(a.DismissIncident, who, {"incident": name})
            case "agreement":
                procedure = self._program.plan.agreed_dates[name].agreed_by
                parties = self._program.plan.procedures[procedure].proposed_by
                matter = {"kind": "agree_date", "date": name, "on": f"<a day {window_told(self._program, name)}>"}
                yield self._act(a.Propose, parties, {"procedure": procedure, "matter": matter})
            case "commitment":
                because = self._program.commitments[name].because
                if because is not None:  # otherwise it needs another figure
                    yield self._act(a.ResolveIncident, (), {"incident": because})

    def _evidence(self, owed: Owed) -> Iterator[ActResponse]:
        """Evidence for a milestone, to be recorded by a party."""
        shown_by = self._program.plan.milestones[owed.name].shown_by
        for key in without_evidence(self._program, owed.name, self._at) or shown_by:
            how = shown_by[key]
            if isinstance(how, Measured):
                for name in self._program.plan.recorded_for[how.indicator]:
                    rule = self._program.plan.indicators[name]
                    known = {"measurement": OWN_ID, "indicator": name, "unit": rule.unit, "producer": rule.producer}
                    yield self._act(a.RecordMeasurement, (owed.party,), known)
                continue
            known = {"evidence": OWN_ID, "milestone": owed.name, "shows": key} | _said(how)
            who, part = (how.by, "attest") if how.kind == "attestation" else ((owed.party,), None)
            yield self._act(a.RecordEvidence, who, known, part=part)

    def _unjudged(self, milestone: str, party: str) -> list[str]:
        """Evidence of a milestone that waits for verification and that a party may verify."""
        program, showings = self._program, next_act(self._program, milestone, self._at).showings
        shown_by = program.plan.milestones[milestone].shown_by
        counted = [how.indicator for key in showings if isinstance(how := shown_by[key], Measured)]
        indicators = {name for indicator in counted for name in program.plan.recorded_for[indicator]}
        pieces = (program.evidence[name] for name in program.unjudged)
        found = (
            piece.id
            for piece in pieces
            if (
                piece.measurement.indicator in indicators
                if piece.measurement is not None
                else piece.milestone == milestone and piece.shows in showings
            )
            and party in allowed_verifiers(program, piece)
        )
        return list(islice(found, MOST_PIECES))

    def _to_be_seen(self, piece: str) -> dict[str, str]:
        """The extra fields of a verification of a document that is not filed."""
        held = self._program.evidence[piece]
        asked = held.is_unfiled
        return {"seen_at": "<where you have seen its document, which is not filed>"} if asked else {}

    def _proposed(self, milestone: str) -> dict[str, str]:
        """The outcome that a finding proposes; none for a milestone with degrees."""
        finding = self._program.milestone(milestone).finding
        outcomes = {"achievement": "achieved", "reversal": "reversed"}
        proposes = finding.proposes if finding else None
        return {"outcome": outcomes[proposes]} if proposes in outcomes else {}

    def _act(
        self, model: type[BaseModel], parties: tuple[str, ...], known: Mapping[str, Any], *, part: str | None = None
    ) -> ActResponse:
        kind: str = model.model_fields["kind"].default
        in_address = {name for name in known if f"{{{name}}}" in ROUTES[model]}
        body = {**skeleton(model), **known}
        return ActResponse(
            kind=kind,
            route=f"/api/v1/programs/{self._id}/{ROUTES[model].format(**known)}",
            body={name: value for name, value in body.items() if name not in in_address} or None,
            known={name: value for name, value in known.items() if isinstance(value, str) and not value.startswith("<")},
            roles=sorted(who_may(part or kind)),
            parties=list(parties),
        )


def _said(how: Showing) -> dict[str, Any]:
    """The form of a showing: a document, or words."""
    if how.kind == "document":
        return {"document": skeleton(a.FiledDocument)}
    return {"text": f"<{how.what}>"}


@cache
def skeleton(model: type[BaseModel]) -> dict[str, Any]:
    """The required fields of a model, with placeholders between `<` and `>`."""
    schema = model.model_json_schema()
    return {name: _placeholder(name, schema["properties"][name]) for name in schema.get("required", ())}


def _placeholder(name: str, schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"<one of {', '.join(schema['enum'])}>"
    told = {"sha256": "SHA-256 of its bytes, which POST …/documents answers with"}
    return f"<{schema.get('description') or told.get(name) or name.replace('_', ' ')}>"
