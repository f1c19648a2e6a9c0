"""The documents behind a signing link: the bytes that the envelope holds, shown only where that is safe."""

from urllib.parse import quote

import structlog
from aiohttp import web
from multidict import CIMultiDict

from adapters.web.pages import PRIVATE, read_texts
from adapters.web.signing.site import Site
from adapters.web.signing.told import tell_refusal
from bot.domain.errors import LinkRefused, LinkTrouble, StoreUnavailable
from bot.incidents import describe, name_incident
from bot.texts import Texts
from bot.use_cases.sign_page import OpenedDocument, open_document, record_viewing

PDF = "application/pdf"
SHOWN = frozenset({PDF, "image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
"""What a browser may show in the page: nothing that can hold a script of its maker, as SVG and HTML can."""

_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_SANDBOX = f"sandbox; {_POLICY}; img-src 'self'; style-src 'unsafe-inline'"
_PDF_POLICY = f"{_POLICY}; object-src 'self'; style-src 'unsafe-inline'"
# Safari shows no PDF in a sandbox (go-gitea/gitea 20455, adobe/aem-core-wcm-components 2839). Nothing is lost without
# one: the type is fixed, and there is no session on this origin to steal.

_log = structlog.get_logger(__name__)


async def serve_document(site: Site, request: web.Request) -> web.StreamResponse:
    """The document that is asked for by its number, from 1."""
    texts = read_texts(request)
    try:
        opened = await open_document(site.ports, request.match_info["secret"], _read_number(request))
        # The first piece comes after the whole was checked, so a damaged document is told of before anything is sent.
        first = await anext(opened.content, b"")
        await record_viewing(site.ports, opened)
    except LinkRefused as refusal:
        return tell_refusal(site, request, texts, refusal)
    except StoreUnavailable:
        _log.warning("document_not_served", why="database")
        words = texts.say("The document cannot be fetched right now. Please try again in a moment.")
        return site.lay_out_words(request, texts, 503, texts.say("Not available right now"), words)
    except (KeyError, ValueError) as error:
        return _tell_damage(site, request, texts, error)
    return await _send(request, opened, first)


def _read_number(request: web.Request) -> int:
    number = request.match_info["number"]
    if not number.isascii() or not number.isdigit() or len(number) > 3:  # noqa: PLR2004 - no envelope holds a thousand
        raise LinkRefused(LinkTrouble.UNKNOWN)
    return int(number)


def _tell_damage(site: Site, request: web.Request, texts: Texts, error: Exception) -> web.Response:
    incident = name_incident()
    _log.error("document_damaged", incident=incident, **describe(error))
    words = texts.say(
        "The document is not as it was when it was sent, so it is not shown. "
        "Ask the office to send it again, and tell them this number: {incident}.",
        incident=incident,
    )
    return site.lay_out_words(request, texts, 500, texts.say("This document is damaged"), words)


async def _send(request: web.Request, opened: OpenedDocument, first: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers=describe_response(opened))
    await response.prepare(request)
    await response.write(first)
    async for piece in opened.content:
        await response.write(piece)
    await response.write_eof()
    return response


def describe_response(opened: OpenedDocument) -> CIMultiDict[str]:
    """The headers under which a document is served."""
    document = opened.document
    shown = document.media_type in SHOWN
    return CIMultiDict(
        {
            **PRIVATE,
            "Content-Type": document.media_type,
            "Content-Length": str(document.size),
            "Content-Disposition": write_disposition("inline" if shown else "attachment", document.name),
            "Content-Security-Policy": _PDF_POLICY if document.media_type == PDF else _SANDBOX,
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )


def write_disposition(kind: str, name: str) -> str:
    """`Content-Disposition` with the name twice, in ASCII for old readers and in full (RFC 6266, appendix D)."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%/' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
