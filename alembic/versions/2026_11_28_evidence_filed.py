"""Evidence says whether the document that it names is filed.

A projection: `accord rebuild` fills it for programs that were there before.
"""

from alembic import op

revision = "2026_11_28_evidence_filed"
down_revision = "2026_11_28_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE evidence ADD COLUMN filed boolean")


def downgrade() -> None:
    op.execute("ALTER TABLE evidence DROP COLUMN filed")
