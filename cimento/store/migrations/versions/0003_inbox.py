"""A received message is stored until it is answered"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sms_inbound", sa.Column("owner", sa.String(length=128), nullable=True))
    op.add_column("sms_inbound", sa.Column("content", sa.Text(), nullable=True))
    op.create_index("ix_sms_inbound_done_at", "sms_inbound", ["done_at"])


def downgrade() -> None:
    """Leave what is not answered unanswered: the release before knows no words here."""
    op.drop_index("ix_sms_inbound_done_at", "sms_inbound")
    op.drop_column("sms_inbound", "content")
    op.drop_column("sms_inbound", "owner")
