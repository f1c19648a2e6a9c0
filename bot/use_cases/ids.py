"""Identifiers of our own."""

import uuid_utils


def new_id() -> str:
    """A new identifier: a UUID of version 7, so that later ones sort after earlier ones (RFC 9562)."""
    return str(uuid_utils.uuid7())
