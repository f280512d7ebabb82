"""A check-in has an outcome, and an alert the follow-up it is about"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("outcome", sa.String(length=20), nullable=True))
    op.add_column("alert", sa.Column("enrolment_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Forget what the answers said: the release before only knows when they came."""
    op.drop_column("alert", "enrolment_id")
    op.drop_column("delivery", "outcome")
