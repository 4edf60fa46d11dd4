"""What a run of a check lets happen outside: the producer is asked, and what the law makes of the answer is recorded.

Temporal asks nobody who they are. Its arguments therefore only say at which check to look; what was fetched is passed from
one activity to the next in the database, under the id of the run.
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
from db.documents import DocumentFault, Documents, StoreAway, TooManyBytes
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
from workflows.heartbeat import heartbeating
from workflows.messages import Checked, CheckOf
from workflows.recompute import asked, kept_answers, question, read_again
from workflows.sources.adapter import Adapter, Ask
from workflows.sources.adapters import Adapters
from workflows.sources.answers import Answer, Denied, NoAnswer, Told
from workflows.sources.egress import Egress, Gateway

LATER = (Code.IN_THE_FUTURE,)
"""Refusals that pass by themselves: an event of a day that begins later in the plan's time zone."""


class CheckActivities:
    """Holds the connections. Bytes are kept as documents, and what is known of them in `check_fetch`."""

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
    async def fetch_source(self, check: CheckOf) -> None:
        """Asks the producer and keeps its answers. What the producer denies is an answer; what fails on the way is tried
        again, and so is everything after a kill: asking twice records nothing twice.
        """
        program = await self._program(check)
        began_at = await self._runs.started(UUID(check.program), check.name, _run())
        async with self._telling_why_not(check):
            fetch = await self._fetched(program, check, began_at)
        await self._fetches.keep(UUID(check.program), check.name, _run(), fetch)

    async def _fetched(self, program: Program, check: CheckOf, began_at: datetime) -> CheckFetch:
        adapter = self._adapter(program, check.name)
        clock = DatabaseClock()
        clock.observe(began_at)
        asks = question(program.plan, check.name)
        ask, line = asked(program.plan, check.name, began_at.astimezone(UTC).date()), self._gateway.line(program.plan.hosts)
        try:
            async with heartbeating() as told:
                answers = await _answers(adapter, ask, line, told)
                return CheckFetch(asks, tuple([await self._kept(check, answer, clock) for answer in answers]))
        except Denied as denied:
            return CheckFetch(asks, denied=str(denied), denied_as=denied.kind)
        except TooManyBytes as large:
            return CheckFetch(asks, denied=f"The answer is too large: {large}.")

    @activity.defn
    async def record_check(self, check: CheckOf) -> Checked:
        """Reads what this run has fetched and records what follows by the law. Safe to repeat: acts are called by their
        content.
        """
        async with heartbeating(), self._telling_why_not(check):
            return await self._recorded(check)

    @activity.defn
    async def note_failure(self, check: CheckOf) -> None:
        """Notes beside the ledger that this run got no answer, unless it said so itself. Safe to repeat: one failure."""
        await self._runs.unanswered(UUID(check.program), check.name, run=_run())

    @asynccontextmanager
    async def _telling_why_not(self, check: CheckOf) -> AsyncIterator[None]:
        """Runs are tried again for an hour, and whoever looks at the check meanwhile is told why there is no answer."""
        try:
            yield
        except ApplicationError as fault:
            await self._runs.finished(UUID(check.program), check.name, run=_run(), outcome="no_answer", sentence=fault.message)
            raise

    async def _recorded(self, check: CheckOf) -> Checked:
        program = await self._program(check)
        fetch = await self._fetches.of(UUID(check.program), check.name, _run())
        if fetch is None:
            told = "This run has fetched nothing, or a later one has been started."
            raise ApplicationError(told, type="nothing_fetched", non_retryable=True)
        if fetch.question != question(program.plan, check.name):
            told = "The plan was amended while the check ran; its next run asks by the new text."
            raise ApplicationError(told, type="amended", non_retryable=True)
        adapter = self._adapter(program, check.name)
        reading = await self._read(program, adapter, check.name, fetch)
        run = Run(reading, fetch.answers, adapter.name, adapter.version)
        deeds = acts_of_run(program, check.name, run)
        refused = await self._record(check, deeds)
        outcome, sentence = _told(program, check.name, reading)
        if refused is not None:
            outcome, sentence = "not_recorded", f"{sentence} It was not recorded: {refused.reason}"
        size = sum(answer.size for answer in fetch.answers)
        await self._runs.finished(UUID(check.program), check.name, run=_run(), outcome=outcome, sentence=sentence, size=size)
        return Checked(outcome=outcome, sentence=sentence, recorded=0 if refused else len(deeds))

    async def _program(self, check: CheckOf) -> Program:
        """The program, while it runs and has the check."""
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
            # No matter of the program: its ledger is silent on what is installed here.
            sentence = f"The source {source} cannot be read: {fault}"
            raise ApplicationError(sentence, type="adapter_unknown", non_retryable=isinstance(fault, Denied)) from None

    async def _kept(self, check: CheckOf, answer: Answer, clock: DatabaseClock) -> Fetch:
        """Files an answer's bytes as a document of the program. Its time is no later than the database's, which judges it."""

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
        except (StoreAway, OSError) as fault:  # OSError: no room for what waits in a temporary file
            why = str(fault) if isinstance(fault, StoreAway) else "no room is left on this machine"
            raise ApplicationError(
                f"The producer answered, and the answer could not be kept: {why}.", type="not_kept"
            ) from None
        return answer.fetch.model_copy(update={"retrieved_at": retrieved_at})

    async def _read(self, program: Program, adapter: Adapter, check: str, fetch: CheckFetch) -> Readings | NoReading:
        if fetch.denied is not None:
            return NoReading(fetch.denied_as, fetch.denied)
        try:
            answers = await kept_answers(self._documents, fetch.answers)
        except StoreAway as fault:
            raise ApplicationError(f"What was fetched cannot be read now: {fault}.", type="store_away") from None
        except DocumentFault as fault:
            raise ApplicationError(
                f"What was fetched cannot be read again: {fault}.", type="document_fault", non_retryable=True
            ) from None
        return await read_again(adapter, program.plan, check, answers)

    async def _record(self, check: CheckOf, deeds: Iterable[Deed]) -> Refused | None:
        """Records acts one after the other, up to the first that the law refuses. What it would refuse is not tried: the
        attempt would stand in the ledger anew after each run.
        """
        program = UUID(check.program)
        for deed in deeds:
            act = Act(id=_act_id(check, deed), actor=CHECKS, deed=deed)
            judged = await self._recorder.preview(program, act)
            outcome = judged if isinstance(judged, Refused) else await self._recorder.record(program, act)
            if isinstance(outcome, Refused) and outcome.code in LATER:
                raise ApplicationError(outcome.reason, type=outcome.code)
            if isinstance(outcome, Refused):
                return outcome
        return None


async def _answers(adapter: Adapter, ask: Ask, line: Egress, told: Told) -> tuple[Answer, ...]:
    """What a producer answers. Raises Denied; everything else is tried again."""
    try:
        return await adapter.fetch(ask, line, told)
    except Denied:
        raise
    except NoAnswer as error:
        raise ApplicationError(
            str(error), type="no_answer", next_retry_delay=error.again_in, category=ApplicationErrorCategory.BENIGN
        ) from None
    except Exception as error:  # noqa: BLE001  whatever an adapter raises
        # What an adapter of somebody else's says of its fault may hold a secret, and would be kept by Temporal.
        sentence = f"The adapter {adapter.name} {adapter.version} failed: {type(error).__name__}."
        raise ApplicationError(sentence, type="adapter_failed") from None


def _run() -> str:
    """The run that the activity belongs to, as the server says it: no argument can claim to be of another."""
    return activity.info().workflow_run_id or ""


def _act_id(check: CheckOf, deed: Deed) -> str:
    """An act of a run by its content: the run that is repeated says the same act again, and a later one another."""
    content = digest([_run(), deed.model_dump(mode="json", exclude_none=True)])
    return own_act_id("check", check.name, content[:24])


def _told(program: Program, check: str, reading: Readings | NoReading) -> tuple[str, str]:
    """The outcome of a run and a sentence on it, for officers: also how much its filters dropped, and why."""
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
