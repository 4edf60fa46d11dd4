"""Projections: the rows of officers' tables that change between two states of a program.

Rows depend only on the program before and after and on the entries between, so `rebuild.py` produces the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from rules.entries import Entry
from rules.explanations.outstanding import About, OutstandingAct, OutstandingIndex, overdue_from
from rules.program import Program
from rules.reactions.clocks import Clock
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.incidents import Incident
from rules.vocabulary.phases import PhaseStatus

RowValues: TypeAlias = dict[str, Any]

DELETABLE = {"clock": ("name",), "membership": ("person", "role", "party"), "owed": ("party", "kind", "name")}
"""Tables from which rows are deleted, with their keys beside `program_id`. Rows of others are only inserted or updated."""

IMMUTABLE_COLUMNS = ("title", "plan", "plan_sha256", "parties", "started_at")
"""Columns of `program` that never change after the start."""


@dataclass(slots=True)
class Changes:
    """Rows to upsert (`rows`), and keys of rows to delete (`gone`), by table."""

    rows: dict[str, list[RowValues]] = field(default_factory=dict)
    gone: dict[str, list[RowValues]] = field(default_factory=dict)

    def put(self, table: str, lines: Iterable[RowValues]) -> None:
        if found := list(lines):
            self.rows[table] = found

    def drop(self, table: str, keys: Iterable[RowValues]) -> None:
        if found := list(keys):
            self.gone[table] = found

    @property
    def plain(self) -> Mapping[str, list[RowValues]]:
        """One JSON document by table; keys to delete are under the table's name with a leading `-`."""
        return self.rows | {f"-{table}": keys for table, keys in self.gone.items()}


def rows(
    before: Program | None,
    after: Program,
    entries: Iterable[Entry],
    clocks: tuple[tuple[Clock, ...], tuple[Clock, ...]],
    owed: tuple[OutstandingIndex, OutstandingIndex],
) -> Changes:
    """The changed rows between two states of a program.

    `entries` are those in between; `clocks` and `owed` are pairs of before and after. Evidence and incidents (there may
    be thousands) are looked up by the ids in the entries.
    """
    changes = Changes()
    changes.put("phase", _phases(before, after))
    changes.put("milestone", _milestones(before, after))
    changes.put("commitment", _commitments(before, after))
    evidence, incidents = _referenced(entries)
    changes.put("evidence", (_evidence(after.evidence[name]) for name in evidence if name in after.evidence))
    changes.put("incident", (_incident(after.incidents[name]) for name in incidents if name in after.incidents))
    _clocks(changes, *clocks)
    _members(changes, before, after)
    _owed(changes, *owed)
    return changes


def immutable_columns(after: Program) -> RowValues:
    """The columns of ORIGIN."""
    return {
        "title": after.title,
        "plan": after.plan.plan,
        "plan_sha256": after.plan_sha256,
        "parties": list(after.plan.parties),
        "started_at": after.started_at,
        "parent_id": after.parent.agreed.program if after.parent else None,
        "name_in_parent": after.parent.agreed.name if after.parent else None,
    }


def head_columns(after: Program, head_leaf: bytes, clocks: tuple[Clock, ...], owed: OutstandingIndex) -> RowValues:
    """The mutable columns of `program` except `clock_seq`, which the caller adds."""
    return {
        "standing": after.standing,
        "open_phases": [name for name, state in after.phases.items() if state.status is PhaseStatus.OPEN],
        "next_due": clocks[0].due_at if clocks else None,
        "overdue_from": overdue_from(owed),
        "seq": after.seq,
        "head": f"\\x{head_leaf.hex()}",
        "updated_at": after.at,
    }


def _changed_names(names: Iterable[str], before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    """Names whose value is not the same object as before; all names for a new program."""
    if before is after:
        return
    for name in names:
        if before is None or before.get(name) is not after.get(name):
            yield name


def _phases(before: Program | None, after: Program) -> Iterator[RowValues]:
    plan = after.plan.phases
    names = dict.fromkeys(_changed_names(plan, before.phases if before else None, after.phases))
    names |= dict.fromkeys(_changed_names(after.stability, before.stability if before else None, after.stability))
    for name in names:
        state, stability = after.phase(name), after.stability.get(name)
        counted = stability.counted if stability else None
        yield {
            "name": name,
            "title": plan[name].title,
            "status": state.told,
            "entry_met": state.entry_met,
            "entry_met_at": state.entry_met_at,
            "opened_at": state.opened_at,
            "exit_met": state.exit_met,
            "completed_at": state.completed_at,
            "stability_status": counted.status if counted else None,
            "stability_counted_from": counted.counted_from if counted else None,
            "stability_completes_at": counted.completes_at if counted else None,
            "stability_completed_at": stability.completed_at if stability else None,
            "stability_moved_by": counted.moved_by if counted else None,
        }


def _milestones(before: Program | None, after: Program) -> Iterator[RowValues]:
    for name in _changed_names(after.plan.milestones, before.milestones if before else None, after.milestones):
        step, state = after.plan.milestones[name], after.milestone(name)
        due, finding = state.due, state.finding
        yield {
            "name": name,
            "phase": after.plan.phase_of[name],
            "title": step.title,
            "party": ", ".join(after.plan.owed_by[name]),
            "status": state.status,
            "first_recorded_at": state.first_recorded_at,
            "due_original": due.original if due else None,
            "due_revised": due.revised if due else None,
            "missed_at": due.missed_at if due else None,
            "achieved_at": state.achieved_at,
            "finding_outcome": finding.outcome if finding else None,
            "finding_proposes": finding.proposes if finding else None,
            "finding_sentence": finding.sentence if finding else None,
            "observable_until": finding.observable_until if finding else None,
        }


def _commitments(before: Program | None, after: Program) -> Iterator[RowValues]:
    for name in _changed_names(after.commitments, before.commitments if before else None, after.commitments):
        promise, state = after.plan.commitments[name], after.commitments[name]
        yield {
            "name": name,
            "title": promise.title,
            "party": promise.party,
            "status": state.status,
            "in_force_since": state.in_force_since,
            "because": state.because,
        }


def _referenced(entries: Iterable[Entry]) -> tuple[dict[str, None], dict[str, None]]:
    """Ids of the evidence and of the incidents that entries are about, in order."""
    evidence: dict[str, None] = {}
    incidents: dict[str, None] = {}
    for entry in entries:
        held = entry.fact.__dict__
        if (name := held.get("evidence") or held.get("measurement")) is not None:
            evidence[name] = None
        if (name := held.get("incident")) is not None:
            incidents[name] = None
    return evidence, incidents


def _evidence(piece: Evidence) -> RowValues:
    figure = piece.measurement
    return {
        "id": piece.id,
        "milestone": piece.milestone,
        "shows": piece.shows,
        "status": piece.status,
        "recorded_by": piece.recorded_by.person,
        "recorded_for": piece.recorded_by.party,
        "recorded_at": piece.recorded_at,
        "happened_at": piece.happened_at,
        "verified_by": piece.verified_by.person if piece.verified_by else None,
        "indicator": figure.indicator if figure else None,
        "value": format(figure.value, "f") if figure else None,
        "unit": figure.unit if figure else None,
        "period": figure.period if figure else None,
        "producer": figure.producer if figure else None,
        "edition": figure.edition if figure else None,
        "retrieved_at": figure.retrieved_at if figure else None,
        "filed": piece.filed if piece.document else None,
    }


def _incident(incident: Incident) -> RowValues:
    return {
        "id": incident.id,
        "kind": incident.kind,
        "severity": incident.severity,
        "status": incident.status,
        "place": incident.place,
        "happened_at": incident.happened_at,
        "happened_until": incident.happened_until,
        "reported_at": incident.reported_at,
        "resolved_at": incident.resolved_at,
        "attributed_to": incident.attributed_to,
        "confidence": incident.confidence,
        "reported_by": incident.reported_by.person,
        "reported_for": incident.reported_by.party,
        "related_to": incident.related_to,
    }


def _clocks(changes: Changes, before: tuple[Clock, ...], after: tuple[Clock, ...]) -> None:
    if before is after:
        return
    were, are = {clock.name: clock for clock in before}, {clock.name: clock for clock in after}
    changes.put("clock", (_clock(clock) for name, clock in are.items() if were.get(name) != clock))
    changes.drop("clock", ({"name": name} for name in were if name not in are))


def _clock(clock: Clock) -> RowValues:
    return {
        "name": clock.name,
        "kind": clock.kind,
        "phase": clock.phase,
        "due_at": clock.due_at,
        "note": clock.note,
    }


def _members(changes: Changes, before: Program | None, after: Program) -> None:
    were = before.members if before else frozenset()
    if were is after.members:
        return

    def line(member: Any) -> RowValues:
        return {"person": member.person, "role": member.role, "party": member.party or ""}

    changes.put("membership", (line(member) for member in after.members - were))
    changes.drop("membership", (line(member) for member in were - after.members))


def _owed(changes: Changes, before: OutstandingIndex, after: OutstandingIndex) -> None:
    """Changed rows of `owed`: a subject's tuple is another object where it changed."""
    if before is after:
        return
    abouts = [about for about, found in after.items() if before.get(about) is not found]
    abouts += [about for about in before if about not in after]
    were, are = _by_key(before, abouts), _by_key(after, abouts)
    changes.put("owed", (_owed_line(one) for key, one in are.items() if were.get(key) != one))
    changes.drop("owed", (dict(zip(DELETABLE["owed"], key, strict=True)) for key in were if key not in are))


def _by_key(held: OutstandingIndex, abouts: Iterable[About]) -> dict[tuple[str, ...], OutstandingAct]:
    """Owed acts of some subjects, by primary key."""
    return {(one.owed.party, one.owed.kind, one.owed.name): one for about in abouts for one in held.get(about, ())}


def _owed_line(one: OutstandingAct) -> RowValues:
    owed, milestone = one.owed, one.milestone_due
    return {
        "party": owed.party,
        "kind": owed.kind,
        "name": owed.name,
        "title": one.title,
        "since": owed.since,
        "due": owed.due,
        "milestone_due_original": milestone.original if milestone else None,
        "milestone_due_revised": milestone.revised if milestone else None,
        "due_at": one.due_at or "infinity",
        "overdue_from": one.overdue_from,
        "ends_at": one.ends_at,
        "binding": owed.binding,
    }
