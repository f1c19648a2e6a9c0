"""Requests that expire."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("envelopes", sa.Column("expires_at", UtcTime()))
    where = sa.text("state = 'open' AND expires_at IS NOT NULL")
    columns = ["expires_at", "id"]
    op.create_index("ix_envelopes_expiring", "envelopes", columns, sqlite_where=where, postgresql_where=where)
