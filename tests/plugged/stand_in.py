"""An adapter as another package brings it: figures as JSON, also from this machine, which our own line never asks.

{"edition": "2025", "figures": {"2024": "89.5"}}
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256

import httpx2

from rules.language.sources import PluginSource
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, ReadFigure, Readings
from workflows.sources.adapter import Ask
from workflows.sources.answers import Answer, Denied, NoAnswer, Progress
from workflows.sources.egress import Egress


class StandIn:
    name = "stand-in"
    version = "1"

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:  # noqa: ARG002  it has a line of its own
        assert isinstance(ask.source, PluginSource)
        url = str(ask.source.settings["url"])
        told("asks")
        try:
            async with httpx2.AsyncClient(trust_env=False, timeout=30) as client:
                answer = await client.get(url)
        except httpx2.TransportError as error:
            raise NoAnswer(f"Nobody answers at {url}: {type(error).__name__}") from None
        if answer.status_code >= 500:
            raise NoAnswer(f"{url} answers {answer.status_code}.")
        if answer.status_code >= 400:
            raise Denied(f"{url} answers {answer.status_code}.", status=answer.status_code)
        body = answer.content
        fetch = Fetch(
            url=url,
            status=answer.status_code,
            retrieved_at=datetime.now(UTC),
            sha256=sha256(body).hexdigest(),
            size=len(body),
        )
        return (Answer(fetch, body),)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        try:
            said = json.loads(answers[0].body)
        except ValueError:
            return NoReading("unparseable", "The answer is no JSON.")
        figures = [
            ReadFigure(period, Decimal(value), ask.unit, said["edition"], f"{period}: {value}")
            for period, value in said["figures"].items()
        ]
        return Readings(edition=said["edition"], figures=tuple(figures))
