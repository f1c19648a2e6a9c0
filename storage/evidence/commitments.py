"""Commitments: what stands in an entry in place of something personal.

A commitment is an HMAC-SHA-256 of the value, under a key that is derived from the person's own random key for one
decision and one kind of value. Nobody can guess the value from it, and no two entries can be seen to be about one
person. Whoever is given value and derived key, an `Opening`, can check that it is what the entry was made with, and
learns nothing else.
"""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from storage.evidence.entry import Entry, Personal

KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """A personal value, and the key that its commitment was made with."""

    what: Personal
    value: bytes
    key: bytes

    @property
    def commitment(self) -> str:
        """As it stands in the entry: hexadecimal."""
        return hmac.digest(self.key, self.value, "sha256").hex()

    def fits(self, entry: Entry) -> bool:
        """Whether the entry was made with this value."""
        return hmac.compare_digest(self.commitment, entry.commitments.get(self.what, ""))


def make_opening(person_key: bytes, decision: str, what: Personal, value: bytes) -> Opening:
    """The opening of a value in the entry of a decision."""
    return Opening(what, value, derive_key(person_key, f"commitment\n{what}\n{decision}"))


def derive_key(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, from which the others cannot be found."""
    return HKDFExpand(SHA256(), KEY_SIZE, f"paraaf.evidence/v1\n{purpose}".encode()).derive(key)
