"""How the app proves to Microsoft's login that it is itself: by a secret, or by a certificate.

Source: "Microsoft identity platform application authentication certificate credentials".
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol
from uuid import uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 300
"""Microsoft recommends that an assertion lives for 5 to 10 minutes."""


class Proof(Protocol):
    """How the app proves itself."""

    def write(self, client: str, address: str) -> Mapping[str, str]:
        """The fields of a request for a token of `client` at `address` that prove who asks."""

    def derive_key(self, purpose: bytes) -> bytes:
        """32 secret bytes that are the same in every process with the same proof."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A client secret."""

    secret: str = field(repr=False)

    def write(self, client: str, address: str) -> Mapping[str, str]:  # noqa: ARG002 - the same for whoever asks where
        return {"client_secret": self.secret}

    def derive_key(self, purpose: bytes) -> bytes:
        return sha256(purpose + b"\0" + self.secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private key, and the SHA-256 thumbprint of its certificate in base64url without padding."""

    key: RSAPrivateKey = field(repr=False)
    thumbprint: str

    def write(self, client: str, address: str) -> Mapping[str, str]:
        now = int(time.time())
        claims = {"aud": address, "iss": client, "sub": client, "jti": str(uuid4()), "nbf": now, "iat": now}
        claims["exp"] = now + ASSERTION_SECONDS
        assertion = jwt.encode(claims, self.key, algorithm="PS256", headers={"x5t#S256": self.thumbprint})
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion}

    def derive_key(self, purpose: bytes) -> bytes:
        private = self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return sha256(purpose + b"\0" + private).digest()


def read_certificate(pem: bytes) -> Certificate:
    """A PEM text that holds an RSA private key and its certificate. Raises `ValueError` that says what is missing."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("The private key is no RSA key.")  # noqa: TRY004 - what a file holds is no type
    certificate = x509.load_pem_x509_certificate(pem)
    if certificate.public_key() != key.public_key():
        raise ValueError("The certificate belongs to another private key.")
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
    return Certificate(key, thumbprint)
