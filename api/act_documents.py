"""Documents that an act names: looked up in the store's index, because the ledger does not hold which are filed."""

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


def filing_of(document: FiledDocument) -> Filing:
    return Filing(document.uploaded_by, document.uploaded_for)


async def filed_documents(state: State, caller: CallerInfo, program: UUID, deeds: Iterable[a.Deed]) -> frozenset[str]:
    """The filed documents that acts name, by hash.

    Evidence names documents that its recorder's party has filed or may read, or says where the original is. A document that is
    restricted to others is treated like one that is not filed, so that its existence does not leak. Raises Invalid.
    """
    named = [(document.sha256, deed) for deed in deeds if (document := a.document_of(deed)) is not None]
    if not named or not may(caller.role, "record_evidence"):
        return frozenset()  # the law refuses the act with its reason
    hashes = {sha256 for sha256, _ in named}
    filings = {sha256: [filing_of(one) for one in await state.documents.filings(program, sha256)] for sha256 in sorted(hashes)}
    cached = state.programs.get(program)
    filed = _visible_documents(cached, caller, filings)
    if filed != hashes:  # a stale cache is safe: whoever could name a document then still can
        cached = await state.programs.load(program)
        filed = _visible_documents(cached, caller, filings)
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


def _visible_documents(cached: CachedProgram | None, caller: CallerInfo, filings: Mapping[str, Collection[Filing]]) -> set[str]:
    """The documents that a member may name."""
    if cached is None or not cached.program.has(caller.person):
        return set()
    return {sha256 for sha256, held in filings.items() if may_name(cached.program, caller.actor, sha256, held)}
