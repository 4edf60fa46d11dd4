"""What templates show in the visitor's language: each expression, with every code or sentence that it can be.

`words` and `said` translate what they are given. What no catalogue has stays English on an Arabic page, and nothing else tells
of it. So each expression to which a template applies one of them stands here, and what is not here is found by a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, get_args, get_origin

from jinja2 import Environment, nodes
from pydantic import BaseModel

from api.openid import FAULTS
from api.pages.act_forms import BY_PEOPLE, SHAPES, about
from api.pages.drawings.timeline import Mark
from api.pages.evidence import TO_VERIFY
from api.pages.fields import LEFT_TO_THE_SERVICE
from api.pages.sign_in import BROKEN_OFF
from api.pages.templates import FOLDER
from api.problem_codes import DOOR
from rules.acts import Role
from rules.checks.health import Health
from rules.entries import KINDS
from rules.explanations.differences import Noun
from rules.explanations.owing import OwedKind
from rules.explanations.reciprocity import How
from rules.language.milestones import Measured, Shown
from rules.language.timetable import Force
from rules.refusals import Code
from rules.truth import Truth
from rules.vocabulary.accounts import Account
from rules.vocabulary.commitments import CommitmentChanged
from rules.vocabulary.determinations import Determine
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.documents import FiledDocument
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.incidents import IncidentStatus, ReportIncident
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.proposals import ProposalStatus
from rules.vocabulary.stability import StabilityCounted
from rules.vocabulary.standing import Standing

PLAN: frozenset[str] = frozenset()
"""Names that a plan gives, which stay as they were written."""


def literals(shape: type[BaseModel], name: str) -> tuple[str, ...]:
    """What a field of a shape can be."""
    return tuple(str(one) for one in _literals(shape.model_fields[name].annotation))


def _literals(kind: Any) -> Iterator[object]:
    for one in get_args(kind):
        if get_args(one):
            yield from _literals(one)
        elif isinstance(one, str | int) and not isinstance(one, bool | type):
            yield one


def _parts(kind: Any) -> Iterator[Any]:
    """The plain types of which one is made: members of unions, and what stands in annotations and tuples."""
    inner = get_args(kind)
    if not inner or get_origin(kind) is dict:
        yield kind
    for one in inner if get_origin(kind) is not dict else ():
        yield from _parts(one)


def shapes() -> Iterator[type[BaseModel]]:
    """Every shape that a form of an act asks for: the acts, what stands in them, and each kind of it."""
    waiting: list[type[BaseModel]] = [SHAPES[kind] for kind in BY_PEOPLE]
    known = set(waiting)
    while waiting:
        shape = waiting.pop()
        yield shape
        for info in (info for name, info in shape.model_fields.items() if name not in LEFT_TO_THE_SERVICE):
            found = [one for one in _parts(info.annotation) if isinstance(one, type) and issubclass(one, BaseModel)]
            waiting += [one for one in found if one not in known and one is not FiledDocument]
            known |= {*found}


def labels() -> set[str]:
    """The names of all fields of forms."""
    return {name for shape in shapes() for name in shape.model_fields if name not in LEFT_TO_THE_SERVICE} | {"kind"}


def helps() -> set[str]:
    """What is said of fields."""
    asked = (info for shape in shapes() for name, info in shape.model_fields.items() if name not in LEFT_TO_THE_SERVICE)
    return {info.description for info in asked if info.description}


def choices() -> set[str]:
    """Codes that can be chosen in forms: literals, roles, and kinds of what an act is about."""
    asked = [(shape, name) for shape in shapes() for name in shape.model_fields if name not in LEFT_TO_THE_SERVICE - {"kind"}]
    return {code for shape, name in asked for code in literals(shape, name)} | {*Role}


STATES = chain(EvidenceStatus, IncidentStatus, ProposalStatus, DisputeStatus, MilestoneStatus)
COMMITMENTS = (*literals(CommitmentChanged, "status"), "not_in_force")
SHOWINGS = tuple(code for shape in (Shown, Measured) for code in literals(shape, "kind"))
PHASES = (*PhaseStatus, "closed")
FINDING = ("achievement", "grading", "reversal")
ALL_REFUSALS = (*Code, *DOOR, "form_expired")

SHOWN: Mapping[str, Iterable[str]] = {
    "account": get_args(Account),
    "account.severity": PLAN,
    "act.kind": BY_PEOPLE,
    "act.known['shows']": PLAN,
    "bar.status": PHASES,
    "block.outcome": Truth,
    "cell.status": EvidenceStatus,
    "child.standing": (*Standing, "not_opened", "opened"),
    "day.status": ("open", "agreed", "missed"),
    "done.how": get_args(How),
    "entry.fact.kind": KINDS,
    "event.kind": KINDS,
    "field.label": labels(),
    "kind": (*BY_PEOPLE, *KINDS),
    "level.kind": ("target", "baseline"),
    "line.standing": Standing,
    "milestone.decision.outcome": literals(Determine, "outcome"),
    "milestone.finding.outcome": Truth,
    "milestone.finding.proposes": FINDING,
    "milestone.force": get_args(Force),
    "milestone.status": MilestoneStatus,
    "name": PLAN,
    "one": Standing,
    "one.confidence": literals(ReportIncident, "confidence"),
    "one.health": Health,
    "one.kind": get_args(OwedKind),
    "one.mark": get_args(Mark),
    "one.noun": get_args(Noun),
    "one.outcome": literals(Determine, "outcome"),
    "one.role": Role,
    "one.severity": PLAN,
    "one.shows": PLAN,
    "one.status": (*STATES, *COMMITMENTS),
    "one.then": PLAN,
    "opened.program.phase().status": PHASES,
    "opened.program.standing": Standing,
    "option.state": (*EvidenceStatus, *IncidentStatus),
    "option.value": choices(),
    "owed.kind": get_args(OwedKind),
    "part.account": get_args(Account),
    "phase.stability.status": (*literals(StabilityCounted, "status"), "complete"),
    "phase.status": PHASES,
    "place.split()|last": labels(),
    "posting.into": get_args(Account),
    "posting.out_of": get_args(Account),
    "problem.code": ALL_REFUSALS,
    "program.standing": Standing,
    "proposal.status": ProposalStatus,
    "refused": (*FAULTS, BROKEN_OFF),
    "about": {about(SHAPES[kind]) for kind in BY_PEOPLE},
    "field.help": helps(),
    "role": Role,
    "seat.role": Role,
    "showing.kind": SHOWINGS,
    "showing.outcome": Truth,
    "standing": Standing,
    "state": PLAN,  # what the macro of badges is given: see its calls
    "status": (*EvidenceStatus, TO_VERIFY),
    "what.outcome": Truth,
}
"""By expression. The same one in several templates has the codes of all of them."""


def expressions() -> dict[str, set[str]]:
    """Each expression that templates show as words, and the templates in which it stands; a constant is its own code."""
    found: dict[str, set[str]] = {}
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    for file in FOLDER.glob("*.html"):
        tree = environment.parse(file.read_text())
        asked = [one.node for one in tree.find_all(nodes.Filter) if one.name in ("words", "said")]
        asked += [one.args[0] for one in tree.find_all(nodes.Call) if _spelled(one.node).rpartition(".")[2] == "badge"]
        for node in asked:
            found.setdefault(_spelled(node), set()).add(file.name)
    return found


def _spelled(node: Any) -> str:
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            return f"{_spelled(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{_spelled(node.node)}[{_spelled(node.arg)}]"
        case nodes.Call():
            return f"{_spelled(node.node)}()"
        case nodes.Filter():
            return f"{_spelled(node.node)}|{node.name}"
        case nodes.Const():
            return repr(node.value)
        case _:
            return type(node).__name__
