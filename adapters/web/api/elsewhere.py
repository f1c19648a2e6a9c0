"""What is asked for and is not there: an address that no operation has, or a method that its address does not take."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.web.api.operations import BASE, ApiSite
from adapters.web.api.problems import Problem, ProblemType, answer_problem
from adapters.web.pages import read_texts
from bot.texts import Texts


def serve_elsewhere(site: ApiSite) -> web.RouteDef:
    """Everything below `BASE` that no other route takes; nobody is let upload anything there."""

    async def answer(request: web.Request) -> web.StreamResponse:
        texts = read_texts(request)
        return answer_problem(_tell(request, await _find_methods(request), texts), site.ports.public_url, texts)

    return web.route("*", BASE + "{path:(/.*)?}", answer, expect_handler=_refuse_early(answer))


def _refuse_early(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse | None]]:
    async def refuse(request: web.Request) -> web.StreamResponse | None:
        return await answer(request)

    return refuse


async def _find_methods(request: web.Request) -> frozenset[str]:
    """What the routes before this one take at this address."""
    own = request.match_info.route.resource
    found = [await each.resolve(request) for each in request.app.router.resources() if each is not own]
    return frozenset(method for _, methods in found for method in methods)


def _tell(request: web.Request, methods: frozenset[str], texts: Texts) -> Problem:
    closes = request.can_read_body
    if methods:
        allowed = ", ".join(sorted(methods))
        words = texts.say("This address takes {methods}. See {page}.", methods=allowed, page=f"{BASE}/")
        return Problem(ProblemType.WRONG_METHOD, words, closes=closes, allow=allowed)
    words = texts.say("There is nothing at this address. See {page} for those there are.", page=f"{BASE}/")
    return Problem(ProblemType.NO_SUCH_ADDRESS, words, closes=closes)
