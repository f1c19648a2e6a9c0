"""Reminders: when which signer is reminded, and how often an office does it."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What is open already: planned from when it was sent by whoever looks first, without reminding of what is past.
_PLAN_OPEN = """
INSERT INTO reminders (office_id, envelope_id, platform, tenant, user_id, since, due_at)
SELECT e.office_id, e.id, s.platform, s.tenant, s.user_id, e.sent_at, e.sent_at
FROM envelopes e JOIN envelope_signers s ON s.envelope_id = e.id
WHERE e.state = 'open' AND e.remind AND s.answer IS NULL
"""


def upgrade() -> None:
    """Apply this step."""
    for name, days in (("first", "3"), ("every", "3"), ("late_every", "2"), ("most", "5")):
        op.add_column("offices", sa.Column(f"remind_{name}", sa.Integer(), server_default=days, nullable=False))
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("leases", sa.Integer(), server_default="0", nullable=False),
        sa.Column("snoozed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("escalated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=True),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_reminders_platform")),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_reminders_envelope_id_office_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint(
            "envelope_id", "platform", "tenant", "user_id", name="uq_reminders_envelope_id_platform_tenant_user_id"
        ),
        sqlite_autoincrement=True,
    )
    is_due = sa.text("due_at IS NOT NULL")
    for name, columns in (("ix_reminders_due", ["due_at", "id"]), ("ix_reminders_of_person", ["user_id", "due_at"])):
        op.create_index(name, "reminders", columns, unique=False, sqlite_where=is_due, postgresql_where=is_due)
    op.execute(sa.text(_PLAN_OPEN))
