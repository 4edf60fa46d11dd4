"""The adapter `document`, for sources that no machine can read: every fetch is denied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rules.vocabulary.readings import NoReading
from workflows.sources.adapter import Ask
from workflows.sources.answers import Answer, Denied, Progress
from workflows.sources.egress import Egress

_SENTENCE = "{title}: no machine reads it. A person records the figure with its document, and another person verifies it."


class DocumentAdapter:
    name: Final = "document"
    version: Final = "1"

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
        raise Denied(_SENTENCE.format(title=ask.source.title), kind="missing")

    def read(self, ask: Ask, answers: Sequence[Answer]) -> NoReading:
        return NoReading("missing", _SENTENCE.format(title=ask.source.title))
