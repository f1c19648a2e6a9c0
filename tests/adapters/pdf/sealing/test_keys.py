"""Keys of seals: where they come from, and which ones are refused with a clear word."""

import asyncio
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from adapters.commands.finding import Verdict
from adapters.commands.seal_keys import CERTIFICATE, KEY, examine_seal, make_keys, show_keys
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import load_pem, load_pkcs12, read_password
from adapters.pdf.sealing.making import MadeKey, make_office_key
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.trust import Trust
from adapters.settings import Settings, SettingsError, load_settings
from bot.domain.certified import SealLevel
from storage.evidence.verify import Verdict as Holding
from tests.adapters.pdf.sealing.papers import write_plain

NOW = datetime.now(UTC)
AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def issue(
    key: AnyKey, *, start: timedelta = timedelta(days=-1), end: timedelta = timedelta(days=1), signs: bool = True
) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Kantoor")])
    usage = dict.fromkeys(("content_commitment", "data_encipherment", "key_agreement"), False)
    usage |= dict.fromkeys(("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW + start, NOW + end).add_extension(
        x509.KeyUsage(digital_signature=signs, key_encipherment=not signs, **usage), critical=True
    )
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(key, hashed).public_bytes(Encoding.PEM)


def write_key(key: AnyKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def put(folder: Path, certificate: bytes, key: bytes) -> tuple[Path, Path]:
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate)
    files[1].write_bytes(key)
    return files


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())])
def test_keys_that_fit_seal(key: AnyKey, tmp_path: Path) -> None:
    loaded = load_pem(*put(tmp_path, issue(key), write_key(key)))
    sealed = asyncio.run(seal(write_plain(), loaded, SealLevel.B_B))
    assert judge(sealed.content, Trust([loaded.certificate])).verdict is Holding.HOLDS


@pytest.mark.parametrize(
    ("key", "more", "said"),
    [
        (rsa.generate_private_key(65537, 1024), {}, "1024 bits is too weak"),  # noqa: S505 - weak, as is tested
        (ec.generate_private_key(ec.SECP256K1()), {}, "secp256k1"),
        (ed25519.Ed25519PrivateKey.generate(), {}, "kind of key"),
        (rsa.generate_private_key(65537, 2048), {"start": timedelta(days=-2), "end": timedelta(days=-1)}, "expired on"),
        (rsa.generate_private_key(65537, 2048), {"start": timedelta(hours=9)}, "not yet"),
        (rsa.generate_private_key(65537, 2048), {"signs": False}, "key usage"),
    ],
)
def test_keys_that_are_worth_nothing_are_refused(
    key: AnyKey, more: dict[str, timedelta], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SealRefused, match=said):
        load_pem(*put(tmp_path, issue(key, **more), write_key(key)))  # type: ignore[arg-type]  # times and a flag


def test_a_key_of_another_certificate_is_refused(made: MadeKey, tmp_path: Path) -> None:
    other = write_key(rsa.generate_private_key(65537, 2048))
    with pytest.raises(SealRefused, match="does not belong"):
        load_pem(*put(tmp_path, made.certificate, other))


def test_passwords_come_from_files(tmp_path: Path) -> None:
    made = make_office_key("Kantoor", b"ge heim")
    files = put(tmp_path, made.certificate, made.key)
    password = tmp_path / "password"
    password.write_bytes(b"ge heim\r\nsecond line")
    assert load_pem(*files, read_password(password)).name == "Kantoor"
    for wrong, said in ((None, "name a password file"), (b"other", "this password opens")):
        with pytest.raises(SealRefused, match=said):
            load_pem(*files, wrong)


def test_pkcs12(made: MadeKey, tmp_path: Path) -> None:
    certificate, key = x509.load_pem_x509_certificate(made.certificate), load_pem_private_key(made.key, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    file = tmp_path / "seal.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, BestAvailableEncryption(b"geheim"))
    )
    assert load_pkcs12(file, b"geheim").certificate == certificate
    with pytest.raises(SealRefused, match="this password opens"):
        load_pkcs12(file, b"other")


def test_what_is_no_key_is_named(made: MadeKey, tmp_path: Path) -> None:
    for certificate, key in ((b"x", made.key), (made.certificate, b"x")):
        with pytest.raises(SealRefused, match=r"holds no"):
            load_pem(*put(tmp_path, certificate, key))


def test_make_writes_a_key_that_only_its_owner_can_read_and_overwrites_nothing(tmp_path: Path) -> None:
    said = "\n".join(make_keys("Kantoor de Wit", tmp_path, None))
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    loaded = load_pem(tmp_path / CERTIFICATE, tmp_path / KEY)
    public = loaded.certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert (loaded.name, public.key_size, loaded.is_self_signed) == ("Kantoor de Wit", 3072, True)
    assert "self-signed: nobody but you vouches" in said
    with pytest.raises(SettingsError, match="not overwritten"):
        list(make_keys("Kantoor de Wit", tmp_path, None))
    for name in ("", "  ", "x" * 65):
        with pytest.raises(SettingsError, match="1 to 64"):
            list(make_keys(name, tmp_path / "other", None))


async def test_show_and_doctor_tell_what_the_seal_is_worth(
    made: MadeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAF_DATA_DIR", str(tmp_path))
    assert (await examine_seal(load_settings(None))).verdict is Verdict.NOTE
    certificate, key = put(tmp_path, made.certificate, made.key)
    monkeypatch.setenv("PARAAF_SEAL_CERTIFICATE", str(certificate))
    monkeypatch.setenv("PARAAF_SEAL_KEY", str(key))
    settings = load_settings(None)
    key.chmod(0o644)
    assert "chmod 600" in (await examine_seal(settings)).words
    key.chmod(0o600)
    found = await examine_seal(settings)
    assert "self-signed" in found.words
    said = "\n".join(show_keys(settings))
    assert re.search(r"Name: Kantoor de Wit & Zn\nIssued by: itself\n", said)
    key.write_bytes(b"x")
    assert (await examine_seal(settings)).verdict is Verdict.BROKEN


def test_half_a_seal_is_named(made: MadeKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = put(tmp_path, made.certificate, made.key)
    monkeypatch.setenv("PARAAF_SEAL_CERTIFICATE", str(certificate))
    with pytest.raises(SettingsError, match="PARAAF_SEAL_KEY"):
        load_settings(None)
    monkeypatch.setenv("PARAAF_SEAL_KEY", str(key))
    assert isinstance(load_settings(None), Settings)
    monkeypatch.setenv("PARAAF_SEAL_PKCS12", str(key))
    with pytest.raises(SettingsError, match="only one"):
        load_settings(None)
