"""Plans read beside the event loop, one at a time, so that nobody waits for the text of somebody else.

What is found is kept where the law looks for it (`rules.validation.accepted`, `rules.language.parameters`), by text. The law
reads a text itself where it finds nothing kept: then it takes longer, and nothing else is different.
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

MOST_WAITING = 16
"""Texts that wait for their turn. With one that is read in 0.15 s the last of them waits for 2.4 s."""

LONGEST_SECONDS = 10
"""For one text. What is allowed takes a hundredth of it on an idle machine."""

LONGEST_ANSWER = 64 * 1024 * 1024


class ReaderBusy(Exception):
    """The text was not read: too many wait for their turn, or the process that reads was lost. Asking again helps."""


class PlanReader:
    """Has texts of plans read by a process of its own, which is started when it is first needed, or before."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._working: set[asyncio.Task[None]] = set()

    @property
    def process_id(self) -> int | None:
        """Of the process that reads; None while there is none."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Starts the process; whoever needs it first then waits for less than half a second."""
        async with self._turn:
            self._process = self._process or await self._started()

    async def declares(self, document: str) -> None:
        """Makes `declares` know a text. Raises ReaderBusy."""
        if document not in DECLARED:
            await self._in_turn(self._declares(document))

    async def judges(self, document: str, parameters: Mapping[str, str | int], programs: Mapping[str, ChildPlan]) -> None:
        """Makes `accepted` know a text with those of its child programs. Raises ReaderBusy."""
        key = key_of(document, parameters, programs)
        if key not in JUDGED:
            await self._in_turn(self._judges(key, programs))

    async def reads(self, fact: Fact) -> None:
        """Makes `recorded_plan` know the plans that a recorded fact brings."""
        for text, chosen in _brought(fact):
            await self.reads_text(text, chosen)

    async def reads_text(self, text: str, chosen: Chosen) -> None:
        """Makes `recorded_plan` know a text with its parameters."""
        if (text, chosen) not in RECORDED:
            # What is recorded is read by whoever needs it, if need be while others wait.
            with suppress(ReaderBusy):
                await self._in_turn(self._reads(text, chosen))

    async def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            await self._end(self._process)

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._working) >= MOST_WAITING:
            work.close()
            raise ReaderBusy("Many plans wait to be read.")
        # A task of its own: the answer to a caller who goes away would else be taken for that to the next question.
        task = asyncio.create_task(self._one_at_a_time(work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        await asyncio.shield(task)

    async def _one_at_a_time(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._turn:
            await work

    async def _declares(self, document: str) -> None:
        if document in DECLARED:
            return
        told = await self._answered({"asked": "declares", "text": document})
        positions = {name: (line, column) for name, (line, column) in told.get("positions", {}).items()}
        found = faults_in(told) or Declarations(told["plan"], told["programs"], positions)
        DECLARED.put(document, found, len(document))

    async def _judges(self, key: Key, programs: Mapping[str, ChildPlan]) -> None:
        if key in JUDGED:
            return
        document, chosen, _ = key
        children = {name: child.model_dump(mode="json") for name, child in programs.items()}
        told = await self._answered({"asked": "judges", "text": document, "parameters": dict(chosen), "programs": children})
        if (faults := faults_in(told)) is not None:
            JUDGED.put(key, faults, weight(key))
            return
        plans = [_kept(text, chosen, plan) for (text, chosen), plan in zip(texts(key), told["plans"], strict=True)]
        JUDGED.put(key, plans[0], weight(key))

    async def _reads(self, text: str, chosen: Chosen) -> None:
        if (text, chosen) in RECORDED:
            return
        told = await self._answered({"asked": "reads", "text": text, "parameters": dict(chosen)})
        if "plans" in told:
            _kept(text, chosen, told["plans"][0])

    async def _answered(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        process = self._process = self._process or await self._started()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process was started without its pipes")
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                process.stdin.write(to_json(question) + b"\n")
                await process.stdin.drain()
                line = await process.stdout.readline()
        except (TimeoutError, OSError, ValueError) as error:
            await self._end(process)
            raise ReaderBusy("The plan could not be read in time.") from error
        if not line.endswith(b"\n"):
            await self._end(process)
            raise ReaderBusy("What reads plans has ended.")
        answer: Mapping[str, Any] = from_json(line)
        return answer

    async def _started(self) -> Process:
        # Nothing of the service's settings: addresses and secrets are none of a parser's business.
        kept = {name: value for name, value in os.environ.items() if name.startswith("PYTHON") or name in ("PATH", "LANG")}
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "db.plan_process", stdin=PIPE, stdout=PIPE, env=kept, limit=LONGEST_ANSWER
        )

    async def _end(self, process: Process) -> None:
        self._process = None
        if process.returncode is None:
            process.kill()
        await process.wait()


def _kept(text: str, chosen: Chosen, written: str) -> Plan:
    return RECORDED.get((text, chosen)) or RECORDED.put((text, chosen), Plan.model_validate_json(written), len(text))


def _brought(fact: Fact) -> Iterable[tuple[str, Chosen]]:
    """The texts of plans, with the values of their parameters, that a fact brings into a program."""
    match fact.kind:
        case "program_started":
            return texts(key_of(fact.document, fact.parameters, fact.programs or {}))
        case "plan_amended":
            return ((fact.document, parameters_key(fact.parameters)),)
        case "proposal_made" if isinstance(fact.matter, Amend):
            return ((fact.matter.document, parameters_key(fact.matter.parameters)),)
        case _:
            return ()
