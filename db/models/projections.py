"""Projections of the ledger, for lists and for SQL. `db/rebuild.py` rebuilds them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, Text, text
from sqlmodel import Field

from db.models.row import INSTANT, Row, column


class PhaseRow(Row, table=True):
    """The state of a phase, with its stability period if it has one."""

    program_id: UUID = Field(primary_key=True)
    name: str = column(Text, primary_key=True)
    title: str = column(Text)
    status: str = column(Text)
    entry_met: bool
    entry_met_at: datetime | None = column(INSTANT)
    opened_at: datetime | None = column(INSTANT)
    exit_met: bool
    completed_at: datetime | None = column(INSTANT)
    stability_status: str | None = column(Text)
    stability_counted_from: datetime | None = column(INSTANT)
    stability_completes_at: datetime | None = column(INSTANT)
    stability_completed_at: datetime | None = column(INSTANT)
    stability_moved_by: str | None = column(Text)


class MilestoneRow(Row, table=True):
    """The state of a milestone, with its original, revised and actual date (`achieved_at`)."""

    __table_args__ = (
        Index("ix_milestone_due_revised_program_id", "due_revised", "program_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    program_id: UUID = Field(primary_key=True)
    name: str = column(Text, primary_key=True)
    phase: str = column(Text)
    title: str = column(Text)
    party: str = column(Text)
    status: str = column(Text)
    first_recorded_at: datetime | None = column(INSTANT)
    due_original: datetime | None = column(INSTANT)
    due_revised: datetime | None = column(INSTANT)
    missed_at: datetime | None = column(INSTANT)
    achieved_at: datetime | None = column(INSTANT)
    finding_outcome: str | None = column(Text)
    finding_proposes: str | None = column(Text)
    finding_sentence: str | None = column(Text)
    observable_until: datetime | None = column(INSTANT)


class CommitmentRow(Row, table=True):
    """The status of a commitment, and the incident that put it in question or broke it (`because`)."""

    program_id: UUID = Field(primary_key=True)
    name: str = column(Text, primary_key=True)
    title: str = column(Text)
    party: str | None = column(Text)
    status: str = column(Text)
    in_force_since: datetime = column(INSTANT)
    because: str | None = column(Text)


class ClockRow(Row, table=True):
    """A running clock: what takes effect when, if nobody acts."""

    __table_args__ = (
        # Due dates of milestones are read from `milestone`, with their originals.
        Index("ix_clock_due_at_program_id", "due_at", "program_id", postgresql_where=text("kind <> 'deadline'")),
    )

    program_id: UUID = Field(primary_key=True)
    name: str = column(Text, primary_key=True)
    kind: str = column(Text)
    phase: str = column(Text)
    due_at: datetime = column(INSTANT)
    note: str = column(Text)


class IncidentRow(Row, table=True):
    """An incident with its status and attribution."""

    program_id: UUID = Field(primary_key=True)
    id: str = column(Text, primary_key=True)
    kind: str = column(Text)
    severity: str = column(Text)
    status: str = column(Text)
    place: str = column(Text)
    happened_at: datetime = column(INSTANT)
    happened_until: datetime | None = column(INSTANT)
    reported_at: datetime = column(INSTANT)
    resolved_at: datetime | None = column(INSTANT)
    attributed_to: str | None = column(Text)
    confidence: str = column(Text)
    reported_by: str = column(Text)
    reported_for: str | None = column(Text)
    related_to: str | None = column(Text)


class EvidenceRow(Row, table=True):
    """A document, statement or attestation for a milestone, or a measurement of an indicator."""

    __table_args__ = ({"postgresql_with": {"fillfactor": 80}},)

    program_id: UUID = Field(primary_key=True)
    id: str = column(Text, primary_key=True)
    milestone: str | None = column(Text)
    shows: str | None = column(Text)
    status: str = column(Text)
    recorded_by: str = column(Text)
    recorded_for: str | None = column(Text)
    recorded_at: datetime = column(INSTANT)
    happened_at: datetime | None = column(INSTANT)
    verified_by: str | None = column(Text)
    indicator: str | None = column(Text)
    value: Decimal | None = column(Numeric)
    unit: str | None = column(Text)
    period: str | None = column(Text)
    producer: str | None = column(Text)
    edition: str | None = column(Text)
    retrieved_at: datetime | None = column(INSTANT)
    filed: bool | None = Field(default=None, description="whether the document that it names is filed; null: it names none")


class MembershipRow(Row, table=True):
    """A role of a person in a program. `party` is empty for a role without a party."""

    __table_args__ = (Index("ix_membership_person_role_party", "person", "role", "party"),)

    program_id: UUID = Field(primary_key=True)
    person: str = column(Text, primary_key=True)
    role: str = column(Text, primary_key=True)
    party: str = column(Text, primary_key=True)


class OwedRow(Row, table=True):
    """One act that a party or body owes, from `since` until `ends_at`.

    `due_at` is the earlier of its own date (`due`) and its milestone's; infinity if it has none. It is overdue from
    `overdue_from` on.
    """

    __table_args__ = (
        Index("ix_owed_party_kind_due_at", "party", "kind", "due_at", "program_id", "name"),
        Index("ix_owed_kind_due_at", "kind", "due_at", "program_id", "party", "name"),
    )

    program_id: UUID = Field(primary_key=True)
    party: str = column(Text, primary_key=True)
    kind: str = column(Text, primary_key=True)
    name: str = column(Text, primary_key=True)
    title: str = column(Text)
    since: datetime = column(INSTANT)
    due: datetime | None = column(INSTANT)
    milestone_due_original: datetime | None = column(INSTANT)
    milestone_due_revised: datetime | None = column(INSTANT)
    due_at: datetime = column(INSTANT)
    overdue_from: datetime | None = column(INSTANT)
    ends_at: datetime | None = column(INSTANT)
    binding: bool
