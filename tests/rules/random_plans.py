"""Random plans, each rehearsed with a random story and with one in which everybody does what is owed.

    python -m tests.rules.random_plans --count 10000 --seed 1

Of every plan that is found sound: no act makes the law raise, whatever follows comes to an end, the ledger folds to what
stands, and money adds up to nothing. And where everybody does what the service says is owed, the program comes to its end.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from rules import acts as a
from rules.decide import Decided, decide
from rules.entries import Entry
from rules.evolve import fold
from rules.explanations.explain import blocking
from rules.language.criteria import InTime, NotAfter
from rules.language.parameters import cached_document
from rules.language.reading import InvalidDocument
from rules.program import Program
from rules.reactions.clocks import clocks
from rules.reactions.fixpoint import Fixpoint
from rules.reactions.proposals import LAW
from rules.refusals import Refused
from rules.releases.awaiting import awaited_by
from rules.rendering.mermaid import as_mermaid
from rules.rendering.text import as_text
from rules.sentences import fact_sentence
from rules.validation import validate_plan
from rules.vocabulary.standing import Standing
from tests.rules.random_acts import Acts
from tests.rules.random_figures import Figures
from tests.rules.random_people import members_of, what_is_owed
from tests.rules.random_plan import Writer

STARTS = datetime(2025, 1, 15, 9, tzinfo=UTC)
LAST = datetime(2040, 1, 1, tzinfo=UTC)
MOST_ROUNDS, MOST_ACTS, ACTS = 400, 100, 30


class DeadEnd(AssertionError):
    """A plan that was found sound, in which everybody did what was owed, and which waits without end."""


class Lived:
    """A program of a plan, and its entries."""

    def __init__(self, document: str) -> None:
        plan = validate_plan(cached_document(document))
        self._number = 0
        start = a.StartProgram(document=document, members=members_of(plan))
        self.at = STARTS
        self.program: Program
        self.entries: list[Entry] = []
        started = self._decided(None, a.Member(person="officer", role=a.Role.OFFICER), start)
        assert isinstance(started, Decided), started
        self._take(started)

    def _decided(self, program: Program | None, member: a.Member, deed: a.Deed) -> Decided | Refused:
        self._number += 1
        actor = a.Actor(person=member.person, role=member.role, party=member.party)
        return decide(program, a.Act(id=f"a{self._number}", actor=actor, deed=deed, filed=a.document_hashes(deed)), self.at)

    def _take(self, decided: Decided) -> None:
        self.program = decided.program
        self.entries.extend(decided.entries)

    def do(self, member: a.Member, deed: a.Deed) -> bool:
        """Whether the act was accepted."""
        outcome = self._decided(self.program, member, deed)
        if isinstance(outcome, Decided):
            self._take(outcome)
        return isinstance(outcome, Decided)

    def clock(self, at: datetime) -> None:
        self.at = at
        self.do(a.Member(person="clock", role=a.Role.CLOCK), a.StrikeClock())

    def is_settled(self) -> None:
        """Nothing follows that did not follow, the ledger folds to what stands, and money adds up to nothing."""
        if self.program.standing is not Standing.RUNNING:
            return  # what time alone brings waits until it goes on
        again = Fixpoint(self.program, "again", self.at, LAW)
        again.look_at_everything()
        again.settle(self.at)
        assert again.entries == [], f"overlooked: {[fact_sentence(entry.fact, self.program.plan) for entry in again.entries]}"
        assert all(clock.due_at > self.at for clock in clocks(self.program)), clocks(self.program)
        for name, state in self.program.releases.items():
            assert sum(state.balances.values()) == 0, name
            assert all(amount >= 0 for account, amount in state.balances.items() if account != "promised"), (name, state)


def anything(document: str, random: Random, figures: Figures) -> None:
    """A story in which anybody does anything, and half of them what is owed."""
    lived, acts = Lived(document), Acts(random, figures)
    for _ in range(ACTS):
        owed = list(what_is_owed(lived.program, figures, lived.at)) if random.random() < 0.5 else []
        if lived.do(*(random.choice(owed) if owed else acts.drawn(lived.program, lived.at))):
            lived.is_settled()
        lived.at += timedelta(days=random.choice([0, 0, 1, 3, 10, 40]), hours=random.randint(0, 23))
    lived.clock(lived.at + timedelta(days=random.choice([30, 400])))
    lived.is_settled()
    blocking(lived.program, lived.at)
    assert fold(lived.entries) == lived.program, "the ledger folds to something else"


def everything_owed(document: str, figures: Figures) -> None:
    """A story in which everybody does what is owed, at once. Raises DeadEnd where the program does not end by it."""
    lived = Lived(document)
    for _ in range(MOST_ROUNDS):
        if lived.program.ended_at is not None:
            return
        before, refused = lived.program, set()
        for _ in range(MOST_ACTS):
            owed = [one for one in what_is_owed(lived.program, figures, lived.at) if repr(one) not in refused]
            if not owed or lived.program.ended_at is not None:
                break
            if not lived.do(*owed[0]):
                refused.add(repr(owed[0]))
        coming = [clock.due_at for clock in clocks(lived.program)]
        new_figures = datetime(lived.at.year + 1, 1, 2, 12, tzinfo=UTC)
        if not coming and lived.program is before and (not lived.program.plan.indicators or lived.at > LAST):
            break
        lived.clock(min([*coming, new_figures]))
    passed = any(isinstance(block.leaf, NotAfter | InTime) for block in blocking(lived.program, lived.at))
    if lived.program.ended_at is None and not passed:  # a window, or a date, can pass while a figure is waited for
        raise DeadEnd(_why(lived))


def _why(lived: Lived) -> str:
    stands = [f"{name} {lived.program.phase(name).told}" for name in lived.program.plan.phases]
    lacks = [f"{block.phase}.{block.gate}: {block.sentence}" for block in blocking(lived.program, lived.at)]
    money = [one.sentence for name, _ in lived.program.paying for one in awaited_by(lived.program, name, lived.at)]
    return "\n  ".join([f"{lived.program.standing} at {lived.at}: {', '.join(stands)}", *lacks, *money])


def tried(seed: str) -> str:
    """What came of one plan: `unsound`, or `sound`. Raises whatever was wrong with it."""
    random = Random(seed)  # noqa: S311  chance that can be had again
    writer = Writer(random)
    document = json.dumps(writer.written())
    try:
        plan = validate_plan(cached_document(document))
    except InvalidDocument:
        return "unsound"
    assert as_text(plan)
    assert as_mermaid(plan)
    everything_owed(document, writer.figures)
    anything(document, random, writer.figures)
    return "sound"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--count", type=int, default=1000, help="how many sound plans")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--one", help="one plan alone, by its seed, which is printed")
    given = asked.parse_args()
    if given.one:
        document = json.dumps(Writer(Random(given.one)).written(), indent=1)  # noqa: S311  chance that can be had again
        sys.stdout.write(f"{document}\n{tried(given.one)}\n")
        return
    came, number = Counter[str](), 0
    while came["sound"] + came["wrong"] < given.count:
        number += 1
        if number % 500 == 0:
            sys.stdout.write(f"{number} plans: {dict(came)}\n")
            sys.stdout.flush()
        try:
            came[tried(f"{given.seed}:{number}")] += 1
        except Exception:  # noqa: BLE001  whatever it is, it is told, and the next plan is tried
            came["wrong"] += 1
            sys.stdout.write(f"--one {given.seed}:{number}\n{traceback.format_exc(limit=-3)}\n")
    sys.stdout.write(f"{number} plans: {dict(came)}\n")
    sys.exit(came["wrong"] > 0)


if __name__ == "__main__":
    main()
