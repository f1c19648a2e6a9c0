"""`paraaf keys make` and `paraaf keys show`, and what the doctor tells of the seal."""

import asyncio
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.keys import OfficeSeal, name_subject, read_password
from adapters.pdf.sealing.making import make_office_key
from adapters.sealing import find_next_step, load_seal
from adapters.settings import Settings, SettingsError

CERTIFICATE, KEY = "seal-certificate.pem", "seal-key.pem"
_SOON: Final = timedelta(days=60)
"""So long before a certificate expires the doctor says so: buying another one takes weeks."""

WORTH = (
    "This certificate is self-signed: nobody but you vouches for the name on it.",
    "It proves that a PDF was not changed since you sealed it, to whoever got your certificate from you.",
    "It does not prove to a stranger who you are, and PDF readers show it as unknown.",
    "For that, buy a certificate for electronic seals from a qualified trust service provider (eIDAS), and set it.",
)
"""What a self-signed certificate is worth, in plain words."""


def make_keys(office: str, folder: Path, password_file: Path | None) -> Iterator[str]:
    """Write a new key and certificate, and tell what to do with them. Raises `SettingsError`, `OSError`."""
    if not office.strip() or len(office) > 64:  # noqa: PLR2004 - RFC 5280's longest common name
        raise SettingsError({"--office": "write a name of 1 to 64 characters"})
    password = read_password(password_file)
    if password == b"":
        raise SettingsError({"--password-file": "its first line is empty"})
    certificate, key = folder / CERTIFICATE, folder / KEY
    for file in (certificate, key):
        if file.exists():
            raise SettingsError({"--folder": f"{file} is there already; it is not overwritten"})
    made = make_office_key(office.strip(), password)
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(key, made.key, 0o600)
    _write_new(certificate, made.certificate, 0o644)
    yield f"PARAAF_SEAL_CERTIFICATE={certificate.absolute()}"
    yield f"PARAAF_SEAL_KEY={key.absolute()}"
    if password_file:
        yield f"PARAAF_SEAL_PASSWORD_FILE={password_file.absolute()}"
    yield from ("", "Put these lines into .env, and back up the key.", *WORTH)


def show_keys(settings: Settings) -> Iterator[str]:
    """What there is to know of the seal. Raises `SettingsError` where it cannot be used, `OSError`."""
    try:
        seal = load_seal(settings)
    except SealRefused as error:
        raise SettingsError({"PARAAF_SEAL_…": str(error)}) from error
    if seal is None:
        yield "No seal is set: make one with paraaf keys make, or see docs/sealing.md."
        return
    certificate = seal.certificate
    yield f"Name: {seal.name}"
    yield f"Issued by: {'itself' if seal.is_self_signed else certificate.issuer.rfc4514_string()}"
    yield f"Valid: {certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d} (UTC)"
    yield f"Key: {_describe_key(seal)}"
    yield f"SHA-256: {certificate.fingerprint(SHA256()).hex()}"
    if seal.chain:
        yield f"Chain: {', '.join(name_subject(each) for each in seal.chain)}"
    if seal.is_self_signed:
        yield from ("", *WORTH)


async def examine_seal(settings: Settings) -> Finding:
    """Whether PDFs can be sealed, with what, and for how long."""
    subject = "seal"
    try:
        seal = await asyncio.to_thread(load_seal, settings)
    except SealRefused as error:
        return Finding(BROKEN, subject, str(error))
    except OSError as error:
        return Finding(BROKEN, subject, f"{error.filename}: {error.strerror}; let Paraaf's own user read it")
    if seal is None:
        return Finding(NOTE, subject, "off: no PDF can be sealed; paraaf keys make, or see docs/sealing.md")
    for secret in (settings.seal_key, settings.seal_pkcs12, settings.seal_password_file):
        if secret and stat.S_IMODE(secret.stat().st_mode) & 0o077:
            words = f"{secret}: others on this machine can read it; make it yours alone: chmod 600"
            return Finding(NOTE, subject, words)
    until = seal.certificate.not_valid_after_utc
    words = f"{seal.name}, {_describe_key(seal)}, valid until {until:%Y-%m-%d}"
    if until - datetime.now(UTC) < _SOON:
        return Finding(NOTE, subject, f"{words}: get a new certificate in time")
    if seal.is_self_signed:
        return Finding(NOTE, subject, f"{words}; self-signed, which PDF readers show as unknown: see docs/sealing.md")
    return Finding(OK, subject, words)


async def examine_level(settings: Settings) -> Finding | None:
    """How long seals can be checked, and what the next level takes; None where nothing can be sealed."""
    try:
        seal = await asyncio.to_thread(load_seal, settings)
        if seal is None:
            return None
        level, step = await asyncio.to_thread(find_next_step, settings, seal)
    except SettingsError as error:
        return Finding(BROKEN, "seal level", str(error))
    except (SealRefused, OSError):
        return None  # told of the seal itself
    return Finding(NOTE, "seal level", f"{level}; {step}") if step else Finding(OK, "seal level", level.value)


def _describe_key(seal: OfficeSeal) -> str:
    public = seal.certificate.public_key()
    return f"RSA-{public.key_size}" if isinstance(public, RSAPublicKey) else "elliptic curve"


def _write_new(file: Path, content: bytes, mode: int) -> None:
    """Raises `FileExistsError` where it exists; never to be read by others, not even for a moment."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
