"""Workflow templates, groups of clients, the office among its own clients, and a cadence of an envelope's own."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("offices", sa.Column("own_client_id", sa.Text(), nullable=True))
    op.add_column("clients", sa.Column("client_group", sa.Text(), server_default="", nullable=False))
    op.add_column("envelopes", sa.Column("cadence", sa.JSON(none_as_null=True), nullable=True))
    op.create_index("ix_conversations_client_id", "conversations", ["client_id"], unique=False)
    op.create_table(
        "workflow_templates",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_workflow_templates_office_id"),
        sa.PrimaryKeyConstraint("office_id", "name_folded", name="pk_workflow_templates"),
    )
