"""Activities of a run of a check: fetching from the producer, and recording what the law makes of the answers.

Temporal does not authenticate callers. So arguments only name a check; fetched data is passed between activities in the
database, by the id of the run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from db.check_fetches import CheckFetch, CheckFetches
from db.check_runs import CheckRuns
from db.database_clock import DatabaseClock
from db.documents import DocumentFault, Documents, StoreUnavailable, TooManyBytes
from db.program_cache import ProgramCache
from db.recorder import Recorder
from rules.acts import CHECKS, Act, Deed
from rules.canonical import digest
from rules.checks.filtering import dropped_counts, dropped_in_words, filter_of
from rules.checks.runs import Run, acts_of_run, unreadable
from rules.field_types import own_act_id
from rules.program import Program
from rules.refusals import Code, Refused
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings
from workflows.heartbeat import heartbeats
from workflows.messages import CheckRef, CheckResult
from workflows.recompute import build_ask, load_answers, question_hash, read_answers
from workflows.sources.adapter import Adapter, Ask
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer, Denied, NoAnswer, Progress
from workflows.sources.egress import Egress, Gateway

RETRYABLE = (Code.IN_THE_FUTURE,)
"""Refusals that a retry can overcome: an event on a day that begins later in the plan's time zone."""


class CheckActivities:
    """Holds the connections. Bytes are stored as documents, their metadata in `check_fetch`."""

    def __init__(  # noqa: PLR0913  each is another room, and keyword-only
        self,
        *,
        recorder: Recorder,
        programs: ProgramCache,
        documents: Documents,
        runs: CheckRuns,
        fetches: CheckFetches,
        adapters: Adapters,
        gateway: Gateway,
    ) -> None:
        self._recorder, self._programs, self._documents = recorder, programs, documents
        self._runs, self._fetches = runs, fetches
        self._adapters, self._gateway = adapters, gateway

    @activity.defn
    async def fetch_source(self, check: CheckRef) -> None:
        """Fetches and stores the producer's answers. Idempotent.

        A denial is a final answer. Transport errors and crashes are retried.
        """
        program = await self._program(check)
        started_at = await self._runs.start(UUID(check.program), check.name, _run_id())
        async with self._noting_failure(check):
            fetch = await self._fetch_all(program, check, started_at)
        await self._fetches.keep(UUID(check.program), check.name, _run_id(), fetch)

    async def _fetch_all(self, program: Program, check: CheckRef, started_at: datetime) -> CheckFetch:
        adapter = self._adapter(program, check.name)
        clock = DatabaseClock()
        clock.observe(started_at)
        asks = question_hash(program.plan, check.name)
        ask = build_ask(program.plan, check.name, started_at.astimezone(UTC).date())
        egress = self._gateway.egress_for(program.plan.hosts)
        try:
            async with heartbeats() as told:
                answers = await _fetch(adapter, ask, egress, told)
                return CheckFetch(asks, tuple([await self._store(check, answer, clock) for answer in answers]))
        except Denied as denied:
            return CheckFetch(asks, denied=str(denied), denied_as=denied.kind)
        except TooManyBytes as large:
            return CheckFetch(asks, denied=f"The answer is too large: {large}.")

    @activity.defn
    async def record_check(self, check: CheckRef) -> CheckResult:
        """Reads the fetched answers and records what follows by the law. Idempotent: act ids are derived from their content."""
        async with heartbeats(), self._noting_failure(check):
            return await self._read_and_record(check)

    @activity.defn
    async def note_failure(self, check: CheckRef) -> None:
        """Notes that this run got no answer, unless it has an outcome. Idempotent."""
        await self._runs.finish_unanswered(UUID(check.program), check.name, run=_run_id())

    @asynccontextmanager
    async def _noting_failure(self, check: CheckRef) -> AsyncIterator[None]:
        """Notes a failed attempt as the outcome, so that the reason is shown while the run is retried."""
        try:
            yield
        except ApplicationError as fault:
            await self._runs.finish(UUID(check.program), check.name, run=_run_id(), outcome="no_answer", sentence=fault.message)
            raise

    async def _read_and_record(self, check: CheckRef) -> CheckResult:
        program = await self._program(check)
        fetch = await self._fetches.of(UUID(check.program), check.name, _run_id())
        if fetch is None:
            told = "This run has fetched nothing, or a later one has been started."
            raise ApplicationError(told, type="nothing_fetched", non_retryable=True)
        if fetch.question != question_hash(program.plan, check.name):
            told = "The plan was amended while the check ran; its next run asks by the new text."
            raise ApplicationError(told, type="amended", non_retryable=True)
        adapter = self._adapter(program, check.name)
        reading = await self._read(program, adapter, check.name, fetch)
        run = Run(reading, fetch.answers, adapter.name, adapter.version)
        deeds = acts_of_run(program, check.name, run)
        refused = await self._record(check, deeds)
        outcome, sentence = _summarize(program, check.name, reading)
        if refused is not None:
            outcome, sentence = "not_recorded", f"{sentence} It was not recorded: {refused.reason}"
        size = sum(answer.size for answer in fetch.answers)
        await self._runs.finish(UUID(check.program), check.name, run=_run_id(), outcome=outcome, sentence=sentence, size=size)
        return CheckResult(outcome=outcome, sentence=sentence, recorded=0 if refused else len(deeds))

    async def _program(self, check: CheckRef) -> Program:
        """The program. Raises ApplicationError if it has ended or lacks the check."""
        cached = await self._programs.load(UUID(check.program))
        if cached is None or check.name not in cached.program.plan.checks:
            raise ApplicationError(f"The plan has no check {check.name}.", type=Code.CHECK_UNKNOWN, non_retryable=True)
        if cached.program.ended_at is not None:
            raise ApplicationError("The program has ended.", type=Code.PROGRAM_ENDED, non_retryable=True)
        return cached.program

    def _adapter(self, program: Program, check: str) -> Adapter:
        source = program.plan.checks[check].source
        name = program.plan.sources[source].adapter
        try:
            return self._adapters[name]
        except (Denied, NoAnswer) as fault:
            # A fault of this installation, not of the program: nothing is recorded.
            sentence = f"The source {source} cannot be read: {fault}"
            raise ApplicationError(sentence, type="adapter_unknown", non_retryable=isinstance(fault, Denied)) from None

    async def _store(self, check: CheckRef, answer: Answer, clock: DatabaseClock) -> Fetch:
        """Stores an answer as a document. Its time is capped at the database's, since the law rejects later ones."""

        async def body() -> AsyncIterator[bytes]:
            yield answer.body

        retrieved_at = min(answer.fetch.retrieved_at, clock.now() or answer.fetch.retrieved_at)
        try:
            await self._documents.store(
                UUID(check.program),
                body(),
                name=f"{check.name} {retrieved_at:%Y-%m-%d}",
                media_type="application/octet-stream",
                uploaded_by=CHECKS.person,
                expected=answer.fetch.sha256,
            )
        except (StoreUnavailable, OSError) as fault:  # OSError: no space for the temporary file
            why = str(fault) if isinstance(fault, StoreUnavailable) else "no room is left on this machine"
            raise ApplicationError(
                f"The producer answered, and the answer could not be kept: {why}.", type="not_kept"
            ) from None
        return answer.fetch.model_copy(update={"retrieved_at": retrieved_at})

    async def _read(self, program: Program, adapter: Adapter, check: str, fetch: CheckFetch) -> Readings | NoReading:
        if fetch.denied is not None:
            return NoReading(fetch.denied_as, fetch.denied)
        try:
            answers = await load_answers(self._documents, fetch.answers)
        except StoreUnavailable as fault:
            raise ApplicationError(f"What was fetched cannot be read now: {fault}.", type="store_away") from None
        except DocumentFault as fault:
            raise ApplicationError(
                f"What was fetched cannot be read again: {fault}.", type="document_fault", non_retryable=True
            ) from None
        return await read_answers(adapter, program.plan, check, answers)

    async def _record(self, check: CheckRef, deeds: Iterable[Deed]) -> Refused | None:
        """Records acts in order; the first refusal, or None. Acts are previewed, so that no run adds a refused attempt."""
        program = UUID(check.program)
        for deed in deeds:
            act = Act(id=_act_id(check, deed), actor=CHECKS, deed=deed)
            judged = await self._recorder.preview(program, act)
            outcome = judged if isinstance(judged, Refused) else await self._recorder.record(program, act)
            if isinstance(outcome, Refused) and outcome.code in RETRYABLE:
                raise ApplicationError(outcome.reason, type=outcome.code)
            if isinstance(outcome, Refused):
                return outcome
        return None


async def _fetch(adapter: Adapter, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
    """Fetches through an adapter. Raises Denied, or ApplicationError, which is retried."""
    try:
        return await adapter.fetch(ask, egress, told)
    except Denied:
        raise
    except NoAnswer as error:
        raise ApplicationError(
            str(error), type="no_answer", next_retry_delay=error.again_in, category=ApplicationErrorCategory.BENIGN
        ) from None
    except Exception as error:  # noqa: BLE001  whatever an adapter raises
        # The message of a third-party adapter may contain a secret, and Temporal would store it.
        sentence = f"The adapter {adapter.name} {adapter.version} failed: {type(error).__name__}."
        raise ApplicationError(sentence, type="adapter_failed") from None


def _run_id() -> str:
    """The run id of the activity, from the server and not from an argument."""
    return activity.info().workflow_run_id or ""


def _act_id(check: CheckRef, deed: Deed) -> str:
    """The id of an act, from the run and its content: the same for a retry, another for a later run."""
    content = digest([_run_id(), deed.model_dump(mode="json", exclude_none=True)])
    return own_act_id("check", check.name, content[:24])


def _summarize(program: Program, check: str, reading: Readings | NoReading) -> tuple[str, str]:
    """The outcome of a run, and a sentence for officers that includes what filters dropped."""
    match reading:
        case NoReading(kind=kind, sentence=sentence):
            return kind, sentence
        case Readings(edition=edition, figures=figures, events=events):
            if (unread := unreadable(program, check, reading)) is not None:
                return unread.kind, unread.sentence
            counts = [f"{len(found)} {what}" for found, what in ((figures, "figures"), (events, "events")) if found]
            read = f"{' and '.join(counts) or 'nothing'} of the edition {edition}."
            rules = filter_of(program, check)
            left_out = dropped_in_words(dropped_counts(rules, reading))
            _, unknown = (rules.unproven(events) if rules else None) or (None, "")
            differs = f"The answer differs from what it was: {reading.differs}." if reading.differs else ""
            return "read", " ".join(filter(None, (read, left_out, unknown, differs)))
