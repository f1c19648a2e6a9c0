"""Reading a log: by client, by person, and behind personal links."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index("ix_log_of_client", "log", ["client_id", "at", "id"], unique=False)
    op.create_index("ix_log_of_person", "log", ["client_id", "by_user_id", "at", "id"], unique=False)
    op.create_table(
        "log_links",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("viewer_platform", sa.Text(), nullable=False),
        sa.Column("viewer_tenant", sa.Text(), nullable=False),
        sa.Column("viewer_user_id", sa.Text(), nullable=False),
        sa.Column("viewer_name", sa.Text(), nullable=False),
        sa.Column("as_staff", sa.Boolean(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_log_links_secret_hash")),
        sa.CheckConstraint(
            "CASE WHEN envelope_id IS NULL THEN 0 ELSE 1 END + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN channel IS NULL THEN 0 ELSE 1 END = 1",
            name=op.f("ck_log_links_scope"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_log_links_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_log_links_envelope_id_office_id",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_log_links_office_id"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_log_links"),
    )
    op.create_index("ix_log_links_expires_at", "log_links", ["expires_at"], unique=False)
