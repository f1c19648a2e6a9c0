"""A timestamp authority that OpenSSL plays, and a server before it on this machine."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.x509 import Certificate

SETTINGS = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
{chain}
[stamping]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


class Authority:
    """A root and, under it, a certificate for timestamps. With its `chain` it sends the root along, as many do."""

    def __init__(self, folder: Path, *, chain: bool = False) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "settings").write_text(
            SETTINGS.format(folder=folder, chain=f"certs = {folder}/root.pem" if chain else "")
        )
        (folder / "serial").write_text("01\n")
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        root = ("-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", "-days", "30")
        self.run("req", "-x509", *new, *root)
        self.run("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps")
        signing = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30")
        self.run(
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            *signing,
            "-extfile",
            "settings",
            "-extensions",
            "stamping",
            "-out",
            "tsa.pem",
        )

    @property
    def root(self) -> Certificate:
        return x509.load_pem_x509_certificate((self.folder / "root.pem").read_bytes())

    def run(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, check=False)  # noqa: S607 - wherever it is
        assert done.returncode == 0, done.stderr

    def answer(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        self.run("ts", "-reply", "-queryfile", "request", "-out", "answer", "-config", "settings", "-section", "tsa")
        return (self.folder / "answer").read_bytes()


Reply = Callable[[bytes], Awaitable[web.StreamResponse]]


class AuthorityServer:
    """Answers over HTTP as the authority does, or as `reply` says; `asked` are the requests."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.asked: list[bytes] = []
        self.reply: Reply = self.answer
        self.url = ""

    async def answer(self, request: bytes) -> web.StreamResponse:
        body = await asyncio.to_thread(self.authority.answer, request)
        return web.Response(body=body, content_type="application/timestamp-reply")

    async def take(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/timestamp-query":
            return web.Response(status=415)
        self.asked.append(await request.read())
        return await self.reply(self.asked[-1])


@asynccontextmanager
async def serve_authority(authority: Authority) -> AsyncIterator[AuthorityServer]:
    """The authority at a URL, until the end of the block."""
    served = AuthorityServer(authority)
    app = web.Application()
    app.router.add_post("/tsa", served.take)
    async with TestServer(app) as server:
        served.url = str(server.make_url("/tsa"))
        yield served
