"""Indexes by which the tasks of a person or a conversation are found."""

from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index(
        "ix_envelopes_of_sender", "envelopes", ["office_id", "sender_user_id", "closed_at", "id"], unique=False
    )
    op.create_index(
        "ix_envelopes_of_conversation", "envelopes", ["office_id", "channel", "closed_at", "id"], unique=False
    )
    op.create_index(
        "ix_envelope_signers_of_account", "envelope_signers", ["user_id", "answered_at", "envelope_id"], unique=False
    )
