"""The signing page: links that are used up, drawn signatures under a key for each person, and derived places."""

import sqlalchemy as sa
from alembic import op

from storage.sql.types import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DRAWING = "drawing IN ('off', 'offered', 'required')"


def upgrade() -> None:
    """Apply this step; the defaults are for rows that are there, and for copies of the last release meanwhile."""
    # What was sent before did not ask for a signature; from now on one is offered.
    for table, until_now in (("offices", "offered"), ("envelopes", "off")):
        allowed = sa.CheckConstraint(_DRAWING, name=op.f(f"ck_{table}_drawing"))
        op.add_column(table, sa.Column("drawing", sa.Text(), allowed, nullable=False, server_default=until_now))
    op.add_column("offices", sa.Column("typed_names", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("envelope_signers", sa.Column("derived_place", sa.Text()))
    op.add_column("links", sa.Column("as_staff", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("links", sa.Column("documents", sa.Text(), nullable=False, server_default=""))
    op.add_column("links", sa.Column("used_at", UtcTime()))
    op.add_column("links", sa.Column("shown", sa.Text(), nullable=False, server_default="{}"))
    for table in ("links", "upload_pages"):
        op.create_index(f"ix_{table}_expires_at", table, ["expires_at"], unique=False)
    _create_personal_keys()
    _create_signatures()


def _create_personal_keys() -> None:
    op.create_table(
        "personal_keys",
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("master", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_personal_keys_platform")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_personal_keys_office_id"),
        sa.PrimaryKeyConstraint("office_id", "platform", "tenant", "user_id", name="pk_personal_keys"),
    )


def _create_signatures() -> None:
    account = ("platform", "tenant", "user_id")
    op.create_table(
        "signatures",
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_signatures_platform")),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"],
            ["envelopes.id", "envelopes.office_id"],
            name="fk_signatures_envelope_id_office_id",
        ),
        sa.ForeignKeyConstraint(
            ["envelope_id", *account],
            [f"envelope_signers.{name}" for name in ("envelope_id", *account)],
            name="fk_signatures_envelope_id_platform_tenant_user_id",
        ),
        sa.PrimaryKeyConstraint("envelope_id", *account, name="pk_signatures"),
    )
