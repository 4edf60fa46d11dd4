"""A recorded parent program with the small plan as its child program."""

from __future__ import annotations

from typing import cast
from uuid import UUID, uuid4

from db.program_cache import ProgramCache
from db.recorder import Recorder
from db.restore_epochs import Epochs
from rules import acts as a
from rules.family import child_id
from rules.program import Program
from tests.db.builders import act
from tests.rules.small_family import parent_plan, start
from workflows.activities import Activities
from workflows.messages import ChildRef


class FirstEpoch:
    """Of a record that was never restored."""

    async def current(self) -> int:
        return 1


class RecordedFamily:
    """Parent and child in one database. The clock room's activities are called as its workflows would call them."""

    def __init__(self, recorder: Recorder, programs: ProgramCache) -> None:
        self._recorder, self._programs = recorder, programs
        self.activities = Activities(recorder, programs, cast("Epochs", FirstEpoch()))
        self.parent_id = uuid4()
        self.child_id = child_id(self.parent_id, "truce")
        self.of = ChildRef(parent=str(self.parent_id), name="truce")

    async def begin(self, when_suspended: str = "freeze") -> None:
        """The parent is started, and its phase opens the child."""
        await self.in_parent("olga", start(parent_plan(when_suspended)))
        await self.in_parent("nils", a.Consent(phase="works"))

    async def open(self, when_suspended: str = "freeze") -> None:
        await self.begin(when_suspended)
        await self.activities.keep_child(self.of)

    async def in_parent(self, person: str, deed: a.Deed) -> None:
        await self._recorder.record(self.parent_id, act(person, deed))

    async def in_child(self, person: str, deed: a.Deed) -> None:
        await self._recorder.record(self.child_id, act(person, deed))

    async def program(self, program_id: UUID) -> Program:
        kept = await self._programs.load(program_id)
        assert kept is not None
        return kept.program
