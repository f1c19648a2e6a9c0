"""Asking staff about deliveries: where, what they answered, and what holds for the next ones."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KINDS = (
    *("ib", "vpb", "ob", "icp", "loonheffing", "jaarrekening", "publicatiestukken"),
    *("opdrachtbevestiging", "controleverklaring", "overig"),
)


def upgrade() -> None:
    """Apply this step."""
    op.add_column("offices", sa.Column("intake", sa.JSON(none_as_null=True)))
    op.add_column("deliveries", sa.Column("refused", sa.JSON(none_as_null=True)))
    op.add_column("deliveries", sa.Column("card", sa.JSON(none_as_null=True)))
    where = sa.text("state = 'waiting'")
    columns = ["office_id", "id"]
    op.create_index("ix_deliveries_waiting", "deliveries", columns, sqlite_where=where, postgresql_where=where)
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.create_table(
        "delivery_rules",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("client_number", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_delivery_rules_kind")),
        sa.ForeignKeyConstraint(
            ["source_id", "office_id"],
            ["sources.id", "sources.office_id"],
            name="fk_delivery_rules_source_id_office_id",
        ),
        sa.PrimaryKeyConstraint("source_id", "kind", "client_number", name="pk_delivery_rules"),
    )
