"""A check-in has an outcome, a follow-up the ward's reference, pauses and an end of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("outcome", sa.String(length=20), nullable=True))
    op.add_column("alert", sa.Column("enrolment_id", sa.Integer(), nullable=True))
    op.add_column("enrolment", sa.Column("ward_reference", sa.Text(), nullable=True))
    op.add_column("enrolment", sa.Column("ward_key", sa.String(length=64), nullable=True))
    op.add_column("enrolment", sa.Column("paused_at", sa.DateTime(), nullable=True))
    op.add_column("enrolment", sa.Column("cancelled_at", sa.DateTime(), nullable=True))
    op.create_index("ix_enrolment_ward_key", "enrolment", ["ward_key"])


def downgrade() -> None:
    """Drop what is paused, which the release before would send; forget what it does not know."""
    op.execute(
        "UPDATE delivery SET state = 'dropped', reason = 'paused' WHERE state = 'pending'"
        " AND enrolment_id IN (SELECT id FROM enrolment WHERE paused_at IS NOT NULL)"
    )
    op.drop_index("ix_enrolment_ward_key", "enrolment")
    for column in ("cancelled_at", "paused_at", "ward_key", "ward_reference"):
        op.drop_column("enrolment", column)
    op.drop_column("alert", "enrolment_id")
    op.drop_column("delivery", "outcome")
