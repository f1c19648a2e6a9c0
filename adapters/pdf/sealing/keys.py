"""The key that an office seals with, from PEM files or a PKCS#12 file, and what is checked before it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko.sign import Signer

from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.held_key import HeldKey, PrivateKey

LEAST_RSA: Final = 2048
"""Bits of an RSA key at least (ETSI TS 119 312)."""
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_BROKEN_HASHES: Final = ("md5", "sha1")


@dataclass(frozen=True, slots=True)
class Token:
    """A PKCS#11 token: the library of its maker, its name, and the label of key and certificate in it.

    `environment` is what that library wants to find in the environment.
    """

    module: Path
    name: str
    label: str
    pin: bytes | None = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfficeSeal:
    """What seals: a signer with its certificate, and the certificates that lead from it towards a root.

    `origin` is from where another process can have the same: the key itself, or the token that it never leaves.
    """

    signer: Signer
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()
    origin: PrivateKey | Token = field(kw_only=True, repr=False)

    @property
    def is_self_signed(self) -> bool:
        """Whether nobody but the office itself vouches for its name."""
        return self.certificate.issuer == self.certificate.subject

    @property
    def name(self) -> str:
        """Whose seal it is, as the certificate says."""
        return name_subject(self.certificate)


def load_pem(certificate: Path, key: Path, password: bytes | None = None, now: datetime | None = None) -> OfficeSeal:
    """The seal of two PEM files; the first certificate is the office's, others lead to its root.

    Raises `SealRefused`, `OSError`.
    """
    try:
        first, *chain = x509.load_pem_x509_certificates(certificate.read_bytes())
    except ValueError:
        raise SealRefused(f"{certificate} holds no certificates in PEM") from None
    try:
        private = load_pem_private_key(key.read_bytes(), password)
    except TypeError:
        words = "is encrypted: name a password file" if password is None else "is not encrypted: name no password file"
        raise SealRefused(f"{key} {words}") from None
    except ValueError:
        raise SealRefused(f"{key} holds no private key in PEM that this password opens") from None
    return _hold(private, first, chain, now)


def load_pkcs12(file: Path, password: bytes | None = None, now: datetime | None = None) -> OfficeSeal:
    """The seal of a PKCS#12 file (.p12, .pfx). Raises `SealRefused`, `OSError`."""
    try:
        private, first, chain = pkcs12.load_key_and_certificates(file.read_bytes(), password)
    except ValueError:
        raise SealRefused(f"{file} is no PKCS#12 file that this password opens") from None
    if private is None or first is None:
        raise SealRefused(f"{file} lacks the private key or its certificate: export both")
    return _hold(private, first, chain, now)


def read_password(file: Path | None) -> bytes | None:
    """The first line of a file; None without one. Raises `OSError`."""
    return None if file is None else file.read_bytes().partition(b"\n")[0].rstrip(b"\r")


def check_certificate(certificate: x509.Certificate, now: datetime | None = None) -> None:
    """Raise `SealRefused` where a seal with this certificate would be worth nothing."""
    now = now or datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        raise SealRefused(f"the certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}: get a new one")
    if now < certificate.not_valid_before_utc:
        raise SealRefused(f"the certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on, not yet")
    check_strength(certificate)
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SealRefused("the certificate is not for signing documents (key usage): get one for a seal or signatures")


def tells_revocation(certificate: x509.Certificate) -> bool:
    """Whether a certificate says where to ask if it was revoked: by OCSP, or in a list."""
    for extension in certificate.extensions:
        match extension.value:
            case x509.CRLDistributionPoints():
                return True
            case x509.AuthorityInformationAccess() as access:
                if any(each.access_method == AuthorityInformationAccessOID.OCSP for each in access):
                    return True
    return False


def name_subject(certificate: x509.Certificate) -> str:
    """The common name of a certificate, or else its organisation, or the whole of its subject."""
    for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        if found := certificate.subject.get_attributes_for_oid(kind):
            return str(found[0].value)
    return certificate.subject.rfc4514_string()


def check_strength(certificate: x509.Certificate) -> None:
    """Raise `SealRefused` for a key or a signature on it that is broken, or that PDF readers do not know."""
    public = certificate.public_key()
    match public:
        case rsa.RSAPublicKey(key_size=size) if size < LEAST_RSA:
            raise SealRefused(f"an RSA key of {size} bits is too weak: use 3072")
        case ec.EllipticCurvePublicKey(curve=curve) if not isinstance(curve, _CURVES):
            raise SealRefused(
                f"the curve {curve.name} is not one that PDF readers know: use P-256 or RSA with 3072 bits"
            )
        case rsa.RSAPublicKey() | ec.EllipticCurvePublicKey():
            pass
        case _:
            raise SealRefused("this kind of key is not one that PDF readers know: use RSA with 3072 bits, or P-256")
    hashed = certificate.signature_hash_algorithm
    if hashed and hashed.name in _BROKEN_HASHES and certificate.issuer != certificate.subject:
        raise SealRefused(f"the certificate was issued with {hashed.name.upper()}, which is broken: get a new one")


def _hold(
    private: object, certificate: x509.Certificate, chain: Sequence[x509.Certificate], now: datetime | None
) -> OfficeSeal:
    check_certificate(certificate, now)
    if not isinstance(private, PrivateKey) or private.public_key() != certificate.public_key():
        raise SealRefused("the private key does not belong to the certificate")
    return OfficeSeal(HeldKey(private, certificate, chain), certificate, tuple(chain), origin=private)
