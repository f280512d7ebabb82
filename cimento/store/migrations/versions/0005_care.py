"""An alert is taken, then closed with an outcome; people are found by the end of their number"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("taken_at", sa.DateTime(), nullable=True))
    op.add_column("alert", sa.Column("taken_by", sa.String(length=100), nullable=True))
    op.add_column("alert", sa.Column("outcome", sa.String(length=20), nullable=True))
    op.create_index("ix_alert_acknowledged_at", "alert", ["acknowledged_at"])
    op.create_table(
        "alert_event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
    )
    op.create_index("ix_alert_event_alert_id", "alert_event", ["alert_id"])
    op.add_column("person", sa.Column("tail_key", sa.String(length=64), nullable=True))
    op.create_index("ix_person_tail_key", "person", ["tail_key"])


def downgrade() -> None:
    """Give back to everybody what one had taken: the release before knows only what is open."""
    op.execute(
        "UPDATE alert SET next_mail_at = taken_at"
        " WHERE taken_at IS NOT NULL AND acknowledged_at IS NULL"
    )
    op.drop_table("alert_event")
    op.drop_index("ix_person_tail_key", "person")
    op.drop_column("person", "tail_key")
    op.drop_index("ix_alert_acknowledged_at", "alert")
    for column in ("outcome", "taken_by", "taken_at"):
        op.drop_column("alert", column)
