"""Deliveries: the source packages of offices, and what they delivered."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_KINDS = (
    "'ib', 'vpb', 'ob', 'icp', 'loonheffing', 'jaarrekening', 'publicatiestukken', 'opdrachtbevestiging', "
    "'controleverklaring', 'overig'"
)
_STATES = "'received', 'waiting', 'sent', 'refused'"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name=op.f("fk_sources_office_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("id", "office_id", name=op.f("uq_sources_id_office_id")),
        sa.UniqueConstraint("office_id", "name_folded", name=op.f("uq_sources_office_id_name_folded")),
    )
    texts = ("office_id", "source_id", "key", "kind", "client_number", "period", "file_name", "sha256")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("instance_sha256", sa.Text(), nullable=True),
        sa.Column("instance_size", sa.BigInteger(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_deliveries_kind")),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_deliveries_state")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_deliveries_sha256")),
        *(
            sa.ForeignKeyConstraint(
                [column, "office_id"],
                [f"{table}.id", f"{table}.office_id"],
                name=op.f(f"fk_deliveries_{column}_office_id"),
            )
            for table, column in (("sources", "source_id"), ("envelopes", "envelope_id"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("source_id", "key", name=op.f("uq_deliveries_source_id_key")),
        sa.UniqueConstraint("envelope_id", name=op.f("uq_deliveries_envelope_id")),
    )
    for name, columns, state in (
        ("ix_deliveries_due", ["due_at", "id"], "received"),
        ("ix_deliveries_sent", ["office_id", "client_number", "id"], "sent"),
    ):
        where = sa.text(f"state = '{state}'")
        op.create_index(name, "deliveries", columns, unique=False, sqlite_where=where, postgresql_where=where)
