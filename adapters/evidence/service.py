"""The evidence process: exactly what the port offers, over HTTP on a socket. Nothing here changes or deletes."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from adapters.evidence.addresses import read_peer
from adapters.evidence.wire import (
    ABOUT,
    COMPLAINT,
    FACT,
    KEYS,
    LARGEST,
    RECEIPT,
    About,
    Complaint,
    Garbled,
    Keys,
    Trouble,
)
from bot.domain.errors import EvidenceRefused, EvidenceUnavailable
from bot.domain.people import OfficeId
from bot.incidents import describe, name_incident
from bot.ports import Evidence

READING_TIME = 10.0
"""Seconds for a request to arrive in full: it comes from the same machine, or from the next one."""

_JSON = "application/json"

_log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Archived(Evidence, Protocol):
    """The evidence where it is kept, which tells its keys and checkpoints as well."""

    async def keys(self, office: OfficeId) -> list[str]:
        """The keys that an office's log was signed with, the newest last. Raises `EvidenceUnavailable`, `KeyError`."""

    async def checkpoint(self, office: OfficeId) -> str:
        """The newest checkpoint that lasts. Raises `EvidenceUnavailable`, `KeyError`."""

    @property
    def about(self) -> About:
        """Which archive it is."""


def build_service(
    evidence: Archived, peers: frozenset[int] | None = None, reading_time: float = READING_TIME
) -> web.Application:
    """What answers on the socket; with `peers` only these system users, which only a socket on this machine can tell.

    PUT /entries                        a fact; its receipt. Repeating it is harmless
    GET /offices/OFFICE/proofs/INDEX    the proof file
    GET /offices/OFFICE/keys            the keys of its log
    GET /offices/OFFICE/checkpoint      the newest one
    GET /archive                        which archive it is
    GET /healthz                        alive
    """

    async def record(request: web.Request) -> web.Response:
        fact = FACT.read(await _read_body(request, reading_time))
        return _answer(RECEIPT.write(await evidence.record(fact)))

    async def prove(request: web.Request) -> web.Response:
        office, index = OfficeId(request.match_info["office"]), int(request.match_info["index"])
        return web.Response(body=await evidence.prove(office, index), content_type="text/plain", charset="utf-8")

    async def tell_keys(request: web.Request) -> web.Response:
        return _answer(KEYS.write(Keys(tuple(await evidence.keys(OfficeId(request.match_info["office"]))))))

    async def tell_checkpoint(request: web.Request) -> web.Response:
        return web.Response(text=await evidence.checkpoint(OfficeId(request.match_info["office"])))

    async def tell_archive(_request: web.Request) -> web.Response:
        return _answer(ABOUT.write(evidence.about))

    async def is_alive(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    app = web.Application(middlewares=[_complain, _admit_only(peers)], client_max_size=LARGEST)
    app.add_routes(
        [
            web.put("/entries", record),
            web.get(r"/offices/{office}/proofs/{index:\d{1,18}}", prove),
            web.get("/offices/{office}/keys", tell_keys),
            web.get("/offices/{office}/checkpoint", tell_checkpoint),
            web.get("/archive", tell_archive),
            web.get("/healthz", is_alive),
        ]
    )
    return app


async def _read_body(request: web.Request, reading_time: float) -> bytes:
    if request.content_type != _JSON:
        raise Garbled("content type: not JSON")
    async with asyncio.timeout(reading_time):
        return await request.read()


def _answer(body: bytes) -> web.Response:
    return web.Response(body=body, content_type=_JSON)


def _admit_only(peers: frozenset[int] | None) -> Middleware:
    @web.middleware
    async def admit(request: web.Request, handler: Handler) -> web.StreamResponse:
        if peers is not None and not _is_one_of(request, peers):
            _log.warning("peer_refused")
            return _refuse(Trouble.FORBIDDEN, "peer")
        return await handler(request)

    return admit


def _is_one_of(request: web.Request, peers: frozenset[int]) -> bool:
    connection: socket.socket | None = request.get_extra_info("socket")
    if connection is None or connection.family != socket.AF_UNIX:
        return False
    return read_peer(connection) in peers


@web.middleware
async def _complain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer that is none in one shape."""
    try:
        return await handler(request)
    except Garbled as error:
        return _refuse(Trouble.MALFORMED, str(error))
    except TimeoutError:
        return _refuse(Trouble.TOO_SLOW, "body")
    except EvidenceRefused as error:
        return _refuse(Trouble.REFUSED, error.reason)
    except EvidenceUnavailable as error:
        return _refuse(Trouble.UNAVAILABLE, error.reason)
    except (KeyError, web.HTTPNotFound):
        return _refuse(Trouble.NOT_FOUND, "nothing-there")
    except web.HTTPMethodNotAllowed:
        return _refuse(Trouble.NOT_ALLOWED, "method")
    except web.HTTPRequestEntityTooLarge:
        return _refuse(Trouble.TOO_LARGE, f"more than {LARGEST} bytes")
    except web.HTTPException as error:
        return _refuse(Trouble.MALFORMED, str(error.status))
    except Exception as error:  # noqa: BLE001 - one request that goes wrong must not end the process
        incident = name_incident()
        _log.error("evidence_request_failed", incident=incident, **describe(error))
        return _refuse(Trouble.BROKEN, f"incident {incident}")


def _refuse(error: Trouble, reason: str) -> web.Response:
    return web.Response(status=error.status, body=COMPLAINT.write(Complaint(error, reason)), content_type=_JSON)
