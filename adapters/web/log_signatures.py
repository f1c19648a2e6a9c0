"""The drawn signatures in a log, as pictures that chat platforms fetch for its dialog."""

from aiohttp import web

from adapters.web.pages import PRIVATE
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import LinkRefused, LinkTrouble, StoreUnavailable
from bot.ports import Ports
from bot.use_cases.read_log import open_signature

ADDRESS = r"/logs/{secret:[^./]+}/signatures/{envelope:[^/]+}/{number:[0-9]{1,4}}.png"
_HEADERS = {**PRIVATE, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def serve_signatures(ports: Ports) -> web.RouteDef:
    """`GET` of a picture, by the link to the log that it is in and for as long as that works; 404 for anything else."""

    async def send(request: web.Request) -> web.Response:
        secret, envelope, number = (request.match_info[name] for name in ("secret", "envelope", "number"))
        try:
            drawn = await open_signature(ports, secret, EnvelopeId(envelope), int(number))
        except LinkRefused as refusal:
            return web.Response(status=410 if refusal.trouble is LinkTrouble.EXPIRED else 404, headers=_HEADERS)
        except StoreUnavailable:
            return web.Response(status=503, headers=_HEADERS)
        return web.Response(body=drawn, content_type="image/png", headers=_HEADERS)

    return web.get(ADDRESS, send)
