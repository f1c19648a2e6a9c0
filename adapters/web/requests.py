"""Gives every request an id, under which the log has it and everything that follows from it."""

from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.log import QUIET, REQUEST, name_route
from bot.following import Follow


def follow_requests(follow: Follow) -> Middleware:
    """An aiohttp middleware. The id is ours alone: one that a client sends could say anything."""

    @web.middleware
    async def name(request: web.Request, handler: Handler) -> web.StreamResponse:
        route = name_route(request)
        if route in QUIET:
            return await handler(request)
        request[REQUEST] = uuid4().hex
        with follow("request", request=request[REQUEST], route=route):
            return await handler(request)

    return name
