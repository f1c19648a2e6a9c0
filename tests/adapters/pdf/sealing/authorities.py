"""A certificate authority with its OCSP responder, revocation list and timestamp authority, which answer for real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from certomancer.integrations.aiohttp_animator import build_animator_app
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate, load_der_x509_certificate

from adapters.evidence.stamping import Authority
from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.seal import Revocation
from adapters.pdf.sealing.stamping import Tsa
from adapters.pdf.sealing.trust import Trust

ARCH = ArchLabel("office")
_NAMES = ("root", "between", "responder", "stamper", "seal", "revoked", "brief")
_LONG = {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2050-01-01T00:00:00+0000"}


@cache
def _make_key(_name: str) -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _describe_certificate(subject: str, issuer: str, profile: dict[str, Any] | None, **more: object) -> dict[str, Any]:
    described = {"subject": subject, "issuer": issuer, "validity": _LONG} | more
    return described | ({"profiles": [profile]} if profile else {})


def _describe_seal(subject: str, **more: object) -> dict[str, Any]:
    usage = {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": ["non_repudiation"]}}
    return _describe_certificate(subject, "between", None, extensions=[usage], **more)


def _configure(address: str) -> dict[str, Any]:
    knowing = {"id": "simple-ca", "params": {"crl-repo": "root"}}
    asking = {"id": "simple-ca", "params": {"ocsp-service": "between"}}
    return {
        "external-url-prefix": address,
        "keysets": {"all": {"path-prefix": ".", "keys": {name: {"path": f"{name}.pem"} for name in _NAMES}}},
        "pki-architectures": {
            "office": {
                "keyset": "all",
                "entity-defaults": {"country-name": "NL", "organization-name": "Kantoor de Wit"},
                "entities": {name: {"common-name": f"{name} of the tests"} for name in _NAMES},
                "certs": {
                    "root": _describe_certificate("root", "root", knowing),
                    "between": _describe_certificate("between", "root", asking),
                    "responder": _describe_certificate("responder", "between", {"id": "ocsp-responder"}),
                    "stamper": _describe_certificate(
                        "stamper",
                        "root",
                        None,
                        extensions=[{"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}],
                    ),
                    "seal": _describe_seal("seal"),
                    "revoked": _describe_seal(
                        "revoked", revocation={"revoked-since": "2021-01-01T00:00:00+0000", "reason": "key_compromise"}
                    ),
                },
                "services": {
                    "ocsp": {"between": {"for-issuer": "between", "responder-cert": "responder"}},
                    "crl-repo": {
                        "root": {"for-issuer": "root", "signing-key": "root", "simulated-update-schedule": "P90D"}
                    },
                    "time-stamping": {"stamper": {"signing-cert": "stamper", "signing-key": "stamper"}},
                },
            }
        },
    }


@dataclass
class Authorities:
    """Where they answer, and what they issued. What is in `away` does not answer: ocsp, crls, tsa."""

    address: str
    folder: Path
    config: CertomancerConfig
    session: aiohttp.ClientSession
    away: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    most: dict[str, int] = field(default_factory=dict)
    """So often each answers at most."""

    def find(self, name: str) -> Certificate:
        issued = self.config.get_pki_arch(ARCH).get_cert(CertLabel(name))
        return load_der_x509_certificate(issued.dump())

    def open_seal(self, name: str = "seal") -> OfficeSeal:
        chain = [self.find(each) for each in (name, "between", "root")]
        file = self.folder / f"{name}.chain.pem"
        file.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in chain))
        return load_pem(file, self.folder / f"{name}.pem")

    @property
    def tsa(self) -> Tsa:
        return Tsa(Authority(self.session, f"{self.address}/office/tsa/stamper"), [self.find("root")])

    @property
    def revocation(self) -> Revocation:
        return Revocation([self.find("root")])

    @property
    def trust(self) -> Trust:
        return Trust([self.find("root")], [self.find("root")])

    def is_answering(self, service: str) -> bool:
        self.asked.append(service)
        return service not in self.away and self.asked.count(service) <= self.most.get(service, 1_000)


@asynccontextmanager
async def run_authorities(folder: Path) -> AsyncIterator[Authorities]:
    """All of them, on loopback."""
    for name in _NAMES:
        (folder / f"{name}.pem").write_bytes(_make_key(name))
    running: Authorities | None = None

    @web.middleware
    async def hold(request: web.Request, handler: Handler) -> web.StreamResponse:
        if running and running.is_answering(request.path.split("/")[2]):
            return await handler(request)
        raise web.HTTPServiceUnavailable

    architectures: dict[ArchLabel, Any] = {}
    app = build_animator_app(architectures, with_web_ui=False)
    app.middlewares.append(hold)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        address = str(server.make_url("")).rstrip("/")
        config = CertomancerConfig(_configure(address), key_search_dir=str(folder))
        architectures[ARCH] = config.get_pki_arch(ARCH)
        running = Authorities(address, folder, config, session)
        yield running
