"""Placing fields by hand: where they are, the templates made of it, and personal links to the page for it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "placed_fields",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        *_party("by_"),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_placed_fields_revision")),
        sa.ForeignKeyConstraint(
            ["item_id", "version"],
            ["dossier_versions.item_id", "dossier_versions.number"],
            name="fk_placed_fields_item_id_version",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_placed_fields_office_id"),
        sa.PrimaryKeyConstraint("item_id", "version", name="pk_placed_fields"),
    )
    op.create_table(
        "field_templates",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        *_party("by_"),
        sa.Column("at", UtcTime(), nullable=False),
        sa.CheckConstraint("pages >= 1", name=op.f("ck_field_templates_pages")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_field_templates_office_id"),
        sa.PrimaryKeyConstraint("office_id", "name_folded", name="pk_field_templates"),
    )
    _make_links()


def _make_links() -> None:
    op.create_table(
        "placing_links",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_party("placer_"),
        sa.Column("signers", sa.JSON(), nullable=False),
        sa.Column("expires_at", UtcTime(), nullable=False),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_placing_links_secret_hash")),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_placing_links_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(
            ["item_id", "version", "sha256"],
            ["dossier_versions.item_id", "dossier_versions.number", "dossier_versions.sha256"],
            name="fk_placing_links_item_id_version_sha256",
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_placing_links_office_id"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_placing_links"),
    )
    op.create_index("ix_placing_links_expires_at", "placing_links", ["expires_at"], unique=False)


def _party(prefix: str) -> tuple[sa.Column[Any], ...]:
    return tuple(
        sa.Column(prefix + name, sa.Text(), nullable=False) for name in ("platform", "tenant", "user_id", "name")
    )
