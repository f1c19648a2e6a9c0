"""A self-signed certificate for an office's seal, to begin with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from adapters.pdf.sealing.held_key import PrivateKey

BITS: Final = 3072
"""Bits of the RSA key: 128 bits of strength, enough beyond 2030 (NIST SP 800-57)."""
VALID: Final = timedelta(days=5 * 365)
MOST_NAME: Final = 64
"""Characters of a common name (RFC 5280)."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key with its certificate, both in PEM."""

    certificate: bytes
    key: bytes


def make_office_key(office: str, password: bytes | None = None, now: datetime | None = None) -> MadeKey:
    """An RSA key and a certificate that the office signs for itself, valid for five years.

    Raises `ValueError` for a name that is empty or longer than 64 characters.
    """
    private = generate_private_key(public_exponent=65537, key_size=BITS)
    certificate = sign_certificate(private, office, now or datetime.now(UTC))
    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    return MadeKey(
        certificate.public_bytes(Encoding.PEM),
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption),
    )


def sign_certificate(private: PrivateKey, office: str, now: datetime) -> x509.Certificate:
    """A certificate for an office's seal that it signs for itself."""
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, office),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, office),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = private.public_key()
    return (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # for clocks that are a little behind
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(private, SHA256())
    )
