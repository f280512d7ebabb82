"""A received message is stored until it is answered; who did what is written down for good"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Whoever can write to the database by our programs alone cannot change what is written there.
_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_{change} BEFORE {change} ON audit"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
    ),
    "postgresql": "CREATE RULE audit_{change} AS ON {change} TO audit DO INSTEAD NOTHING",
}


def upgrade() -> None:
    op.add_column("sms_inbound", sa.Column("owner", sa.String(length=128), nullable=True))
    op.add_column("sms_inbound", sa.Column("content", sa.Text(), nullable=True))
    op.create_index("ix_sms_inbound_done_at", "sms_inbound", ["done_at"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
    )
    for change in ("UPDATE", "DELETE"):
        op.execute(_APPEND_ONLY[op.get_bind().dialect.name].format(change=change))


def downgrade() -> None:
    """Leave what is not answered unanswered, and who did what untold: the release before knows
    neither."""
    op.drop_table("audit")
    op.drop_index("ix_sms_inbound_done_at", "sms_inbound")
    op.drop_column("sms_inbound", "content")
    op.drop_column("sms_inbound", "owner")
