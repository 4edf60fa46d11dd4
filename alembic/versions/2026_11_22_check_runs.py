"""How the last run of each check went, and what it fetched. Beside the ledger: a source that is away is no fact of it."""

from alembic import op

revision = "2026_11_22_check_runs"
down_revision = "2026_11_22_the_record"
branch_labels = None
depends_on = None

CHECK_RUN = """
CREATE TABLE check_run (
  program_id uuid NOT NULL CONSTRAINT fk_check_run_program_id REFERENCES program (id),
  name text NOT NULL,
  watched_since timestamptz DEFAULT now() NOT NULL,
  started_at timestamptz,
  started_run text,
  finished_at timestamptz,
  run text,
  outcome text,
  sentence text,
  bytes bigint,
  answered_at timestamptz,
  failures integer DEFAULT 0 NOT NULL,
  failing_since timestamptz,
  CONSTRAINT pk_check_run PRIMARY KEY (program_id, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON check_run TO accord_service;
"""

CHECK_FETCH = """
CREATE TABLE check_fetch (
  program_id uuid NOT NULL,
  name text NOT NULL,
  run text NOT NULL,
  question text NOT NULL,
  answers jsonb NOT NULL,
  denied text,
  denied_as text NOT NULL,
  fetched_at timestamptz DEFAULT now() NOT NULL,
  CONSTRAINT pk_check_fetch PRIMARY KEY (program_id, name),
  CONSTRAINT fk_check_fetch_program_id_name FOREIGN KEY (program_id, name)
    REFERENCES check_run (program_id, name) ON DELETE CASCADE
);
GRANT SELECT, INSERT, UPDATE, DELETE ON check_fetch TO accord_service;
"""


def upgrade() -> None:
    op.execute(CHECK_RUN)
    op.execute(CHECK_FETCH)


def downgrade() -> None:
    op.execute("DROP TABLE check_fetch, check_run")
