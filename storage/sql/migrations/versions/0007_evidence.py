"""The evidence: its archive, what is owed to it, its receipts, and the entry that proves an envelope's final state."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step. What was logged before has no key and owes nothing, nor do envelopes that are closed."""
    op.add_column("log", sa.Column("key", sa.Text()))
    op.create_index("uq_log_key", "log", ["key"], unique=True)
    op.add_column("envelopes", sa.Column("evidence_follows", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("envelopes", sa.Column("evidence_origin", sa.Text()))
    op.add_column("envelopes", sa.Column("evidence_index", sa.BigInteger()))
    op.add_column("envelopes", sa.Column("evidence_hash", sa.Text()))
    _create_archives()
    _create_owed()
    _create_receipts()


def _create_archives() -> None:
    op.create_table(
        "evidence_archives",
        _sequence(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_archives"),
        sqlite_autoincrement=True,
    )


def _create_owed() -> None:
    op.create_table(
        "evidence_owed",
        _sequence(),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(["key"], ["log.key"], name="fk_evidence_owed_key"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_evidence_owed_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_owed"),
        sa.UniqueConstraint("key", name="uq_evidence_owed_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_owed_due_at", "evidence_owed", ["due_at"], unique=False)


def _create_receipts() -> None:
    op.create_table(
        "evidence_receipts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("entry_hash", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.CheckConstraint("length(entry_hash) = 64", name=op.f("ck_evidence_receipts_entry_hash")),
        sa.ForeignKeyConstraint(["key"], ["log.key"], name="fk_evidence_receipts_key"),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_evidence_receipts_office_id"),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_evidence_receipts_envelope_id_office_id",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_evidence_receipts"),
    )
    op.create_index("ix_evidence_receipts_of_log", "evidence_receipts", ["origin", "index"], unique=False)


def _sequence() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False)
