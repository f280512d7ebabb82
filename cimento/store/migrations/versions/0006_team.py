"""The care team has accounts and sessions; what was done to one follow-up is found quickly"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_account",
        sa.Column("login", sa.String(length=50), primary_key=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
    )
    op.create_table(
        "team_session",
        sa.Column("key", sa.String(length=64), primary_key=True),
        sa.Column("login", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("read_until", sa.Integer(), nullable=False),
    )
    op.create_index("ix_team_session_login", "team_session", ["login"])
    op.create_index("ix_audit_about", "audit", ["about"])


def downgrade() -> None:
    """Log everybody out, and forget their accounts: the release before has neither."""
    op.drop_index("ix_audit_about", "audit")
    op.drop_table("team_session")
    op.drop_table("team_account")
