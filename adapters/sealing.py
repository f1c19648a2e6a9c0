"""The seal that the settings name, and whom Paraaf believes about sealed PDFs."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import assert_never

from cryptography import x509
from cryptography.x509 import Certificate

from adapters.evidence.overseeing import read_roots
from adapters.pdf.sealer import PdfSealer, choose_level
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.handing import TsaAddress
from adapters.pdf.sealing.keys import OfficeSeal, Token, load_pem, load_pkcs12, read_password, tells_revocation
from adapters.pdf.sealing.seal import Revocation
from adapters.pdf.sealing.trust import Trust
from adapters.settings import Settings, SettingsError
from bot.domain.certified import SealLevel
from bot.ports import Blobs


def load_seal(settings: Settings) -> OfficeSeal | None:
    """The seal; None where none is set. Not to be called where an event loop runs.

    Raises `SealRefused` where it cannot be used, `OSError`.
    """
    password = read_password(settings.seal_password_file)
    if settings.seal_certificate and settings.seal_key:
        return load_pem(settings.seal_certificate, settings.seal_key, password)
    if settings.seal_pkcs12:
        return load_pkcs12(settings.seal_pkcs12, password)
    if settings.seal_pkcs11:
        from adapters.pdf.sealing.token_key import load_token  # noqa: PLC0415 - for those who have a token

        name, label = settings.seal_pkcs11_token or "", settings.seal_pkcs11_label or ""
        wanted = {each: os.environ[each] for each in settings.seal_pkcs11_environment if each in os.environ}
        return load_token(Token(settings.seal_pkcs11, name, label, password, wanted))
    return None


@asynccontextmanager
async def open_sealer(settings: Settings, blobs: Blobs) -> AsyncIterator[PdfSealer | None]:
    """What seals PDFs until the end of the block, at the highest level that the settings reach; None without a seal.

    Raises `SealRefused` where the seal cannot be used, `SettingsError`, `OSError`.
    """
    key = await asyncio.to_thread(load_seal, settings)
    if key is None:
        yield None
        return
    tsa, revocation = await asyncio.to_thread(lambda: (read_tsa(settings), read_revocation(settings, key)))
    await asyncio.to_thread(settings.data_dir.mkdir, parents=True, exist_ok=True)
    sealer = PdfSealer(blobs, key, tsa, revocation, folder=settings.data_dir)
    try:
        yield sealer
    finally:
        await sealer.close()


def read_tsa(settings: Settings) -> TsaAddress | None:
    """The timestamp authority; None where none is set. Raises `SettingsError`, `OSError`."""
    return TsaAddress(settings.tsa_url, read_roots(settings)) if settings.tsa_url else None


def read_revocation(settings: Settings, key: OfficeSeal) -> Revocation | None:
    """Under which roots to ask whether certificates were revoked; None where the seal's own tells nobody to ask.

    Raises `SettingsError`, `OSError`.
    """
    roots = _read_seal_roots(settings, key)
    if not roots or not tells_revocation(key.certificate):
        return None
    return Revocation([*roots, *(read_roots(settings) if settings.tsa_roots else ())])


def find_next_step(settings: Settings, key: OfficeSeal) -> tuple[SealLevel, str]:
    """The level that the settings reach, and what to do for the next one; empty where there is none.

    Raises `SettingsError`, `OSError`.
    """
    level = choose_level(read_tsa(settings), read_revocation(settings, key))
    match level:
        case SealLevel.B_B:
            return level, "for B-T set PARAAF_TSA_URL and PARAAF_TSA_ROOTS"
        case SealLevel.B_T if not tells_revocation(key.certificate):
            return level, "for B-LT get a certificate whose issuer tells what it revoked"
        case SealLevel.B_T:
            return level, "for B-LT set PARAAF_SEAL_ROOTS"
        case SealLevel.B_LT | SealLevel.B_LTA:
            return level, ""
        case _:
            assert_never(level)


def _read_seal_roots(settings: Settings, key: OfficeSeal) -> list[Certificate]:
    """Those that are set, or else what ends the chain that came with the seal."""
    if settings.seal_roots:
        return load_certificates(settings.seal_roots, "PARAAF_SEAL_ROOTS")
    return [each for each in key.chain if each.issuer == each.subject]


def read_trust(settings: Settings) -> Trust:
    """Our own seal, those of before, and the timestamp authorities. Raises `SettingsError`, `SealRefused`, `OSError`.

    Not to be called where an event loop runs.
    """
    seals: list[Certificate] = []
    if settings.seal_trusted:
        seals += load_certificates(settings.seal_trusted, "PARAAF_SEAL_TRUSTED")
    if settings.seal_certificate:
        seals += load_certificates(settings.seal_certificate, "PARAAF_SEAL_CERTIFICATE")[:1]
    elif seal := load_seal(settings):
        seals.append(seal.certificate)
    return Trust(seals, read_roots(settings) if settings.tsa_roots else ())


def load_certificates(file: Path, setting: str) -> list[Certificate]:
    """The certificates in a PEM file. Raises `SettingsError` in the name of a setting, `OSError`."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        raise SettingsError({setting: f"{file} holds no certificates in PEM"}) from None


__all__ = ["SealRefused", "find_next_step", "load_certificates", "load_seal", "open_sealer", "read_trust"]
