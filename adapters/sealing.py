"""The seal that the settings name, and whom Paraaf believes about sealed PDFs."""

import os
from pathlib import Path

from cryptography import x509
from cryptography.x509 import Certificate

from adapters.evidence.overseeing import read_roots
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.keys import OfficeSeal, Token, load_pem, load_pkcs12, read_password
from adapters.pdf.sealing.trust import Trust
from adapters.settings import Settings, SettingsError


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


__all__ = ["SealRefused", "load_certificates", "load_seal", "read_trust"]
