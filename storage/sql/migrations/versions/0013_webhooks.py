"""The way back to source packages, and the adoption of annual accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; the defaults are for rows that are there, and for copies of the last release meanwhile."""
    asks = sa.CheckConstraint("asks IN ('approve', 'adopt')", name=op.f("ck_envelopes_asks"))
    op.add_column("envelopes", sa.Column("asks", sa.Text(), asks, nullable=False, server_default="approve"))
    op.add_column("envelopes", sa.Column("period_end", sa.Date()))
    op.add_column("envelope_signers", sa.Column("adopted_on", sa.Date()))
