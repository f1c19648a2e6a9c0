"""Room on each page of the reminders, so that leasing one changes no index."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE reminders SET (fillfactor = 50)")
