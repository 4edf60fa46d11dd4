"""Who is signed in to the pages. Beside the ledger: that somebody has signed in is no fact of a program."""

from alembic import op

revision = "2026_11_28_sessions"
down_revision = "2026_11_28_tokens_over_http"
branch_labels = None
depends_on = None

SESSION = """
CREATE TABLE session (
  id uuid CONSTRAINT pk_session PRIMARY KEY,
  hash bytea NOT NULL CONSTRAINT uq_session_hash UNIQUE,
  token_id uuid CONSTRAINT fk_session_token_id REFERENCES token (id),
  person text NOT NULL,
  role text,
  party text,
  program_id uuid,
  acting jsonb DEFAULT '{}' NOT NULL,
  created_at timestamptz DEFAULT now() NOT NULL,
  seen_at timestamptz DEFAULT now() NOT NULL,
  seen_before timestamptz,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  CONSTRAINT ck_session_hash_is_a_hash CHECK (octet_length(hash) = 32)
);
CREATE INDEX ix_session_person ON session (person);
CREATE INDEX ix_session_token_id ON session (token_id);
GRANT SELECT, INSERT, UPDATE ON session TO accord_service;
"""


def upgrade() -> None:
    op.execute(SESSION)


def downgrade() -> None:
    op.execute("DROP TABLE session")
