"""The login of the strict Teams: keys that sign what Teams sends, and tokens for what the bot asks."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from aiohttp import web
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.x509.oid import NameOID

from tests.strict_teams.facts import Json

ISSUER = "https://api.botframework.com"
CONNECTOR_SCOPE = "https://api.botframework.com/.default"
GRAPH_SCOPE = "https://graph.microsoft.com/.default"
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def make_key(name: str) -> RSAPrivateKey:
    """The RSA key of this name, made once for a test process."""
    return generate_private_key(65537, 2048)


def encode(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """What base64url without padding says."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign_token(claims: Json, key: RSAPrivateKey | bytes | None, head: Json) -> str:
    """A JSON Web Token with this head: RS256 for a private key, HS256 for bytes, no signature for None."""
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"typ": "JWT", **head}, claims))
    if key is None:
        return f"{signed}."
    if isinstance(key, bytes):
        return f"{signed}.{encode(hmac.digest(key, signed.encode(), 'sha256'))}"
    return f"{signed}.{encode(key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@dataclass(frozen=True)
class Issued:
    """A token that was issued: for what, in whose tenant, until when."""

    scope: str
    tenant: str
    until: float


@dataclass
class Login:
    """`keys` are the keys that the metadata names, by id; `signing` is the one that Teams signs with."""

    app_id: str
    password: str
    tenants: set[str]
    """Whose directories know the app; beside them the authority `botframework.com` issues tokens."""
    url: str = ""
    signing: str = "key-1"
    keys: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"key-1": ("msteams", "webchat")})
    issued: dict[str, Issued] = field(default_factory=dict)
    token_life: int = 3_600
    takes_password: bool = True
    _used: set[str] = field(default_factory=set)

    # --- the Bot Framework's keys ---

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on, which the metadata names."""
        old, self.signing = self.signing, f"key-{len(self.keys) + 1}-{secrets.token_hex(2)}"
        self.keys[self.signing] = ("msteams", "webchat")
        if not keep_old:
            del self.keys[old]

    def tell_metadata(self) -> Json:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }

    def tell_keys(self) -> Json:
        return {
            "keys": [show_key(name) | {"endorsements": list(endorsements)} for name, endorsements in self.keys.items()]
        }

    # --- the bot's certificate ---

    @property
    def certificate(self) -> str:
        """The bot's private key and certificate in PEM, of which Entra knows the certificate."""
        private = make_key("bot").private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return (private + _certify().public_bytes(serialization.Encoding.PEM)).decode()

    # --- tokens ---

    def issue(self, tenant: str, form: Mapping[str, str], address: str) -> web.Response:
        """Answer a request for a token at the authority of a tenant."""
        if tenant not in self.tenants | {"botframework.com"}:
            return _refuse(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if form.get("grant_type") != "client_credentials":
            return _refuse(400, "unsupported_grant_type", "AADSTS70003")
        if form.get("client_id") != self.app_id:
            return _refuse(400, "unauthorized_client", "AADSTS700016: Application not found in the directory.")
        if form.get("scope") not in {CONNECTOR_SCOPE, GRAPH_SCOPE}:
            return _refuse(400, "invalid_scope", "AADSTS70011")
        if fault := self._check_proof(form, address):
            return _refuse(401, "invalid_client", fault)
        token = f"eyJ.{secrets.token_urlsafe(24)}"
        self.issued[token] = Issued(form["scope"], tenant, time.time() + self.token_life)
        return web.json_response({"token_type": "Bearer", "expires_in": self.token_life, "access_token": token})

    def check(self, header: str | None, scope: str) -> Issued | None:
        """What stands behind an Authorization header; None where it is good for nothing here."""
        issued = self.issued.get((header or "").removeprefix("Bearer "))
        if issued is None or issued.scope != scope or issued.until < time.time():
            return None
        return issued

    def _check_proof(self, form: Mapping[str, str], address: str) -> str:
        if "client_assertion" not in form:
            good = self.takes_password and secrets.compare_digest(form.get("client_secret", ""), self.password)
            return "" if good else "AADSTS7000215: Invalid client secret provided."
        if form.get("client_assertion_type") != _JWT_BEARER:
            return "AADSTS7000216: 'client_assertion_type' is missing."
        try:
            return self._check_assertion(form["client_assertion"], address)
        except (ValueError, KeyError, InvalidSignature) as fault:
            return f"AADSTS700027: {fault!r}"

    def _check_assertion(self, assertion: str, address: str) -> str:
        signed, _, mark = assertion.rpartition(".")
        head, claims = (json.loads(decode(part)) for part in signed.split("."))
        certificate = _certify()
        sha256 = encode(certificate.fingerprint(hashes.SHA256()))
        sha1 = encode(certificate.fingerprint(hashes.SHA1()))  # noqa: S303 - an x5t is the SHA-1, says RFC 7515
        if head.get("x5t#S256", sha256) != sha256 or head.get("x5t", sha1) != sha1 or not head.keys() & {
            "x5t", "x5t#S256",
        }:  # fmt: skip
            return "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered."
        pads = {
            "RS256": padding.PKCS1v15(),
            "PS256": padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH),
        }
        key = certificate.public_key()
        assert isinstance(key, RSAPublicKey)
        key.verify(decode(mark), signed.encode(), pads[head["alg"]], hashes.SHA256())
        now = time.time()
        if (claims["iss"], claims["sub"], claims["aud"]) != (self.app_id, self.app_id, address):
            return "AADSTS700021: Client assertion issuer, subject or audience is wrong."
        if not now < claims["exp"] <= now + 610 or claims.get("nbf", 0) > now + 5:
            return "AADSTS700024: Client assertion is not within its valid time range."
        if claims["jti"] in self._used:
            return "AADSTS50011: used before"
        self._used.add(claims["jti"])
        return ""


def _refuse(status: int, error: str, words: str) -> web.Response:
    return web.json_response({"error": error, "error_description": words}, status=status)


def show_key(name: str) -> Json:
    """The public key of this name, as a JSON Web Key."""
    numbers = make_key(name).public_key().public_numbers()
    modulus, exponent = (
        encode(number.to_bytes((number.bit_length() + 7) // 8, "big")) for number in (numbers.n, numbers.e)
    )
    return {"kty": "RSA", "use": "sig", "kid": name, "x5t": name, "n": modulus, "e": exponent, "x5c": []}


@cache
def _certify() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Paraaf")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(make_key("bot").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(make_key("bot"), hashes.SHA256())
    )
