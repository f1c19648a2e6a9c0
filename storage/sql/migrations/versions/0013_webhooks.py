"""The way back to source packages, and the adoption of annual accounts."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; the defaults are for rows that are there, and for copies of the last release meanwhile."""
    asks = sa.CheckConstraint("asks IN ('approve', 'adopt')", name=op.f("ck_envelopes_asks"))
    op.add_column("envelopes", sa.Column("asks", sa.Text(), asks, nullable=False, server_default="approve"))
    op.add_column("envelopes", sa.Column("period_end", sa.Date()))
    op.add_column("envelope_signers", sa.Column("adopted_on", sa.Date()))
    op.create_table(
        "webhooks",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("renewed_at", UtcTime(), nullable=False),
        sa.Column("stopped", sa.Text(), nullable=False),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_webhooks_generation")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_webhooks_office_id"),
        sa.PrimaryKeyConstraint("source_id", name="pk_webhooks"),
    )
    _create_calls()


def _create_calls() -> None:
    op.create_table(
        "webhook_calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("occurred_at", UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'dead')", name=op.f("ck_webhook_calls_state")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_webhook_calls_office_id"),
        sa.ForeignKeyConstraint(["source_id"], ["webhooks.source_id"], name="fk_webhook_calls_source_id"),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_webhook_calls_envelope_id_office_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_calls"),
        sa.UniqueConstraint("envelope_id", "event", name="uq_webhook_calls_envelope_id_event"),
        sqlite_autoincrement=True,
    )
    waits = sa.text("state = 'pending'")
    for name, columns in (("due", ["due_at", "id"]), ("line", ["source_id", "id"])):
        op.create_index(
            f"ix_webhook_calls_{name}", "webhook_calls", columns, sqlite_where=waits, postgresql_where=waits
        )
