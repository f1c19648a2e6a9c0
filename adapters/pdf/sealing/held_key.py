"""A private key that is read and checked once, however many PDFs it seals."""

from collections.abc import Iterable
from typing import Any, Final

from asn1crypto.cms import CMSAttribute, CMSAttributes
from asn1crypto.x509 import Certificate as DerCertificate
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pyhanko.sign import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey
_DIGEST, _SIGNING_TIME = "message_digest", "signing_time"
_HASHES: Final = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


class HeldKey(Signer):
    """Signs with a key in memory. pyHanko's `SimpleSigner` parses and checks an RSA key again for every signature."""

    def __init__(self, key: PrivateKey, certificate: Certificate, chain: Iterable[Certificate]) -> None:
        known = SimpleCertificateStore()
        # The signer's own is added by pyHanko: twice in one signature is what strict verifiers refuse.
        known.register_multiple([to_der(each) for each in dict.fromkeys(chain) if each != certificate])
        super().__init__(signing_cert=to_der(certificate), cert_registry=known)
        self._key = key
        self._lasting: dict[str, list[CMSAttribute]] = {}
        """What is signed beside the digest, by the name of its algorithm."""

    async def signed_attrs(
        self,
        data_digest: bytes,
        digest_algorithm: str,
        *given: Any,  # noqa: ANN401 - as pyHanko's
        **named: Any,  # noqa: ANN401 - as pyHanko's
    ) -> CMSAttributes:
        """As pyHanko makes them, but all except the digest once: that takes as long as everything else in a seal."""
        if digest_algorithm not in self._lasting:
            made = await super().signed_attrs(data_digest, digest_algorithm, *given, **named)
            read = list(CMSAttributes.load(made.dump()))  # what was put together is encoded anew at every touch
            if _SIGNING_TIME in (each["type"].native for each in read):
                raise ValueError("PAdES has the time elsewhere (ETSI EN 319 142-1, 5.3)")
            self._lasting[digest_algorithm] = [each for each in read if each["type"].native != _DIGEST]
        digest = CMSAttribute({"type": _DIGEST, "values": [data_digest]})
        together = CMSAttributes([*self._lasting[digest_algorithm], digest])
        return CMSAttributes.load(together.dump())

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002, FBT001, FBT002 - as pyHanko calls it
        """The bare signature of `data`; the same work whether it is needed or only its length."""
        return sign_raw(self._key, data, digest_algorithm)


def sign_raw(key: PrivateKey, message: bytes, digest_algorithm: str) -> bytes:
    """The bare signature of a message under a hash that is none of the broken ones, or `KeyError`."""
    hashed = _HASHES[digest_algorithm]
    if isinstance(key, RSAPrivateKey):
        return key.sign(message, PKCS1v15(), hashed)
    return key.sign(message, ECDSA(hashed))


def to_der(certificate: Certificate) -> DerCertificate:
    """A certificate as pyHanko takes it."""
    return DerCertificate.load(certificate.public_bytes(Encoding.DER))
