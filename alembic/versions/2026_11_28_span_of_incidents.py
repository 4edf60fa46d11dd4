"""Incidents say until when they may have happened, where only a span is known.

A projection: `accord rebuild` fills it for programs that were there before.
"""

from alembic import op

revision = "2026_11_28_span_of_incidents"
down_revision = "2026_11_28_evidence_filed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE incident ADD COLUMN happened_until timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE incident DROP COLUMN happened_until")
