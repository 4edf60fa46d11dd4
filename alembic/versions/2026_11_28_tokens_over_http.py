"""Who gave and who ended a token, and when it was last used."""

from alembic import op

revision = "2026_11_28_tokens_over_http"
down_revision = "2026_11_28_owed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE token ADD COLUMN issued_by text, ADD COLUMN revoked_by text, ADD COLUMN last_used_at timestamptz")
    op.execute("CREATE INDEX ix_token_program_id ON token (program_id)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_token_program_id")
    op.execute("ALTER TABLE token DROP COLUMN issued_by, DROP COLUMN revoked_by, DROP COLUMN last_used_at")
