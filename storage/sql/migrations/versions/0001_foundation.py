"""The foundation: offices, people, dossiers, envelopes, log, links and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _create_offices()
    _create_clients()
    _create_office_tenants()
    _create_outbox()
    _create_staff()
    _create_client_roles()
    _create_contacts()
    _create_conversations()
    _create_dossier_items()
    _create_envelopes()
    _create_confirmed_accounts()
    _create_dossier_versions()
    _create_envelope_signers()
    _create_links()
    _create_log()
    _create_envelope_documents()


def _create_offices() -> None:
    op.create_table(
        "offices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("staff_group", sa.Text(), nullable=True),
        sa.Column("staff_accounts", sa.JSON(), nullable=False),
        sa.Column("sender_may_sign", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_offices"),
    )


def _create_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_clients_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_clients"),
        sa.UniqueConstraint("id", "office_id", name="uq_clients_id_office_id"),
        sa.UniqueConstraint("office_id", "number", name="uq_clients_office_id_number"),
    )


def _create_office_tenants() -> None:
    op.create_table(
        "office_tenants",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_office_tenants_platform")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_office_tenants_office_id"),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_office_tenants"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("errand", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_outbox_platform")),
        sa.CheckConstraint("state IN ('pending', 'dead')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_outbox_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_line",
        "outbox",
        ["conversation", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_staff_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("id", "office_id", name="uq_staff_id_office_id"),
        sa.UniqueConstraint("office_id", "email_folded", name="uq_staff_office_id_email_folded"),
    )


def _create_client_roles() -> None:
    op.create_table(
        "client_roles",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('relatiebeheerder', 'accountant', 'fiscaal', 'administratie', 'salaris', 'secretariaat')",
            name=op.f("ck_client_roles_role"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_client_roles_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id", "office_id"], ["staff.id", "staff.office_id"], name="fk_client_roles_staff_id_office_id"
        ),
        sa.PrimaryKeyConstraint("client_id", "role", name="pk_client_roles"),
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_contacts_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("client_id", "id", name="uq_contacts_client_id_id"),
    )
    op.create_index(
        "uq_contacts_preferred",
        "contacts",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("preferred"),
        postgresql_where=sa.text("preferred"),
    )


def _create_conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("linked_by_platform", sa.Text(), nullable=False),
        sa.Column("linked_by_tenant", sa.Text(), nullable=False),
        sa.Column("linked_by_user_id", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_conversations_platform")),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_conversations_client_id_office_id"
        ),
        sa.PrimaryKeyConstraint("platform", "tenant", "channel", name="pk_conversations"),
    )


def _create_dossier_items() -> None:
    op.create_table(
        "dossier_items",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("newest >= 1", name=op.f("ck_dossier_items_newest")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name="fk_dossier_items_client_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dossier_items"),
        sa.UniqueConstraint("client_id", "folder", "name", name="uq_dossier_items_client_id_folder_name"),
    )
    op.create_index("ix_dossier_items_recent", "dossier_items", ["client_id", "changed_at", "id"], unique=False)


def _create_envelopes() -> None:
    op.create_table(
        "envelopes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("sender_platform", sa.Text(), nullable=False),
        sa.Column("sender_tenant", sa.Text(), nullable=False),
        sa.Column("sender_user_id", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("remind", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_by_platform", sa.Text(), nullable=True),
        sa.Column("closed_by_tenant", sa.Text(), nullable=True),
        sa.Column("closed_by_user_id", sa.Text(), nullable=True),
        sa.Column("closed_by_name", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes_id", sa.Text(), nullable=True),
        sa.Column("superseded_by_id", sa.Text(), nullable=True),
        sa.Column("card_platform", sa.Text(), nullable=True),
        sa.Column("card_tenant", sa.Text(), nullable=True),
        sa.Column("card_channel", sa.Text(), nullable=True),
        sa.Column("card_thread", sa.Text(), nullable=True),
        sa.Column("card_id", sa.Text(), nullable=True),
        sa.Column("card_link", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_envelopes_closing")),
        sa.CheckConstraint(
            "(state = 'superseded') = (superseded_by_id IS NOT NULL)", name=op.f("ck_envelopes_successor")
        ),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_envelopes_platform")),
        sa.CheckConstraint(
            "state IN ('open', 'completed', 'rejected', 'withdrawn', 'expired', 'superseded')",
            name=op.f("ck_envelopes_state"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_envelopes_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_envelopes_office_id"),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["envelopes.id"],
            name="fk_envelopes_superseded_by_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["supersedes_id"], ["envelopes.id"], name="fk_envelopes_supersedes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_envelopes"),
        sa.UniqueConstraint("id", "office_id", name="uq_envelopes_id_office_id"),
        sa.UniqueConstraint("office_id", "request_key", name="uq_envelopes_office_id_request_key"),
        sa.UniqueConstraint("supersedes_id", name="uq_envelopes_supersedes_id"),
    )


def _create_confirmed_accounts() -> None:
    op.create_table(
        "confirmed_accounts",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("confirmed_by_platform", sa.Text(), nullable=False),
        sa.Column("confirmed_by_tenant", sa.Text(), nullable=False),
        sa.Column("confirmed_by_user_id", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_confirmed_accounts_platform")),
        sa.ForeignKeyConstraint(
            ["client_id", "contact_id"],
            ["contacts.client_id", "contacts.id"],
            name="fk_confirmed_accounts_client_id_contact_id",
        ),
        sa.PrimaryKeyConstraint("client_id", "platform", "tenant", "user_id", name="pk_confirmed_accounts"),
    )


def _create_dossier_versions() -> None:
    op.create_table(
        "dossier_versions",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_dossier_versions_sha256")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_dossier_versions_size")),
        sa.ForeignKeyConstraint(["item_id"], ["dossier_items.id"], name="fk_dossier_versions_item_id"),
        sa.PrimaryKeyConstraint("item_id", "number", name="pk_dossier_versions"),
        sa.UniqueConstraint("item_id", "number", "sha256", name="uq_dossier_versions_item_id_number_sha256"),
    )


def _create_envelope_signers() -> None:
    op.create_table(
        "envelope_signers",
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.CheckConstraint("answer <> 'rejected' OR reason IS NOT NULL", name=op.f("ck_envelope_signers_reason")),
        sa.CheckConstraint("answer IN ('approved', 'rejected')", name=op.f("ck_envelope_signers_answer")),
        sa.CheckConstraint("platform IN ('slack', 'teams')", name=op.f("ck_envelope_signers_platform")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_envelope_signers_answered")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_envelope_signers_contact_id"),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_envelope_signers_envelope_id"),
        sa.PrimaryKeyConstraint("envelope_id", "position", name="pk_envelope_signers"),
        sa.UniqueConstraint(
            "envelope_id",
            "platform",
            "tenant",
            "user_id",
            name="uq_envelope_signers_envelope_id_platform_tenant_user_id",
        ),
    )
    op.create_index(
        "ix_envelope_signers_last_place",
        "envelope_signers",
        ["platform", "tenant", "user_id", "answered_at"],
        unique=False,
        sqlite_where=sa.text("answer = 'approved'"),
        postgresql_where=sa.text("answer = 'approved'"),
    )


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("viewer_platform", sa.Text(), nullable=False),
        sa.Column("viewer_tenant", sa.Text(), nullable=False),
        sa.Column("viewer_user_id", sa.Text(), nullable=False),
        sa.Column("viewer_name", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(secret_hash) = 64", name=op.f("ck_links_secret_hash")),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"], ["envelopes.id", "envelopes.office_id"], name="fk_links_envelope_id_office_id"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_links_office_id"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_links"),
    )


def _create_log() -> None:
    op.create_table(
        "log",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("happening", sa.Text(), nullable=False),
        sa.Column("by_platform", sa.Text(), nullable=False),
        sa.Column("by_tenant", sa.Text(), nullable=False),
        sa.Column("by_user_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("envelope_id", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id", "office_id"], ["clients.id", "clients.office_id"], name="fk_log_client_id_office_id"
        ),
        sa.ForeignKeyConstraint(
            ["envelope_id", "office_id"], ["envelopes.id", "envelopes.office_id"], name="fk_log_envelope_id_office_id"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["offices.id"], name="fk_log_office_id"),
        sa.PrimaryKeyConstraint("id", name="pk_log"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_log_of_envelope", "log", ["envelope_id", "id"], unique=False)


def _create_envelope_documents() -> None:
    op.create_table(
        "envelope_documents",
        sa.Column("envelope_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelopes.id"], name="fk_envelope_documents_envelope_id"),
        sa.ForeignKeyConstraint(
            ["item_id", "version", "sha256"],
            ["dossier_versions.item_id", "dossier_versions.number", "dossier_versions.sha256"],
            name="fk_envelope_documents_item_id_version_sha256",
        ),
        sa.PrimaryKeyConstraint("envelope_id", "position", name="pk_envelope_documents"),
    )
