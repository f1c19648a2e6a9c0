"""Encryption at rest: AES-256-GCM under a key that scrypt makes of a passphrase or of what is in a secret file."""

import os
import re
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
COST = 1 << 15
"""scrypt's N: what OWASP's password storage cheat sheet asks for, in its variant of 32 MB with r = 8 and p = 3.

It takes a fraction of a second, once.
"""
LEAST_COST = 2
"""The least that scrypt knows (RFC 7914, section 2): protects nothing, for secrets that protect nothing."""
_BLOCK, _PARALLEL = 8, 3
_OTHER_COST = re.compile(rb"scrypt N=2\^([1-9]|1[0-4])\n")


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


def open_vault(path: Path, secret: bytes, disk: Disk | None = None, cost: int = COST) -> Vault:
    """The vault of a secret; the file at `path` holds its salt and is made when there is none.

    Where it is made, scrypt gets `cost`, a power of 2 from `LEAST_COST` to `COST`. The file names it unless it is
    `COST`, and whoever opens it goes by the file: a cost that is changed there makes another key, which opens nothing.
    Raises `WrongSecret` for another secret than the one that it was made with, and `EvidenceError` for one that is too
    short to be one.
    """
    if len(secret) < LEAST_SECRET:
        raise EvidenceError(f"the secret of the evidence needs at least {LEAST_SECRET} bytes; it has {len(secret)}")
    if path.exists():
        told, made_at = _read_cost(kept := path.read_bytes())
        salt, sealed = kept[told : told + _SALT], kept[told + _SALT :]
        vault = Vault(_derive(secret, salt, made_at))
        vault.open("vault", sealed)
        return vault
    salt = os.urandom(_SALT)
    vault = Vault(_derive(secret, salt, cost))
    disk = disk or Disk()
    make_folders(disk, path.parent)
    write_safely(disk, path, _write_cost(cost) + salt + vault.seal("vault", b""))
    return vault


def _write_cost(cost: int) -> bytes:
    return b"" if cost == COST else b"scrypt N=2^%d\n" % (cost.bit_length() - 1)


def _read_cost(kept: bytes) -> tuple[int, int]:
    """How many bytes tell the cost, and the cost."""
    told = _OTHER_COST.match(kept)
    return (told.end(), 1 << int(told[1])) if told else (0, COST)


def _derive(secret: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=KEY_SIZE, n=cost, r=_BLOCK, p=_PARALLEL).derive(secret)
