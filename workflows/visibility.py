"""Visibility in Temporal's UI: search attributes for lists, and the details of a workflow."""

from __future__ import annotations

from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate, TypedSearchAttributes

from workflows.messages import PhaseState, ProgramState, program_workflow

PLAN = SearchAttributeKey.for_keyword("AccordPlan")
TITLE = SearchAttributeKey.for_keyword("AccordTitle")
STANDING = SearchAttributeKey.for_keyword("AccordStanding")
PARENT = SearchAttributeKey.for_keyword("AccordParent")
ENTRY = SearchAttributeKey.for_keyword("AccordEntry")
"""Epoch, number and leaf prefix of the newest entry that the workflow knows; compared with the record."""
PHASE = SearchAttributeKey.for_keyword_list("AccordPhase")
WAITING_FOR = SearchAttributeKey.for_keyword_list("AccordWaitingFor")
NEXT_DUE = SearchAttributeKey.for_datetime("AccordNextDue")
SEARCH_ATTRIBUTES: tuple[SearchAttributeKey[Any], ...] = (
    PLAN,
    TITLE,
    STANDING,
    PARENT,
    ENTRY,
    PHASE,
    WAITING_FOR,
    NEXT_DUE,
)

READABLE_ATTRIBUTES = (PLAN, TITLE, PHASE, WAITING_FOR)
"""Search attributes with names or titles. The codec does not encrypt search attributes."""

MAX_CLOCKS = 10
"""Limit of clocks in the details of one phase."""
MAX_DETAILS = 15_000
MAX_TITLE = 200


def search_attributes(state: ProgramState) -> TypedSearchAttributes:
    """All search attributes of a program."""
    return TypedSearchAttributes(
        [SearchAttributePair(key, value) for key, value in _values(state).items() if value is not None]
    )


def changed_attributes(state: ProgramState, before: ProgramState) -> list[SearchAttributeUpdate[Any]]:
    """The search attributes that changed; each update costs Temporal a row."""
    shown = _values(before)
    return [
        key.value_unset() if value is None else key.value_set(value)
        for key, value in _values(state).items()
        if value != shown[key]
    ]


def _values(state: ProgramState) -> dict[SearchAttributeKey[Any], Any]:
    shown: dict[SearchAttributeKey[Any], Any] = {
        PLAN: state.plan,
        TITLE: state.title[:MAX_TITLE],
        PHASE: [phase.name for phase in state.phases if phase.status == "open"] or None,
        WAITING_FOR: state.waiting_for or None,
        STANDING: state.standing,
        PARENT: state.parent.parent if state.parent else None,
        ENTRY: f"{state.epoch}.{state.seq}.{state.head}",
        NEXT_DUE: state.next_due,
    }
    return shown | dict.fromkeys(READABLE_ATTRIBUTES) if state.sealed else shown


def known_entry(attributes: TypedSearchAttributes) -> tuple[int, int, str] | None:
    """Parses ENTRY: epoch, number and leaf prefix of the newest entry that a workflow knows."""
    epoch, seq, head = (attributes.get(ENTRY) or "").split(".") if attributes.get(ENTRY) else ("", "", "")
    return (int(epoch), int(seq), head) if epoch else None


def details(state: ProgramState) -> str:
    """The state of a program as Markdown, without nested lists, which Temporal's UI does not render."""
    as_of = f"as of `seq` {state.seq} of its ledger; later entries change nothing that is shown here"
    lines = [f"**{state.title}** ({state.plan}) is {state.standing}, {as_of}."]
    if state.parent is not None:
        lines.append(f"It is a child of `{program_workflow(state.parent.parent)}`, there called {state.parent.name}.")
    if state.waiting_for:
        lines.append(f"It waits for: {', '.join(state.waiting_for)}.")
    for phase in state.phases:
        lines += _phase_lines(phase)
    lines += [
        f"Child program **{child.title}**: {child.standing}, `{program_workflow(child.program)}`" for child in state.children
    ]
    return "\n\n".join(lines)[:MAX_DETAILS]


def _phase_lines(phase: PhaseState) -> list[str]:
    clocks = sorted(phase.clocks, key=lambda clock: clock.due_at)
    more = [f"… and {len(clocks) - MAX_CLOCKS} later clocks"] if len(clocks) > MAX_CLOCKS else []
    return [
        f"Phase **{phase.title}** is {phase.status}.",
        *(f"Due {clock.due_at:%Y-%m-%d %H:%M} UTC: {clock.note}" for clock in clocks[:MAX_CLOCKS]),
        *more,
    ]
