"""What is owed, by whom, in which program; and since when something of a program is overdue.

Both are projections: `accord rebuild` fills them for programs that were there before.
"""

from alembic import op

revision = "2026_11_28_owed"
down_revision = "2026_11_22_check_runs"
branch_labels = None
depends_on = None

OWED = """
CREATE TABLE owed (
  program_id uuid NOT NULL,
  party text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  title text NOT NULL,
  since timestamptz NOT NULL,
  due timestamptz,
  milestone_due_original timestamptz,
  milestone_due_revised timestamptz,
  due_at timestamptz NOT NULL,
  overdue_from timestamptz,
  ends_at timestamptz,
  binding boolean NOT NULL,
  CONSTRAINT pk_owed PRIMARY KEY (program_id, party, kind, name)
);
CREATE INDEX ix_owed_party_kind_due_at ON owed (party, kind, due_at, program_id, name);
CREATE INDEX ix_owed_kind_due_at ON owed (kind, due_at, program_id, party, name);
GRANT SELECT, INSERT, UPDATE, DELETE ON owed TO accord_service;
"""

OVERDUE = """
ALTER TABLE program ADD COLUMN overdue_from timestamptz;
CREATE INDEX ix_program_overdue_from ON program (overdue_from);
"""

MEMBERS = """
DROP INDEX ix_membership_person;
CREATE INDEX ix_membership_person_role_party ON membership (person, role, party);
"""

# For calendars.
DATES = """
CREATE INDEX ix_milestone_due_revised_program_id ON milestone (due_revised, program_id);
DROP INDEX ix_clock_due_at;
CREATE INDEX ix_clock_due_at_program_id ON clock (due_at, program_id) WHERE kind <> 'deadline';
"""


def upgrade() -> None:
    for part in (OWED, OVERDUE, MEMBERS, DATES):
        op.execute(part)


def downgrade() -> None:
    op.execute("DROP INDEX ix_clock_due_at_program_id")
    op.execute("CREATE INDEX ix_clock_due_at ON clock (due_at)")
    op.execute("DROP INDEX ix_milestone_due_revised_program_id")
    op.execute("DROP INDEX ix_membership_person_role_party")
    op.execute("CREATE INDEX ix_membership_person ON membership (person)")
    op.execute("ALTER TABLE program DROP COLUMN overdue_from")
    op.execute("DROP TABLE owed")
