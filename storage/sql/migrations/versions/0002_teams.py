"""How Teams conversations are reached, and pages where people bring files."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "conversation_references",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("service_url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("told_at", UtcTime(), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_conversation_references_platform")),
        sa.PrimaryKeyConstraint("platform", "tenant", "channel", name="pk_conversation_references"),
    )
    op.create_index(
        "ix_conversation_references_newest", "conversation_references", ["platform", "tenant", "told_at"], unique=False
    )
    op.create_table(
        "upload_pages",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("uploader_platform", sa.Text(), nullable=False),
        sa.Column("uploader_tenant", sa.Text(), nullable=False),
        sa.Column("uploader_user_id", sa.Text(), nullable=False),
        sa.Column("uploader_name", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_upload_pages_secret_hash")),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_upload_pages_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_upload_pages_office_id"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_upload_pages"),
    )
