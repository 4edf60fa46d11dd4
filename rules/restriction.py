"""Access control of restricted evidence and of documents.

Restricted evidence counts like any other. People without access see that it exists, and nothing else. Knowing a hash gives no
access: evidence can name and open a document only if whoever recorded it has filed its bytes or may read them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from rules.acts import CHECKS, Role
from rules.program import Program
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.members import Actor


@dataclass(frozen=True, slots=True)
class Filing:
    """Who has filed the bytes of a document in a program, and for which party."""

    person: str
    party: str | None

    def is_of(self, actor: Actor) -> bool:
        return self.person == actor.person or (self.party is not None and self.party == actor.party)


@dataclass(frozen=True, slots=True)
class Opening:
    """Permission to read a document; `restricted` is the evidence whose reading must be recorded, if any."""

    restricted: Evidence | None = None


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document with the evidence that names it, oldest first."""

    sha256: str
    pieces: tuple[Evidence, ...]

    @property
    def filed(self) -> bool:
        return any(not piece.is_unfiled for piece in self.pieces)


def named_documents(program: Program) -> list[NamedDocument]:
    """The documents named by unrestricted evidence, in the order of their first mention."""
    named = dict[str, list[Evidence]]()
    for piece in program.evidence.values():
        if piece.document is not None and not piece.restricted_to:
            named.setdefault(piece.document, []).append(piece)
    return [NamedDocument(sha256, tuple(pieces)) for sha256, pieces in named.items()]


def may_read(program: Program, person: str, piece: Evidence) -> bool:
    """Whether an actor may read restricted evidence: its recorder, members for the named parties, auditors."""
    return (
        not piece.restricted_to
        or person == piece.recorded_by.person
        or any(
            member.person == person and (member.role is Role.AUDITOR or member.party in piece.restricted_to)
            for member in program.members
        )
    )


def may_name(program: Program, actor: Actor, sha256: str, filings: Collection[Filing]) -> bool:
    """Whether an actor's evidence may name a document: their party has filed it, or they may read it.

    The answer is the same for a hidden document and for one that nobody has filed.
    """
    return any(filing.is_of(actor) for filing in filings) or opening(program, actor.person, sha256, filings) is not None


def opening(program: Program, person: str, sha256: str, filings: Collection[Filing]) -> Opening | None:
    """The permission of a person to read a document; None if they may not and may not know that it exists.

    Documents filed by checks are open to all, and own documents to whoever filed them. Other ones are read through evidence
    that names them: unrestricted evidence first, then restricted evidence, whose reading is recorded. Auditors also read
    documents that no evidence names yet.
    """
    if any(filing.person in {person, CHECKS.person} for filing in filings):
        return Opening()
    readable = [piece for piece in opened_by(program, sha256, filings) if may_read(program, person, piece)]
    if readable:
        restricted = None if any(not piece.restricted_to for piece in readable) else readable[0]
        return Opening(restricted)
    is_auditor = any(member.person == person and member.role is Role.AUDITOR for member in program.members)
    return Opening() if filings and is_auditor else None


def opened_by(program: Program, sha256: str, filings: Collection[Filing]) -> list[Evidence]:
    """The evidence that opens a document: its recorder has filed the bytes, or could read them by earlier evidence."""
    opened = list[Evidence]()
    for piece in program.evidence.values():
        recorder = piece.recorded_by
        if piece.document == sha256 and (
            any(filing.is_of(recorder) for filing in filings)
            or any(may_read(program, recorder.person, before) for before in opened)
        ):
            opened.append(piece)
    return opened
