"""Decisions on documents: filing their bytes, and verifying evidence whose document is not filed."""

from __future__ import annotations

from collections.abc import Collection

from rules import facts
from rules.decisions.recorded import evidence_of
from rules.entries import Fact
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.evidence import Evidence

FILE_IT = "the bytes filed with POST …/documents by whoever recorded it"


def filing_fact(program: Program, evidence: str, filed: Collection[str]) -> Fact | None:
    """The fact that a document's bytes are filed now; None if they were before. Raises Refusal."""
    piece = evidence_of(program, evidence)
    if not piece.is_unfiled:
        return None
    if piece.document not in filed:
        raise Refusal(Code.DOCUMENT_NOT_FILED, f"Nobody has filed the document of {evidence} for it.", FILE_IT)
    return facts.DocumentFiled(evidence=evidence)


def check_document_seen(piece: Evidence, seen_at: str | None) -> None:
    """Evidence with an unfiled document is verified only with a statement of where it was seen. Raises Refusal."""
    if piece.is_unfiled and seen_at is None:
        raise Refusal(
            Code.DOCUMENT_NOT_FILED,
            f"The document of {piece.id} is not filed: nobody who reads the record can see what was verified.",
            f"the same with seen_at, which says where its document was seen; or {FILE_IT}",
        )
