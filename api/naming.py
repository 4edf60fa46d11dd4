"""Which documents an act may name: what is filed stands beside the ledger, so the door looks it up for the law's question."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from api.identity import CallerInfo
from api.problems import Invalid
from api.state import State
from db.documents import Document
from rules.acts import Deed, RecordEvidence
from rules.authority import may
from rules.restriction import Filing, may_name


def filing(document: Document) -> Filing:
    return Filing(document.uploaded_by, document.uploaded_for)


async def check_named(state: State, caller: CallerInfo, program: UUID, deeds: Iterable[Deed]) -> None:
    """Evidence names documents that its recorder's party has filed or may read, or says where the original is.

    A document that others keep to themselves is told from one that nobody has filed by nothing. Raises Invalid.
    """
    named = {
        deed.document.sha256
        for deed in deeds
        if isinstance(deed, RecordEvidence) and deed.document is not None and deed.reference is None
    }
    kept = await state.programs.load(program) if named else None
    if kept is None or not kept.program.has(caller.person) or not may(caller.role, "record_evidence"):
        return  # the law says why not
    for sha256 in sorted(named):
        filings = [filing(one) for one in await state.documents.filings(program, sha256)]
        if not may_name(kept.program, caller.actor, sha256, filings):
            raise Invalid(
                "document_unknown",
                f"No document {sha256} is filed by your party or open to you in this program.",
                "the hash of a document that you have filed with POST …/documents, or a reference that says where the"
                " original is to be found",
            )
