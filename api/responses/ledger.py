"""Response models of entries, receipts and previews."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from api.responses.described import Described
from db.queries import LedgerRecord
from db.receipts import Receipt
from rules.acts import Actor
from rules.decide import Decided
from rules.entries import KINDS, Entry, Fact
from rules.facts import EvidenceRecorded
from rules.field_types import did_you_mean
from rules.language.plan import Plan
from rules.program import Program
from rules.queries.findings import judge_showing
from rules.queries.signature import effects_hash
from rules.sentences import fact_sentence
from rules.times import Instant, format_instant
from rules.truth import Truth


def _of_a_fact(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"is no kind of fact; {did_you_mean(kind, KINDS)}")
    return kind


FactKind = Annotated[str, AfterValidator(_of_a_fact), WithJsonSchema({"type": "string", "enum": sorted(KINDS)})]


class EntryResponse(BaseModel):
    """One entry of the ledger. An effect, which follows by law, has no actor."""

    seq: int
    at: Instant = Field(description="when it was recorded; when it happened stands in the fact")
    act: str
    actor: Annotated[dict[str, Any], Described(Actor)] | None = Field(
        default=None, description="who caused it; null or left out: it follows by law"
    )
    fact: Annotated[dict[str, Any], Described(Fact)]
    sentence: str = Field(default="", description="what the fact says in words, in the local time of the plan")
    withheld: bool | None = Field(
        default=None, description="true: the fact is restricted evidence, told without its text, document and reference"
    )

    @classmethod
    def of(cls, entry: Entry, plan: Plan) -> EntryResponse:
        """The sentence is in the words and the time zone of the plan."""
        actor = entry.actor.model_dump(mode="json", exclude_none=True) if entry.actor else None
        fact = entry.fact.model_dump(mode="json", exclude_none=True)
        return cls(seq=entry.seq, at=entry.at, act=entry.act, actor=actor, fact=fact, sentence=fact_sentence(entry.fact, plan))


_OF_AN_ENTRY = tuple(EntryResponse.model_fields)


def redact(entry: EntryResponse) -> EntryResponse:
    """The entry as all members may see it: of restricted evidence, only its existence and audience."""
    if not entry.fact.get("restricted_to"):
        return entry
    kept = {name: value for name, value in entry.fact.items() if name not in ("document", "text", "reference")}
    return entry.model_copy(update={"fact": kept, "withheld": True})


class SealedEntryResponse(BaseModel):
    """One entry as it was sealed. Whoever has all of them can prove the ledger without whoever runs the service."""

    seq: int
    prev: str = Field(description="the leaf of the entry before; 64 zeros for the first")
    leaf: str = Field(description="SHA-256, in hexadecimal, of a zero byte and the body's UTF-8 bytes")
    body: str | None = Field(description="the text that was hashed; null where it holds restricted evidence")

    @classmethod
    def of(cls, line: LedgerRecord) -> SealedEntryResponse:
        body = None if getattr(line.entry.fact, "restricted_to", None) else line.body.decode()
        return cls(seq=line.entry.seq, prev=line.prev.hex(), leaf=line.leaf.hex(), body=body)


class SealedEntryPage(BaseModel):
    entries: list[SealedEntryResponse]
    next: int | None = Field(description="pass as `after` for the next page; null at the end")


class ReadingResponse(BaseModel):
    """Restricted evidence, and the receipt of the entry which says that it was read."""

    receipt: ReceiptResponse
    evidence: Annotated[dict[str, Any], Described(EvidenceRecorded)] = Field(
        description="the evidence as it was recorded, with its text and document"
    )


class MissingResponse(BaseModel):
    """What is still missing for the milestone that an act was about."""

    milestone: str
    showing: str
    outcome: Truth
    sentence: str


class ReceiptResponse(BaseModel):
    """Proof that an act was recorded: its entries, and the hash of the ledger's end after it."""

    program: UUID
    act: str
    recorded_at: Instant
    first_seq: int
    last_seq: int
    head: str = Field(description="hash of the last of these entries, which vouches for all before it")
    repeated: bool = Field(description="true: this key was used before, and this is the first receipt")
    entries: list[EntryResponse]
    missing: list[MissingResponse]

    @staticmethod
    def to_plain_data(receipt: Receipt) -> dict[str, Any]:
        """The response as plain data: entries were serialised when they were sealed, and are not serialised again."""
        return {
            "program": str(receipt.program_id),
            "act": receipt.act_id,
            "recorded_at": format_instant(receipt.recorded_at),
            "first_seq": receipt.first_seq,
            "last_seq": receipt.last_seq,
            "head": receipt.head,
            "repeated": receipt.repeated,
            "entries": _plain_entries(receipt),
            "missing": [missing.model_dump() for missing in _missing(receipt.program, receipt)],
        }


def _plain_entries(receipt: Receipt) -> list[dict[str, Any]]:
    """The fields of EntryResponse, from entries that are serialised already."""
    plan = receipt.program.plan
    return [
        {name: plain[name] for name in _OF_AN_ENTRY if name in plain} | {"sentence": fact_sentence(entry.fact, plan)}
        for entry, plain in zip(receipt.entries, receipt.plain, strict=True)
    ]


def _missing(program: Program, receipt: Receipt) -> list[MissingResponse]:
    named: set[str] = set()
    for entry in receipt.entries:
        piece = program.evidence.get(getattr(entry.fact, "evidence", ""))
        named.add(getattr(entry.fact, "milestone", None) or (piece.milestone if piece else None) or "")
    found = []
    for milestone in sorted(named & program.plan.milestones.keys()):
        for key in program.plan.milestones[milestone].shown_by:
            judged = judge_showing(program, milestone, key, program.at)
            if judged.outcome is not Truth.MET:
                found.append(
                    MissingResponse(milestone=milestone, showing=key, outcome=judged.outcome, sentence=judged.sentence)
                )
    return found


class PreviewResponse(BaseModel):
    """What an act would do, had it been asked for without preview. Nothing was written."""

    entries: list[EntryResponse]
    effects: str = Field(description="hash of the effects, to which a consent can be bound")

    @classmethod
    def of(cls, decided: Decided) -> PreviewResponse:
        plan = decided.program.plan
        return cls(entries=[EntryResponse.of(entry, plan) for entry in decided.entries], effects=effects_hash(decided.entries))


class EntryPage(BaseModel):
    entries: list[EntryResponse]
    next: int | None = Field(description="pass as `after` for the next page; null at the end")
