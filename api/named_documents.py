"""Which documents an act is about: what is filed stands beside the ledger, so the door looks it up for the law's question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from api.identity import CallerInfo
from api.problems import Invalid
from api.state import State
from db.documents import FiledDocument
from db.program_cache import CachedProgram
from rules import acts as a
from rules.authority import may
from rules.restriction import Filing, may_name


def filing(document: FiledDocument) -> Filing:
    return Filing(document.uploaded_by, document.uploaded_for)


async def filed_of(state: State, caller: CallerInfo, program: UUID, deeds: Iterable[a.Deed]) -> frozenset[str]:
    """Those documents that deeds name, by hash, of which the bytes are filed for whoever records them.

    Evidence names documents that its recorder's party has filed or may read, or says where the original is. A document that
    others keep to themselves is told from one that nobody has filed by nothing. Raises Invalid.
    """
    named = [(document.sha256, deed) for deed in deeds if (document := a.document_of(deed)) is not None]
    if not named or not may(caller.role, "record_evidence"):
        return frozenset()  # the law says why not
    hashes = {sha256 for sha256, _ in named}
    filings = {sha256: [filing(one) for one in await state.documents.filings(program, sha256)] for sha256 in sorted(hashes)}
    cached = state.programs.get(program)
    filed = _nameable(cached, caller, filings)
    if filed != hashes:  # what is kept may be old; whoever could name a document then still can
        cached = await state.programs.load(program)
        filed = _nameable(cached, caller, filings)
    if cached is None or not cached.program.has(caller.person):
        return frozenset()
    for sha256, deed in named:
        if isinstance(deed, a.RecordEvidence) and deed.reference is None and sha256 not in filed:
            raise Invalid(
                "document_unknown",
                f"No document {sha256} is filed by your party or open to you in this program.",
                "the hash of a document that you have filed with POST …/documents, or a reference that says where the"
                " original is to be found",
            )
    return frozenset(filed)


def _nameable(cached: CachedProgram | None, caller: CallerInfo, filings: Mapping[str, Collection[Filing]]) -> set[str]:
    """Those documents that a member may name."""
    if cached is None or not cached.program.has(caller.person):
        return set()
    return {sha256 for sha256, held in filings.items() if may_name(cached.program, caller.actor, sha256, held)}
