"""Snapshots of folded programs: derived from the ledger, by the law that is named, and deleted without loss."""

from alembic import op

revision = "2026_11_28_snapshots"
down_revision = "2026_11_28_evidence_filed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
CREATE TABLE program_snapshot (
    program_id uuid NOT NULL,
    law text NOT NULL,
    point bigint NOT NULL,
    seq bigint NOT NULL,
    leaf bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    body bytea NOT NULL,
    CONSTRAINT pk_program_snapshot PRIMARY KEY (program_id, law, point),
    CONSTRAINT fk_program_snapshot_program_id FOREIGN KEY (program_id) REFERENCES program (id)
);
ALTER TABLE program_snapshot ALTER COLUMN body SET STORAGE EXTERNAL;
GRANT SELECT, INSERT, DELETE ON program_snapshot TO accord_service;
""")


def downgrade() -> None:
    op.execute("DROP TABLE program_snapshot")
