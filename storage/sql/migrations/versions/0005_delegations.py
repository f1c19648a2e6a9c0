"""Requests of signers to pass their task on."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "delegations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("signer_platform", sa.Text(), nullable=False),
        sa.Column("signer_tenant", sa.Text(), nullable=False),
        sa.Column("signer_user_id", sa.Text(), nullable=False),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("taker_platform", sa.Text(), nullable=False),
        sa.Column("taker_tenant", sa.Text(), nullable=False),
        sa.Column("taker_user_id", sa.Text(), nullable=False),
        sa.Column("taker_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("asked_at", UtcTime(), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_by_platform", sa.Text(), nullable=True),
        sa.Column("closed_by_tenant", sa.Text(), nullable=True),
        sa.Column("closed_by_user_id", sa.Text(), nullable=True),
        sa.Column("closed_by_name", sa.Text(), nullable=True),
        sa.Column("closed_at", UtcTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_platform", sa.Text(), nullable=True),
        sa.Column("message_tenant", sa.Text(), nullable=True),
        sa.Column("message_channel", sa.Text(), nullable=True),
        sa.Column("message_thread", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("message_link", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name=op.f("ck_delegations_closing")),
        sa.CheckConstraint("state IN ('asked', 'allowed', 'refused', 'taken back')", name=op.f("ck_delegations_state")),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_delegations_envelope_id_office_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
        sa.UniqueConstraint("envelope_id", "request_key", name="uq_delegations_envelope_id_request_key"),
    )
    op.create_index(
        "uq_delegations_open",
        "delegations",
        ["envelope_id", "signer_platform", "signer_tenant", "signer_user_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
