"""Who may read evidence that is restricted. It counts like any other; others see that it is there, and no more."""

from __future__ import annotations

from rules.acts import Role
from rules.program import Program
from rules.vocabulary.evidence import Evidence


def may_read(program: Program, person: str, piece: Evidence) -> bool:
    """Whoever recorded it, members for the parties named, and the program's auditors."""
    return (
        not piece.restricted_to
        or person == piece.recorded_by.person
        or any(
            member.person == person and (member.role is Role.AUDITOR or member.party in piece.restricted_to)
            for member in program.members
        )
    )


def restricted_document(program: Program, sha256: str) -> Evidence | None:
    """The restricted evidence that a document is; None where it is filed for all to read."""
    pieces = [piece for piece in program.evidence.values() if piece.document == sha256]
    return pieces[0] if pieces and all(piece.restricted_to for piece in pieces) else None
