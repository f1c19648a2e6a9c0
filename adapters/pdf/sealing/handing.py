"""Hands the office's seal, and whom to ask about it, to another process of ours.

A private key was checked when it was loaded, and is not checked again, which would take ten times as long as a seal. It
goes through memory only. A token is opened there anew.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import aiohttp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from cryptography.x509 import Certificate, load_der_x509_certificate

from adapters.evidence.stamping import PATIENCE, Authority
from adapters.pdf.sealing.held_key import HeldKey, PrivateKey
from adapters.pdf.sealing.keys import OfficeSeal, Token, check_certificate
from adapters.pdf.sealing.seal import Revocation
from adapters.pdf.sealing.stamping import Tsa
from adapters.pdf.sealing.token_key import load_token


@dataclass(frozen=True, slots=True)
class TsaAddress:
    """Where a timestamp authority is, and the roots that its certificate must lead to; `patience` in seconds."""

    url: str
    roots: Sequence[Certificate]
    patience: float = PATIENCE


@dataclass(frozen=True, slots=True)
class HandedSeal:
    """A seal as bytes: certificates and key in DER, the key also a token."""

    key: bytes | Token = field(repr=False)
    certificate: bytes
    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class HandedTsa:
    """A timestamp authority as bytes: its roots in DER."""

    url: str
    roots: tuple[bytes, ...]
    patience: float


def hand_over_seal(seal: OfficeSeal) -> HandedSeal:
    """What `take_seal` makes the same seal of."""
    match seal.origin:
        case Token() as token:
            key: bytes | Token = token
        case private:
            key = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return HandedSeal(key, write_certificates([seal.certificate])[0], write_certificates(seal.chain))


def take_seal(handed: HandedSeal) -> OfficeSeal:
    """The seal that was handed over. Not to be called where an event loop runs.

    Raises `SealRefused` where it cannot be used (any more), or its token is away.
    """
    if isinstance(handed.key, Token):
        os.environ.update(handed.key.environment)
        return load_token(handed.key)
    certificate, chain = load_der_x509_certificate(handed.certificate), read_certificates(handed.chain)
    check_certificate(certificate)
    private = cast("PrivateKey", load_der_private_key(handed.key, None, unsafe_skip_rsa_key_validation=True))
    return OfficeSeal(HeldKey(private, certificate, chain), certificate, tuple(chain), origin=private)


class KeyRing:
    """Keeps the seal that was handed over last, so that the next PDF with the same one is sealed sooner."""

    def __init__(self) -> None:
        self._kept: tuple[HandedSeal, OfficeSeal] | None = None

    def take(self, handed: HandedSeal) -> OfficeSeal:
        """As `take_seal`."""
        if self._kept is None or self._kept[0] != handed:
            self._kept = (handed, take_seal(handed))
        check_certificate(self._kept[1].certificate)  # it may have expired since
        return self._kept[1]


def hand_over_tsa(tsa: TsaAddress) -> HandedTsa:
    """What `take_tsa` makes the same authority of."""
    return HandedTsa(tsa.url, write_certificates(tsa.roots), tsa.patience)


@asynccontextmanager
async def take_tsa(handed: HandedTsa | None) -> AsyncIterator[Tsa | None]:
    """The authority that was handed over, which can be asked until the end of the block."""
    if handed is None:
        yield None
        return
    async with aiohttp.ClientSession() as session:
        yield Tsa(Authority(session, handed.url, handed.patience), read_certificates(handed.roots))


def take_revocation(roots: Sequence[bytes] | None) -> Revocation | None:
    """Asking whether certificates under these roots were revoked, where there are any."""
    return None if roots is None else Revocation(read_certificates(roots))


def write_certificates(certificates: Sequence[Certificate]) -> tuple[bytes, ...]:
    """Certificates in DER."""
    return tuple(each.public_bytes(Encoding.DER) for each in certificates)


def read_certificates(written: Sequence[bytes]) -> list[Certificate]:
    """Certificates of DER."""
    return [load_der_x509_certificate(each) for each in written]
