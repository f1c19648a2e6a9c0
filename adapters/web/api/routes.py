"""The routes of the interface: every operation behind the token of a source package, and what describes them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog
from aiohttp import web

from adapters.web.api.deliveries import OPERATIONS as DELIVERIES
from adapters.web.api.elsewhere import serve_elsewhere
from adapters.web.api.envelopes import OPERATIONS as ENVELOPES
from adapters.web.api.gate import require_source
from adapters.web.api.openapi import describe_api
from adapters.web.api.operations import BASE, ApiSite, Operation, Visit
from adapters.web.api.page import show_api
from adapters.web.api.problems import Problem, ProblemType, answer_problem, tell_refusal
from adapters.web.api.receiving import check_size
from adapters.web.pages import read_texts
from bot.domain.delivery_refusals import DeliveryRefused
from bot.domain.errors import StoreUnavailable
from bot.texts import Texts

OPERATIONS: Sequence[Operation] = (*DELIVERIES, *ENVELOPES)

_log = structlog.get_logger(__name__)

Outcome = TypeVar("Outcome")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve_api(site: ApiSite, operations: Sequence[Operation] = OPERATIONS) -> list[web.AbstractRouteDef]:
    """Every operation below `/api/v1`, `openapi.json`, a page to read there, and a refusal everywhere else."""
    document = describe_api(site.ports.public_url, operations)

    async def show(_request: web.Request) -> web.Response:
        return show_api(document)

    async def send(_request: web.Request) -> web.Response:
        return web.json_response(document)

    routes = [_route(site, each) for each in operations]
    return [web.get(f"{BASE}/", show), web.get(f"{BASE}/openapi.json", send), *routes, serve_elsewhere(site)]


def _route(site: ApiSite, operation: Operation) -> web.RouteDef:
    guarded, path = _guard(site, operation), BASE + operation.path
    if operation.has_body:
        return web.route(operation.method, path, guarded, expect_handler=_expect(site))
    return web.route(operation.method, path, guarded)


def _guard(site: ApiSite, operation: Operation) -> Answer:
    async def work(request: web.Request, texts: Texts) -> web.StreamResponse:
        source = await require_source(request, site.ports, texts)
        return await operation.handle(Visit(request, site, source, texts))

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _protect(site, request, work)

    return answer


def _expect(site: ApiSite) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    """Who asks before sending a large request is told at once what is wrong with it."""

    async def work(request: web.Request, texts: Texts) -> None:
        await require_source(request, site.ports, texts)
        check_size(request, site, texts)

    async def answer(request: web.Request) -> web.StreamResponse | None:
        refused = await _protect(site, request, work)
        if refused is None:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0  # as the library does itself, since the answer did not begin yet
        return refused

    return answer


async def _protect(
    site: ApiSite, request: web.Request, work: Callable[[web.Request, Texts], Awaitable[Outcome]]
) -> Outcome | web.Response:
    """What comes of `work`, or the answer that says why nothing does."""
    texts = read_texts(request)
    try:
        return await work(request, texts)
    except Problem as told:
        problem = told
    except DeliveryRefused as refusal:
        problem = tell_refusal(refusal, texts)
    except StoreUnavailable:
        _log.warning("api_not_available", why="database")
        words = texts.say("Nothing can be taken right now. Send it again in a moment, with the same key.")
        problem = Problem(ProblemType.UNAVAILABLE, words)
    return answer_problem(problem, site.ports.public_url, texts)
