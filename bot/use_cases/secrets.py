"""Secrets in personal links: the address holds one, the database only its hash."""

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> str:
    """The SHA-256 of a secret, in hex; enough, as nobody can guess 32 random bytes."""
    return hashlib.sha256(secret.encode()).hexdigest()
