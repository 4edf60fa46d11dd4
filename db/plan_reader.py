"""Client of the parser process: parses plans outside of the event loop, one at a time.

Results are put into the caches of the law (`rules.validation.accepted`, `rules.language.parameters`), keyed by text. The law
parses a text itself where the cache has none, with the same result, but blocking the event loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any

from pydantic_core import from_json, to_json

from db.plan_process import faults_in
from rules.entries import Fact
from rules.language.declared import DECLARED, Declarations
from rules.language.parameters import RECORDED, Chosen, parameters_key
from rules.language.plan import Plan
from rules.validation.accepted import JUDGED, Key, key_of, texts, weight
from rules.vocabulary.family import ChildPlan
from rules.vocabulary.matters import Amend

MAX_PENDING = 16
"""Limit of the queue (back-pressure). At 0.15 s a text the last one waits for 2.4 s."""

MAX_SECONDS = 10
"""Timeout for one text; the largest accepted plan takes a hundredth of it on an idle machine."""

MAX_ANSWER_BYTES = 64 * 1024 * 1024


class ReaderBusy(Exception):
    """The text was not parsed: the queue is full, or the parser process was lost. A retry may succeed."""


class PlanReader:
    """Owns the parser process, which is started by `start` or at the first request."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def process_id(self) -> int | None:
        """Id of the parser process; None while there is none."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Starts the process ahead of the first request, which would else wait for half a second."""
        async with self._turn:
            self._process = self._process or await self._spawn()

    async def prefetch_declared(self, document: str) -> None:
        """Fills the cache of `declares` for a text. Raises ReaderBusy."""
        if document not in DECLARED:
            await self._run_in_turn(self._read_declared(document))

    async def prefetch_accepted(
        self, document: str, parameters: Mapping[str, str | int], programs: Mapping[str, ChildPlan]
    ) -> None:
        """Fills the cache of `accepted` for a text and its child programs. Raises ReaderBusy."""
        key = key_of(document, parameters, programs)
        if key not in JUDGED:
            await self._run_in_turn(self._validate(key, programs))

    async def prefetch_fact(self, fact: Fact) -> None:
        """Fills the cache of `recorded_plan` for all plans in a recorded fact."""
        for text, chosen in _plans_in(fact):
            await self.prefetch_text(text, chosen)

    async def prefetch_text(self, text: str, chosen: Chosen) -> None:
        """Fills the cache of `recorded_plan` for a text with its parameters."""
        if (text, chosen) not in RECORDED:
            # Without the cache the fold parses the text itself.
            with suppress(ReaderBusy):
                await self._run_in_turn(self._read_recorded(text, chosen))

    async def close(self) -> None:
        """Kills the process."""
        if self._process is not None:
            await self._kill(self._process)

    async def _run_in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= MAX_PENDING:
            work.close()
            raise ReaderBusy("Many plans wait to be read.")
        # A task of its own: after the cancellation of a caller its response must still be read from the pipe.
        task = asyncio.create_task(self._one_at_a_time(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def _one_at_a_time(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _read_declared(self, document: str) -> None:
        if document in DECLARED:
            return
        answer = await self._request({"asked": "declares", "text": document})
        positions = {name: (line, column) for name, (line, column) in answer.get("positions", {}).items()}
        found = faults_in(answer) or Declarations(answer["plan"], answer["programs"], positions)
        DECLARED.put(document, found, len(document))

    async def _validate(self, key: Key, programs: Mapping[str, ChildPlan]) -> None:
        if key in JUDGED:
            return
        document, chosen, _ = key
        children = {name: child.model_dump(mode="json") for name, child in programs.items()}
        answer = await self._request({"asked": "judges", "text": document, "parameters": dict(chosen), "programs": children})
        if (faults := faults_in(answer)) is not None:
            JUDGED.put(key, faults, weight(key))
            return
        plans = [_cache_plan(text, chosen, plan) for (text, chosen), plan in zip(texts(key), answer["plans"], strict=True)]
        JUDGED.put(key, plans[0], weight(key))

    async def _read_recorded(self, text: str, chosen: Chosen) -> None:
        if (text, chosen) in RECORDED:
            return
        answer = await self._request({"asked": "reads", "text": text, "parameters": dict(chosen)})
        if "plans" in answer:
            _cache_plan(text, chosen, answer["plans"][0])

    async def _request(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        process = self._process = self._process or await self._spawn()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process was started without its pipes")
        try:
            async with asyncio.timeout(MAX_SECONDS):
                process.stdin.write(to_json(question) + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
        except (TimeoutError, OSError, ValueError) as error:
            await self._kill(process)
            raise ReaderBusy("The plan could not be read in time.") from error
        if not line.endswith(b"\n"):
            await self._kill(process)
            raise ReaderBusy("The parser of plans has ended.")
        answer: Mapping[str, Any] = from_json(line)
        return answer

    async def _spawn(self) -> Process:
        # No settings of the service: the parser must not see addresses and secrets.
        environment = {
            name: value for name, value in os.environ.items() if name.startswith("PYTHON") or name in ("PATH", "LANG")
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "db.plan_process", stdin=PIPE, stdout=PIPE, env=environment, limit=MAX_ANSWER_BYTES
        )

    async def _kill(self, process: Process) -> None:
        self._process = None
        if process.returncode is None:
            process.kill()
        await process.wait()


def _cache_plan(text: str, chosen: Chosen, written: str) -> Plan:
    return RECORDED.get((text, chosen)) or RECORDED.put((text, chosen), Plan.model_validate_json(written), len(text))


def _plans_in(fact: Fact) -> Iterable[tuple[str, Chosen]]:
    """Texts of plans and their parameters in a fact."""
    match fact.kind:
        case "program_started":
            return texts(key_of(fact.document, fact.parameters, fact.programs or {}))
        case "plan_amended":
            return ((fact.document, parameters_key(fact.parameters)),)
        case "proposal_made" if isinstance(fact.matter, Amend):
            return ((fact.matter.document, parameters_key(fact.matter.parameters)),)
        case _:
            return ()
