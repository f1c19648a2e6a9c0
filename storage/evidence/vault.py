"""Encryption at rest: AES-256-GCM under a key that scrypt makes of a passphrase or of what is in a secret file."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from storage.evidence.commitments import KEY_SIZE
from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.errors import EvidenceError, WrongSecret

LEAST_SECRET = 16
"""Bytes that a secret must have."""

_HEADER = b"paraaf-sealed-v1\n"
_SALT = 16
_NONCE = 12
# What OWASP's password storage cheat sheet asks for, in its variant of 32 MB; it takes a fraction of a second, once.
_COST, _BLOCK, _PARALLEL = 1 << 15, 8, 3


class Vault:
    """Seals bytes under a name: what was sealed under one name does not open under another."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, name: str, content: bytes) -> bytes:
        """The bytes, encrypted."""
        # Random, and used for far fewer than 2**32 seals, so that none comes twice (NIST SP 800-38D, section 8.3).
        nonce = os.urandom(_NONCE)
        return _HEADER + nonce + self._cipher.encrypt(nonce, content, name.encode())

    def open(self, name: str, sealed: bytes) -> bytes:
        """The bytes that were sealed under this name. Raises `WrongSecret` for any others."""
        body = sealed.removeprefix(_HEADER)
        nonce, encrypted = body[:_NONCE], body[_NONCE:]
        try:
            return self._cipher.decrypt(nonce, encrypted, name.encode())
        except (InvalidTag, ValueError):
            raise WrongSecret(f"{name} was not sealed with this secret, or is damaged") from None


def open_vault(path: Path, secret: bytes, disk: Disk | None = None) -> Vault:
    """The vault of a secret; the file at `path` holds its salt and is made when there is none.

    Raises `WrongSecret` for another secret than the one that it was made with, and `EvidenceError` for one that is too
    short to be one.
    """
    if len(secret) < LEAST_SECRET:
        raise EvidenceError(f"the secret of the evidence needs at least {LEAST_SECRET} bytes; it has {len(secret)}")
    if path.exists():
        kept = path.read_bytes()
        vault = Vault(_derive(secret, kept[:_SALT]))
        vault.open("vault", kept[_SALT:])
        return vault
    salt = os.urandom(_SALT)
    vault = Vault(_derive(secret, salt))
    disk = disk or Disk()
    make_folders(disk, path.parent)
    write_safely(disk, path, salt + vault.seal("vault", b""))
    return vault


def _derive(secret: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_SIZE, n=_COST, r=_BLOCK, p=_PARALLEL).derive(secret)
