"""Reading fetched answers from stored bytes: in a run, and again later for verification."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

import structlog

from db.documents import Documents
from rules.language.plan import Plan
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Adapter, Ask
from workflows.sources.answers import Answer

log = structlog.get_logger()


def build_ask(plan: Plan, check: str, today: date) -> Ask:
    """The query of a check to its source on a day."""
    rule = plan.checks[check]
    indicator = plan.indicators.get(rule.figures_of or "")
    plausible = indicator.plausible if indicator else None
    return Ask(
        source=plan.sources[rule.source],
        check=rule,
        today=today,
        unit=indicator.unit if indicator else None,
        at_least=plausible.at_least if plausible else None,
        at_most=plausible.at_most if plausible else None,
    )


def question_hash(plan: Plan, check: str) -> str:
    """A hash of everything that determines how answers are read: the source and the check's values."""
    rule = plan.checks[check]
    values = json.dumps(rule.with_, sort_keys=True)
    return sha256(f"{plan.sources[rule.source].model_dump_json()} {values}".encode()).hexdigest()


async def load_answers(documents: Documents, fetched: Sequence[Fetch]) -> tuple[Answer, ...]:
    """Loads stored answers. Raises NotFiled, Damaged or StoreUnavailable."""
    return tuple([Answer(fetch, await _load(documents, fetch.sha256)) for fetch in fetched])


async def _load(documents: Documents, digest: str) -> bytes:
    with await documents.open(digest) as file:
        return file.read()


async def read_answers(adapter: Adapter, plan: Plan, check: str, answers: Sequence[Answer]) -> Readings | NoReading:
    """Reads answers with an adapter, in a thread, since a large workbook takes long. Exceptions become NoReading."""
    if not answers:
        return NoReading("missing", "The source gave no answer to be read.")
    ask = build_ask(plan, check, answers[0].fetch.retrieved_at.date())
    try:
        return await asyncio.to_thread(adapter.read, ask, answers)
    except Exception as error:  # noqa: BLE001  an adapter of somebody else's must not stop the run
        log.warning("adapter_failed", adapter=adapter.name, version=adapter.version, error=type(error).__name__)
        return NoReading("unparseable", f"The adapter {adapter.name} {adapter.version} cannot read this answer.")
