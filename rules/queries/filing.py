"""Evidence whose document is not filed, and its sentence."""

from __future__ import annotations

from collections.abc import Iterable

from rules.program import Program


def unfiled_evidence(program: Program, pieces: Iterable[str]) -> list[str]:
    """Those of some evidence, by id, whose document is not filed."""
    return [name for name in pieces if program.evidence[name].is_unfiled]


def unfiled_sentence(program: Program, pieces: Iterable[str]) -> str:
    """A sentence with a leading space on unfiled documents of some evidence; empty without any."""
    text = ""
    for name in pieces:
        piece = program.evidence[name]
        if piece.document is not None and not piece.filed:  # hot path, and mostly filed
            text += f" The document of {name} is not filed{f'; it was seen at: {piece.seen_at}' if piece.seen_at else ''}."
    return text
