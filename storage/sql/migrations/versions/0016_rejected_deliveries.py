"""Calls about deliveries of which no envelope came."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CALLS = "webhook_calls"
_SUBJECT = "(envelope_id IS NULL) <> (delivery_id IS NULL)"
_COPIED = (
    *("id", "office_id", "source_id", "envelope_id", "event", "occurred_at"),
    *("state", "due_at", "lease_until", "attempts", "last_error", "created_at"),
)


def upgrade() -> None:
    """Apply this step; SQLite cannot let a column be empty that was not, so there the table is made anew."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
        return
    op.alter_column(_CALLS, "envelope_id", nullable=True)
    op.add_column(_CALLS, sa.Column("delivery_id", sa.Text()))
    op.create_foreign_key("fk_webhook_calls_delivery_id", _CALLS, "deliveries", ["delivery_id"], ["id"])
    op.create_unique_constraint("uq_webhook_calls_delivery_id_event", _CALLS, ["delivery_id", "event"])
    op.create_check_constraint(op.f("ck_webhook_calls_subject"), _CALLS, _SUBJECT)


def _make_anew() -> None:
    waits = sa.text("state = 'pending'")
    indexes = (("due", ["due_at", "id"]), ("line", ["source_id", "id"]))
    for name, _ in indexes:
        op.drop_index(f"ix_webhook_calls_{name}")
    op.rename_table(_CALLS, "old_webhook_calls")
    _create()
    columns = ", ".join(_COPIED)
    op.execute(f"INSERT INTO {_CALLS} ({columns}) SELECT {columns} FROM old_webhook_calls")  # noqa: S608 - constants
    op.drop_table("old_webhook_calls")
    for name, of in indexes:
        op.create_index(f"ix_webhook_calls_{name}", _CALLS, of, sqlite_where=waits)


def _create() -> None:
    op.create_table(
        _CALLS,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=True),
        sa.Column("delivery_id", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("occurred_at", UtcTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'dead')", name=op.f("ck_webhook_calls_state")),
        sa.CheckConstraint(_SUBJECT, name=op.f("ck_webhook_calls_subject")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_webhook_calls_office_id"),
        sa.ForeignKeyConstraint(["source_id"], ["webhooks.source_id"], name="fk_webhook_calls_source_id"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_webhook_calls_delivery_id"),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_webhook_calls_envelope_id_office_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_calls"),
        sa.UniqueConstraint("envelope_id", "event", name="uq_webhook_calls_envelope_id_event"),
        sa.UniqueConstraint("delivery_id", "event", name="uq_webhook_calls_delivery_id_event"),
        sqlite_autoincrement=True,
    )
