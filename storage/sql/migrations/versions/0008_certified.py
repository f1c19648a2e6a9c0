"""The certified way: the order of signers, where they sign, and the sealed PDF that comes of it."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WAY = "way IN ('approval', 'certified')"
_LEVEL = "sealed_level IN ('B-B', 'B-T', 'B-LT', 'B-LTA')"


def upgrade() -> None:
    """Apply this step; the defaults are for rows that are there, and for copies of the last release meanwhile."""
    way = sa.CheckConstraint(_WAY, name=op.f("ck_envelopes_way"))
    op.add_column("envelopes", sa.Column("way", sa.Text(), way, nullable=False, server_default="approval"))
    op.add_column("envelopes", sa.Column("in_order", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("envelopes", sa.Column("fields", sa.JSON()))
    op.add_column("envelopes", sa.Column("sealed_document", sa.JSON()))
    level = sa.CheckConstraint(_LEVEL, name=op.f("ck_envelopes_sealed_level"))
    op.add_column("envelopes", sa.Column("sealed_level", sa.Text(), level))
    op.add_column("envelopes", sa.Column("sealed_at", UtcTime()))
    op.add_column("envelopes", sa.Column("sealed_shortfall", sa.Text()))
    op.add_column("envelope_signers", sa.Column("texts", sa.Text()))
