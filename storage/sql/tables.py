"""The tables. A rule that the database can keep is a constraint here, whatever the code above does.

A column that ends in `_folded` holds what `fold` makes of its neighbour, for comparing and searching.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from bot.domain.accounts import Asks
from bot.domain.certified import SealLevel, Way
from bot.domain.delegation import DelegationState
from bot.domain.delivery import DeliveryState, Kind
from bot.domain.envelope import Answer, EnvelopeState
from bot.domain.people import Platform, Role
from bot.domain.signature import Drawing
from storage.sql.types import UtcTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _words(column: str, allowed: type[StrEnum]) -> CheckConstraint:
    values = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({values})", name=column)


def _sequence() -> Column[int]:
    """A number that grows with every row and is never used twice."""
    return Column("id", BigInteger().with_variant(Integer(), "sqlite"), Identity(), primary_key=True)


def _account(prefix: str = "", *, nullable: bool = False) -> tuple[Column[Any], ...]:
    return tuple(Column(prefix + name, Text, nullable=nullable) for name in ("platform", "tenant", "user_id"))


def _party(prefix: str, *, nullable: bool = False) -> tuple[Column[Any], ...]:
    return (*_account(prefix, nullable=nullable), Column(prefix + "name", Text, nullable=nullable))


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _of_office(target: str, column: str) -> ForeignKeyConstraint:
    """A reference that cannot leave the office of its row."""
    return ForeignKeyConstraint([column, "office_id"], [f"{target}.id", f"{target}.office_id"])


offices = Table(
    "offices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("staff_group", Text),
    Column("staff_accounts", JSON, nullable=False),
    Column("sender_may_sign", Boolean, nullable=False),
    Column("drawing", Text, _words("drawing", Drawing), nullable=False, server_default="offered"),
    Column("typed_names", Boolean, nullable=False, server_default=true()),
    Column("remind_first", Integer, nullable=False, server_default="3"),
    Column("remind_every", Integer, nullable=False, server_default="3"),
    Column("remind_late_every", Integer, nullable=False, server_default="2"),
    Column("remind_most", Integer, nullable=False, server_default="5"),
    # No foreign key: clients refer to their office already, and SQLite adds none to a table that is there.
    Column("own_client_id", Text),
    Column("intake", JSON(none_as_null=True)),
)

office_tenants = Table(
    "office_tenants",
    metadata,
    Column("platform", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    PrimaryKeyConstraint("platform", "tenant"),
    _words("platform", Platform),
)

clients = Table(
    "clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("number_folded", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("client_group", Text, nullable=False, server_default=""),
    UniqueConstraint("id", "office_id"),
    UniqueConstraint("office_id", "number"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("preferred", Boolean, nullable=False),
    UniqueConstraint("client_id", "id"),
    _partial("uq_contacts_preferred", "client_id", where="preferred", unique=True),
)

confirmed_accounts = Table(
    "confirmed_accounts",
    metadata,
    Column("client_id", Text, nullable=False),
    *_account(),
    Column("contact_id", Text, nullable=False),
    *_account("confirmed_by_"),
    Column("confirmed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("client_id", "platform", "tenant", "user_id"),
    ForeignKeyConstraint(["client_id", "contact_id"], ["contacts.client_id", "contacts.id"]),
    _words("platform", Platform),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_folded", Text, nullable=False),
    UniqueConstraint("id", "office_id"),
    UniqueConstraint("office_id", "email_folded"),
)

client_roles = Table(
    "client_roles",
    metadata,
    Column("client_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("office_id", Text, nullable=False),
    Column("staff_id", Text, nullable=False),
    PrimaryKeyConstraint("client_id", "role"),
    _of_office("clients", "client_id"),
    _of_office("staff", "staff_id"),
    _words("role", Role),
)

dossier_items = Table(
    "dossier_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.id"), nullable=False),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("newest", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    UniqueConstraint("client_id", "folder", "name"),
    CheckConstraint("newest >= 1", name="newest"),
    Index("ix_dossier_items_recent", "client_id", "changed_at", "id"),
)

dossier_versions = Table(
    "dossier_versions",
    metadata,
    Column("item_id", Text, ForeignKey("dossier_items.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("pages", Integer),
    Column("added_at", UtcTime, nullable=False),
    Column("added_by", Text, nullable=False),
    PrimaryKeyConstraint("item_id", "number"),
    UniqueConstraint("item_id", "number", "sha256"),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    CheckConstraint("size >= 0", name="size"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("platform", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("office_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    *_account("linked_by_"),
    Column("linked_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("platform", "tenant", "channel"),
    _of_office("clients", "client_id"),
    _words("platform", Platform),
    Index("ix_conversations_client_id", "client_id"),
)

envelopes = Table(
    "envelopes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    *_party("sender_"),
    Column("sent_at", UtcTime, nullable=False),
    Column("request_key", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("due", Date),
    Column("remind", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    *_party("closed_by_", nullable=True),
    Column("closed_at", UtcTime),
    Column("supersedes_id", Text, ForeignKey("envelopes.id")),
    # The two that point at each other are written in either order: only the commit checks.
    Column("superseded_by_id", Text, ForeignKey("envelopes.id", deferrable=True, initially="DEFERRED")),
    Column("card_platform", Text),
    Column("card_tenant", Text),
    Column("card_channel", Text),
    Column("card_thread", Text),
    Column("card_id", Text),
    Column("card_link", Text),
    Column("card_twice", Boolean, nullable=False, server_default=false()),
    Column("revision", Integer, nullable=False),
    Column("drawing", Text, _words("drawing", Drawing), nullable=False, server_default="off"),
    # The entry of the evidence log that proves the final state.
    Column("evidence_follows", Boolean, nullable=False, server_default=false()),
    Column("evidence_origin", Text),
    Column("evidence_index", BigInteger),
    Column("evidence_hash", Text),
    Column("way", Text, _words("way", Way), nullable=False, server_default=Way.APPROVAL.value),
    Column("in_order", Boolean, nullable=False, server_default=false()),
    Column("fields", JSON),
    Column("sealed_document", JSON),
    Column("sealed_level", Text, _words("sealed_level", SealLevel)),
    Column("sealed_at", UtcTime),
    Column("sealed_shortfall", Text),
    Column("asks", Text, _words("asks", Asks), nullable=False, server_default=Asks.APPROVE.value),
    Column("period_end", Date),
    Column("cadence", JSON(none_as_null=True)),
    Column("expires_at", UtcTime),
    UniqueConstraint("id", "office_id"),
    UniqueConstraint("office_id", "request_key"),
    UniqueConstraint("supersedes_id"),
    _of_office("clients", "client_id"),
    _words("platform", Platform),
    _words("state", EnvelopeState),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closing"),
    CheckConstraint("(state = 'superseded') = (superseded_by_id IS NOT NULL)", name="successor"),
    Index("ix_envelopes_of_sender", "office_id", "sender_user_id", "closed_at", "id"),
    Index("ix_envelopes_of_conversation", "office_id", "channel", "closed_at", "id"),
    _partial("ix_envelopes_expiring", "expires_at", "id", where="state = 'open' AND expires_at IS NOT NULL"),
)

envelope_documents = Table(
    "envelope_documents",
    metadata,
    Column("envelope_id", Text, ForeignKey("envelopes.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("pages", Integer),
    Column("sha256", Text, nullable=False),
    PrimaryKeyConstraint("envelope_id", "position"),
    # What was sent are the bytes that the dossier holds as that version (product rule 6).
    ForeignKeyConstraint(
        ["item_id", "version", "sha256"],
        ["dossier_versions.item_id", "dossier_versions.number", "dossier_versions.sha256"],
    ),
)

envelope_signers = Table(
    "envelope_signers",
    metadata,
    Column("envelope_id", Text, ForeignKey("envelopes.id"), nullable=False),
    Column("position", Integer, nullable=False),
    *_account(),
    Column("name", Text, nullable=False),
    Column("contact_id", Text, ForeignKey("contacts.id"), nullable=False),
    Column("answer", Text),
    Column("answered_at", UtcTime),
    Column("place", Text),
    Column("reason", Text),
    Column("consent", Text),
    Column("derived_place", Text),
    Column("texts", Text),
    Column("adopted_on", Date),
    PrimaryKeyConstraint("envelope_id", "position"),
    UniqueConstraint("envelope_id", "platform", "tenant", "user_id"),
    _words("platform", Platform),
    _words("answer", Answer),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    CheckConstraint("answer <> 'rejected' OR reason IS NOT NULL", name="reason"),
    Index("ix_envelope_signers_of_account", "user_id", "answered_at", "envelope_id"),
    _partial(
        "ix_envelope_signers_last_place", "platform", "tenant", "user_id", "answered_at", where="answer = 'approved'"
    ),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, nullable=False),
    Column("envelope_id", Text, nullable=False),
    *_party("signer_"),
    *_party("taker_"),
    Column("note", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("request_key", Text, nullable=False),
    Column("state", Text, nullable=False),
    *_party("closed_by_", nullable=True),
    Column("closed_at", UtcTime),
    Column("reason", Text, nullable=False),
    *(Column(f"message_{name}", Text) for name in ("platform", "tenant", "channel", "thread", "id", "link")),
    Column("message_twice", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("envelope_id", "request_key"),
    _of_office("envelopes", "envelope_id"),
    _words("state", DelegationState),
    CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name="closing"),
    _partial(
        "uq_delegations_open",
        *("envelope_id", "signer_platform", "signer_tenant", "signer_user_id"),
        where="state = 'asked'",
        unique=True,
    ),
)

log = Table(
    "log",
    metadata,
    _sequence(),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("happening", Text, nullable=False),
    *_party("by_"),
    Column("at", UtcTime, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("envelope_id", Text),
    Column("facts", JSON, nullable=False),
    # Its name in the evidence; none for what is not about an envelope, and for what was written before there was any.
    Column("key", Text),
    _of_office("clients", "client_id"),
    _of_office("envelopes", "envelope_id"),
    Index("uq_log_key", "key", unique=True),
    Index("ix_log_of_client", "client_id", "at", "id"),
    Index("ix_log_of_envelope", "envelope_id", "id"),
    Index("ix_log_of_person", "client_id", "by_user_id", "at", "id"),
    sqlite_autoincrement=True,
)

evidence_archives = Table(
    "evidence_archives",
    metadata,
    _sequence(),
    Column("name", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

evidence_owed = Table(
    "evidence_owed",
    metadata,
    _sequence(),
    Column("key", Text, ForeignKey("log.key"), nullable=False),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    # When it may be tried: the end of the lease for as long as somebody does.
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("refused", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key"),
    Index("ix_evidence_owed_due_at", "due_at"),
    sqlite_autoincrement=True,
)

evidence_receipts = Table(
    "evidence_receipts",
    metadata,
    Column("key", Text, ForeignKey("log.key"), primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("envelope_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("entry_hash", Text, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    _of_office("envelopes", "envelope_id"),
    CheckConstraint("length(entry_hash) = 64", name="entry_hash"),
    Index("ix_evidence_receipts_of_log", "origin", "index"),
)

links = Table(
    "links",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("envelope_id", Text, nullable=False),
    *_party("viewer_"),
    Column("expires_at", UtcTime, nullable=False),
    Column("as_staff", Boolean, nullable=False, server_default=false()),
    Column("documents", Text, nullable=False, server_default=""),
    Column("used_at", UtcTime),
    Column("shown", Text, nullable=False, server_default="{}"),
    _of_office("envelopes", "envelope_id"),
    CheckConstraint("length(secret_hash) = 64", name="secret_hash"),
    Index("ix_links_expires_at", "expires_at"),
)

personal_keys = Table(
    "personal_keys",
    metadata,
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    *_account(),
    Column("master", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("office_id", "platform", "tenant", "user_id"),
    _words("platform", Platform),
)

signatures = Table(
    "signatures",
    metadata,
    Column("envelope_id", Text, nullable=False),
    Column("office_id", Text, nullable=False),
    *_account(),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("envelope_id", "platform", "tenant", "user_id"),
    _of_office("envelopes", "envelope_id"),
    ForeignKeyConstraint(
        ["envelope_id", "platform", "tenant", "user_id"],
        [
            "envelope_signers.envelope_id",
            "envelope_signers.platform",
            "envelope_signers.tenant",
            "envelope_signers.user_id",
        ],
    ),
    _words("platform", Platform),
)

log_links = Table(
    "log_links",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    # What it shows: one envelope, one dossier, or what its viewer signs in one conversation.
    Column("envelope_id", Text),
    Column("client_id", Text),
    Column("platform", Text),
    Column("tenant", Text),
    Column("channel", Text),
    *_party("viewer_"),
    Column("as_staff", Boolean, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    _of_office("envelopes", "envelope_id"),
    _of_office("clients", "client_id"),
    CheckConstraint("length(secret_hash) = 64", name="secret_hash"),
    CheckConstraint(
        "CASE WHEN envelope_id IS NULL THEN 0 ELSE 1 END + CASE WHEN client_id IS NULL THEN 0 ELSE 1 END"
        " + CASE WHEN channel IS NULL THEN 0 ELSE 1 END = 1",
        name="scope",
    ),
    Index("ix_log_links_expires_at", "expires_at"),
)

upload_pages = Table(
    "upload_pages",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("client_id", Text, nullable=False),
    *_party("uploader_"),
    Column("expires_at", UtcTime, nullable=False),
    _of_office("clients", "client_id"),
    CheckConstraint("length(secret_hash) = 64", name="secret_hash"),
    Index("ix_upload_pages_expires_at", "expires_at"),
)

placed_fields = Table(
    "placed_fields",
    metadata,
    Column("item_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    *_party("by_"),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("item_id", "version"),
    ForeignKeyConstraint(["item_id", "version"], ["dossier_versions.item_id", "dossier_versions.number"]),
    CheckConstraint("revision >= 1", name="revision"),
)

field_templates = Table(
    "field_templates",
    metadata,
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    *_party("by_"),
    Column("at", UtcTime, nullable=False),
    PrimaryKeyConstraint("office_id", "name_folded"),
    CheckConstraint("pages >= 1", name="pages"),
)

placing_links = Table(
    "placing_links",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("item_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    *_party("placer_"),
    Column("signers", JSON, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    _of_office("clients", "client_id"),
    ForeignKeyConstraint(
        ["item_id", "version", "sha256"],
        ["dossier_versions.item_id", "dossier_versions.number", "dossier_versions.sha256"],
    ),
    CheckConstraint("length(secret_hash) = 64", name="secret_hash"),
    Index("ix_placing_links_expires_at", "expires_at"),
)

workflow_templates = Table(
    "workflow_templates",
    metadata,
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("template", JSON, nullable=False),
    PrimaryKeyConstraint("office_id", "name_folded"),
)

conversation_references = Table(
    "conversation_references",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("service_url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("bot", Text, nullable=False),
    Column("told_at", UtcTime, nullable=False),
    _words("platform", Platform),
    Index("ix_conversation_references_newest", "platform", "tenant", "told_at"),
)

reminders = Table(
    "reminders",
    metadata,
    _sequence(),
    Column("office_id", Text, nullable=False),
    Column("envelope_id", Text, nullable=False),
    *_account(),
    Column("since", UtcTime, nullable=False),
    # None for who is not reminded by itself (any more): then the row tells only when staff reminded them.
    Column("due_at", UtcTime),
    Column("lease_until", UtcTime),
    Column("leases", Integer, nullable=False, server_default="0"),
    Column("snoozed", Boolean, nullable=False, server_default=false()),
    Column("escalated", Boolean, nullable=False, server_default=false()),
    Column("asked_at", UtcTime),
    UniqueConstraint("envelope_id", "platform", "tenant", "user_id"),
    _of_office("envelopes", "envelope_id"),
    _words("platform", Platform),
    _partial("ix_reminders_due", "due_at", "id", where="due_at IS NOT NULL"),
    _partial("ix_reminders_of_person", "user_id", "due_at", where="due_at IS NOT NULL"),
    sqlite_autoincrement=True,
    postgresql_with={"fillfactor": 50},  # as the outbox, for the lease
)

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("token_hash", Text),
    Column("pattern", Text, nullable=False),
    UniqueConstraint("id", "office_id"),
    UniqueConstraint("office_id", "name_folded"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("office_id", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("client_number", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("pages", Integer),
    Column("received_at", UtcTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("instance_sha256", Text),
    Column("instance_size", BigInteger),
    Column("extra", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("doubts", JSON, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("envelope_id", Text),
    Column("refused", JSON(none_as_null=True)),
    Column("card", JSON(none_as_null=True)),
    Column("revision", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    UniqueConstraint("source_id", "key"),
    UniqueConstraint("envelope_id"),
    _of_office("sources", "source_id"),
    _of_office("envelopes", "envelope_id"),
    _words("kind", Kind),
    _words("state", DeliveryState),
    CheckConstraint("length(sha256) = 64", name="sha256"),
    _partial("ix_deliveries_due", "due_at", "id", where="state = 'received'"),
    _partial("ix_deliveries_sent", "office_id", "client_number", "id", where="state = 'sent'"),
    _partial("ix_deliveries_waiting", "office_id", "id", where="state = 'waiting'"),
)

delivery_rules = Table(
    "delivery_rules",
    metadata,
    Column("office_id", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("client_number", Text, nullable=False),
    Column("choices", JSON, nullable=False),
    PrimaryKeyConstraint("source_id", "kind", "client_number"),
    _of_office("sources", "source_id"),
    _words("kind", Kind),
)

outbox = Table(
    "outbox",
    metadata,
    _sequence(),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("thread", Text),
    Column("conversation", Text, nullable=False),
    Column("errand", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("waits", Integer, nullable=False, server_default="0"),
    Column("unclear", Boolean, nullable=False),
    Column("last_error", Text),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("key"),
    _words("platform", Platform),
    CheckConstraint("state IN ('pending', 'dead')", name="state"),
    _partial("ix_outbox_due", "due_at", "id", where="state = 'pending'"),
    _partial("ix_outbox_line", "conversation", "id", where="state = 'pending'"),
    sqlite_autoincrement=True,
    # Room beside each row for its lease: a claim that stays on its page touches no index, and takes a quarter.
    postgresql_with={"fillfactor": 50},
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("source_id", Text, primary_key=True),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    # Empty once it was removed: the row stays, so that the same secret is never given twice.
    Column("url", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("renewed_at", UtcTime, nullable=False),
    Column("stopped", Text, nullable=False),
    CheckConstraint("generation >= 1", name="generation"),
)

webhook_calls = Table(
    "webhook_calls",
    metadata,
    _sequence(),
    Column("office_id", Text, ForeignKey("offices.id"), nullable=False),
    Column("source_id", Text, ForeignKey("webhooks.source_id"), nullable=False),
    # What it is about: one of the two.
    Column("envelope_id", Text),
    Column("delivery_id", Text, ForeignKey("deliveries.id")),
    Column("event", Text, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("created_at", UtcTime, nullable=False),
    _of_office("envelopes", "envelope_id"),
    UniqueConstraint("envelope_id", "event"),
    UniqueConstraint("delivery_id", "event"),
    CheckConstraint("(envelope_id IS NULL) <> (delivery_id IS NULL)", name="subject"),
    CheckConstraint("state IN ('pending', 'dead')", name="state"),
    _partial("ix_webhook_calls_due", "due_at", "id", where="state = 'pending'"),
    _partial("ix_webhook_calls_line", "source_id", "id", where="state = 'pending'"),
    sqlite_autoincrement=True,
)
