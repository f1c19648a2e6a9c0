"""A witness that does what C2SP tlog-witness says, and nothing else, with hashes of its own."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "witness.example/w1"
TIME = 1_795_500_000


@dataclass(slots=True)
class StrictWitness:
    """Knows logs by origin, each with its Ed25519 key as 32 bytes and its four bytes of id."""

    private: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(b"w" * 32))
    logs: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)
    seen: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    answered: list[int] = field(default_factory=list)
    fault: web.Response | None = None
    """Answered in place of what is right, once."""
    url: str = ""

    @property
    def vkey(self) -> str:
        public = b"\x04" + self.private.public_key().public_bytes_raw()
        key_id = sha256(NAME.encode() + b"\n" + public).digest()[:4]
        return f"{NAME}+{key_id.hex()}+{b64encode(public).decode()}"

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        if self.fault:
            answer, self.fault = self.fault, None
        else:
            answer = self.judge(body)
        self.answered.append(answer.status)
        return answer

    def judge(self, body: str) -> web.Response:
        head, _, note = body.partition("\n\n")
        first, *proof = head.split("\n")
        text, _, signatures = note.rpartition("\n\n")
        origin, size_line, root_line = text.split("\n")
        if origin not in self.logs:
            return web.Response(status=404)
        if not self._is_signed(origin, f"{text}\n", signatures):
            return web.Response(status=403)
        old, size, root = int(first.removeprefix("old ")), int(size_line), b64decode(root_line, validate=True)
        if old > size or len(proof) > 63 or first != f"old {old}":
            return web.Response(status=400)
        known, known_root = self.seen.get(origin, (0, sha256().digest()))
        if old != known or (old == size and root != known_root):
            return web.Response(status=409, body=f"{known}\n".encode(), headers={"Content-Type": "text/x.tlog.size"})
        hashes = [b64decode(each, validate=True) for each in proof]
        if not _shows_growth(old, known_root, size, root, hashes):
            return web.Response(status=422)
        self.seen[origin] = (size, root)
        return web.Response(body=self.cosign(f"{text}\n"))

    def cosign(self, text: str, time: int = TIME) -> bytes:
        public = b"\x04" + self.private.public_key().public_bytes_raw()
        key_id = sha256(NAME.encode() + b"\n" + public).digest()[:4]
        signature = self.private.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
        return f"— {NAME} {b64encode(key_id + time.to_bytes(8, 'big') + signature).decode()}\n".encode()

    def _is_signed(self, origin: str, text: str, signatures: str) -> bool:
        public, key_id = self.logs[origin]
        for line in signatures.splitlines():
            dash, name, encoded = line.split(" ")
            decoded = b64decode(encoded, validate=True)
            if (dash, name, decoded[:4]) == ("—", origin, key_id):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(decoded[4:], text.encode())
                except InvalidSignature:
                    return False
                return True
        return False


def _shows_growth(old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 6962, section 2.1.2, by recursion: rebuild both roots from the proof."""
    if old in (0, new):
        return not proof and (old == 0 or old_root == new_root)
    left = list(proof)

    def rebuild(size: int, reached: int, *, known: bool) -> tuple[bytes, bytes]:
        if reached == size:
            found = old_root if known else left.pop(0)
            return found, found
        split = 1 << (size - 1).bit_length() - 1
        if reached <= split:
            before, after = rebuild(split, reached, known=known)
            return before, sha256(b"\x01" + after + left.pop(0)).digest()
        before, after = rebuild(size - split, reached - split, known=False)
        sibling = left.pop(0)
        return sha256(b"\x01" + sibling + before).digest(), sha256(b"\x01" + sibling + after).digest()

    try:
        roots = rebuild(new, old, known=True)
    except IndexError:
        return False
    return roots == (old_root, new_root) and not left


@asynccontextmanager
async def serve_witness(witness: StrictWitness) -> AsyncIterator[StrictWitness]:
    """The witness at a URL, until the end of the block."""
    app = web.Application()
    app.router.add_post("/w/add-checkpoint", witness.take)
    async with TestServer(app) as server:
        witness.url = str(server.make_url("/w"))
        yield witness
