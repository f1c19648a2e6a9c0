"""Keeps what people must be able to have forgotten out of reach of whoever only has the database (docs/adr/0009).

Every person at an office has a key, which lies in the database wrapped by the master key; that one lies in a file
beside it. Whatever is sealed is bound to where it belongs, so that a value moved to another row does not open.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.domain.errors import KeyRefused
from storage.folders import write_first

_KEY_SIZE = 32
_NONCE_SIZE = 12
"""Bytes, as NIST SP 800-38D recommends; drawn at random, which holds for 2**32 values under one key (section 8.3)."""

_log = structlog.get_logger(__name__)


class Vault:
    """Seals and opens under a master key of 32 bytes."""

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)
        self._naming = hmac.digest(master, b"paraaf numbers 1", "sha256")
        self._deriving = hmac.digest(master, b"paraaf secrets 1", "sha256")
        self.name = sha256(b"paraaf personal key\n" + master).hexdigest()[:16]
        """Tells master keys apart, without telling anything of them."""

    def make_key(self, *owner: str) -> bytes:
        """A new key for a person, wrapped."""
        return _seal(self._master, os.urandom(_KEY_SIZE), "key", *owner)

    def seal(self, wrapped: bytes, owner: tuple[str, ...], content: bytes, *belongs: str) -> bytes:
        """Seal bytes with the key of their owner, bound to where they belong. Raises `ValueError` as `open`."""
        return _seal(self._unwrap(wrapped, owner), content, "content", *owner, *belongs)

    def open(self, wrapped: bytes, owner: tuple[str, ...], sealed: bytes, *belongs: str) -> bytes:
        """What was sealed. Raises `ValueError` when key, owner or place are not those that it was sealed with."""
        return _open(self._unwrap(wrapped, owner), sealed, "content", *owner, *belongs)

    def hash(self, owner: str, text: str) -> str:
        """A hash of a text that is short enough to be guessed, in hex: nobody can make it without the master key."""
        return hmac.digest(self._naming, _bind((owner, text)), "sha256").hex()

    def derive(self, *purpose: str) -> bytes:
        """A secret of 32 bytes for one purpose: the same every time, and nothing has to be kept for it."""
        return hmac.digest(self._deriving, _bind(purpose), "sha256")

    def _unwrap(self, wrapped: bytes, owner: tuple[str, ...]) -> AESGCM:
        return AESGCM(_open(self._master, wrapped, "key", *owner))


def open_vault(file: Path) -> Vault:
    """The vault under the master key in this file, which is made where there is none. Raises `KeyRefused`.

    Several processes may do so at once: the first one's key counts.
    """
    try:
        if not file.exists():
            _make_key_file(file)
        return Vault(_read_key(file))
    except OSError as error:
        raise KeyRefused(f"{file}: {error.strerror}; make it readable to Paraaf alone") from error


def read_vault(file: Path) -> Vault | None:
    """As `open_vault`, but None where there is no file yet."""
    return open_vault(file) if file.exists() else None


def _make_key_file(file: Path) -> None:
    if write_first(file, urlsafe_b64encode(os.urandom(_KEY_SIZE)) + b"\n"):
        _log.warning("personal_key_made", file=str(file), advice="back it up: without it no signature can be read")


def _read_key(file: Path) -> bytes:
    try:
        key = urlsafe_b64decode(file.read_bytes().strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_SIZE:
        raise KeyRefused(f"{file}: this is no key of Paraaf; put the file back from a backup")
    return key


def _seal(key: AESGCM, content: bytes, *context: str) -> bytes:
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + key.encrypt(nonce, content, _bind(context))


def _open(key: AESGCM, sealed: bytes, *context: str) -> bytes:
    try:
        return key.decrypt(sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:], _bind(context))
    except (InvalidTag, ValueError):
        raise ValueError("this was not sealed here, with this key, for this place") from None


def _bind(context: tuple[str, ...]) -> bytes:
    """The parts, each behind its length, so that no two contexts give the same bytes."""
    return b"".join(b"%d:%b" % (len(part), part) for part in (each.encode() for each in context))
