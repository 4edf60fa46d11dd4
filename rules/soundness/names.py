"""Names: each stands for one thing, and what is referred to is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.words import did_you_mean


def names(plan: Plan) -> Iterator[Fault]:
    """Names that stand for two things."""
    seen: dict[str, str] = {}
    for phase, rule in plan.phases.items():
        for name in rule.milestones:
            if name in seen:
                message = f"the milestone {name} stands in {seen[name]} already; names are unique in a plan"
                yield Fault(("phases", phase, "milestones", name), message)
            seen[name] = phase
    groups: tuple[Mapping[str, object], ...] = (plan.parties, plan.bodies, plan.non_parties, plan.assessors)
    everybody = Counter(name for group in groups for name in group)
    for name in (name for name, times in everybody.items() if times > 1):
        yield Fault(("parties",), f"{name} is named twice among parties, bodies, non-parties and assessors")


def unknown(path: Path, word: str, what: str, known: Collection[str]) -> Iterator[Fault]:
    """Whether a word is known; the fault says what may have been meant."""
    if word not in known:
        yield Fault(path, f"{word} is no {what} of this plan; {did_you_mean(word, known)}")
