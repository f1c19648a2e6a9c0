"""C2SP signed notes: a text with signatures below it, and the keys that check them."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import assert_never

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.evidence.errors import BadSignature, Malformed

MAX_NOTE = 100_000
"""Bytes of a note: enough for the 16 signatures that everyone must take, the largest of which have almost 5 kB."""

_DASH = "\N{EM DASH} "
_KEY_SIZE = 32
_ID_SIZE = 4
_TIME_SIZE = 8


class Algorithm(IntEnum):
    """The signature types that are used here, by their byte in the specification."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    """A witness's Ed25519 signature on a checkpoint and the time at which it saw it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key, under the name of whose it is. As text: `name+id+key`, which the specification calls a vkey."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    @property
    def id(self) -> bytes:
        """Four bytes that tell it from the other keys of this name."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public)}"

    def check(self, text: str, signature: bytes) -> None:
        """Raises `BadSignature` unless this key signed this text."""
        match self.algorithm:
            case Algorithm.ED25519:
                signed = text.encode()
            case Algorithm.COSIGNATURE:
                time, signature = signature[:_TIME_SIZE], signature[_TIME_SIZE:]
                signed = f"cosignature/v1\ntime {int.from_bytes(time, 'big')}\n{text}".encode()
            case _:
                assert_never(self.algorithm)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            raise BadSignature("wrong-signature") from None


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        lines = (f"{_DASH}{each.name} {encode_base64(each.key_id + each.signature)}\n" for each in self.signatures)
        return f"{self.text}\n{''.join(lines)}"

    def find_signers(self, keys: Sequence[VerifierKey]) -> list[VerifierKey]:
        """Those of the keys that signed. Raises `BadSignature` where none did, or where one of them did not."""
        known = {(key.name, key.id): key for key in keys}
        signers: list[VerifierKey] = []
        for each in self.signatures:
            if key := known.get((each.name, each.key_id)):
                key.check(self.text, each.signature)
                signers.append(key)
        if not signers:
            raise BadSignature("no-known-signature")
        return signers


class Signer:
    """Signs notes under a name with a private key."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.key = VerifierKey(name, private.public_key().public_bytes_raw())
        self._private = private

    def sign(self, text: str) -> Signature:
        """Its signature for a note with this text, which ends in a newline."""
        return Signature(self.key.name, self.key.id, self._private.sign(text.encode()))

    def export(self) -> bytes:
        """The 32 bytes of the private key."""
        return self._private.private_bytes_raw()


def parse_note(written: bytes) -> Note:
    """A note from its bytes. Raises `Malformed`."""
    if len(written) > MAX_NOTE:
        raise Malformed("too-long")
    try:
        read = written.decode()
    except UnicodeDecodeError:
        raise Malformed("not-utf8") from None
    if any(character < " " and character != "\n" for character in read):
        raise Malformed("control-character")
    text, separator, below = read.rpartition("\n\n")
    if not separator or not below.endswith("\n"):
        raise Malformed("no-signatures")
    return Note(f"{text}\n", tuple(_parse_signature(line) for line in below[:-1].split("\n")))


def _parse_signature(line: str) -> Signature:
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or not is_key_name(name):
        raise Malformed("bad-signature-line")
    decoded = decode_base64(encoded)
    if len(decoded) <= _ID_SIZE:
        raise Malformed("bad-signature-line")
    return Signature(name, decoded[:_ID_SIZE], decoded[_ID_SIZE:])


def parse_key(written: str) -> VerifierKey:
    """A key from its text. Raises `Malformed`."""
    name, _, rest = written.partition("+")
    key_id, _, encoded = rest.partition("+")
    decoded = decode_base64(encoded)
    if not is_key_name(name) or len(decoded) != 1 + _KEY_SIZE or decoded[0] not in list(Algorithm):
        raise Malformed("bad-key")
    key = VerifierKey(name, decoded[1:], Algorithm(decoded[0]))
    if key.id.hex() != key_id:
        raise Malformed("bad-key")
    return key


def is_key_name(name: str) -> bool:
    """Whether a key can have this name."""
    return name.isprintable() and bool(name) and "+" not in name and not any(map(str.isspace, name))


def encode_base64(content: bytes) -> str:
    """Standard base64, with its padding."""
    return base64.b64encode(content).decode()


def decode_base64(encoded: str) -> bytes:
    """The bytes that `encode_base64` gives exactly this text for. Raises `Malformed` where there are none."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("bad-base64") from None
    # The last character has bits that mean nothing: two texts for the same bytes would be two proofs of one thing.
    if encode_base64(decoded) != encoded:
        raise Malformed("bad-base64")
    return decoded
