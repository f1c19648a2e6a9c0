"""The addresses of the signing page, and what is said where something stands in the way."""

from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.web.origins import comes_from_here, is_form_token
from adapters.web.pages import PRIVATE, is_prefetch, read_texts
from adapters.web.signing.documents import serve_document
from adapters.web.signing.form import Entered
from adapters.web.signing.page import show_page
from adapters.web.signing.sent import FormBroken, Sent, read_sent, read_shown
from adapters.web.signing.site import PATH, Site
from adapters.web.signing.told import tell_answer, tell_outage, tell_refusal, tell_stranger
from adapters.web.visitors import find_network
from bot.domain.errors import LinkRefused, LinkTrouble, PlatformError, Refusal, StoreUnavailable
from bot.domain.faults import InvalidInput
from bot.texts import Texts
from bot.use_cases.sign_page import SigningPage, answer_on_page, open_page, record_pages
from bot.views.refusals import explain_faults, explain_outage

_log = structlog.get_logger(__name__)


def serve_signing(site: Site) -> list[web.AbstractRouteDef]:
    """`GET /signing/{secret}`, `GET …/documents/{number}`, `POST …/pages`, `POST …/answer`, and the page's files."""

    async def get(request: web.Request) -> web.StreamResponse:
        if is_prefetch(request):
            return web.Response(status=503, headers=PRIVATE)
        return await _show(site, request)

    async def get_document(request: web.Request) -> web.StreamResponse:
        if is_prefetch(request):
            return web.Response(status=503, headers=PRIVATE)
        return await serve_document(site, request)

    async def head(_request: web.Request) -> web.StreamResponse:
        # Looking whether a link works is not looking at a document, so nothing is looked up.
        return web.Response(headers=PRIVATE)

    async def post_pages(request: web.Request) -> web.StreamResponse:
        return await _take_pages(site, request)

    async def post_answer(request: web.Request) -> web.StreamResponse:
        return await _take_answer(site, request)

    async def get_answer(request: web.Request) -> web.StreamResponse:
        # Somebody reloads what the form led to, or goes back to it.
        return web.Response(status=303, headers={**PRIVATE, "Location": site.locate(request)})

    return [
        web.get(PATH, get, allow_head=False),
        web.head(PATH, head),
        web.get(f"{PATH}/documents/{{number}}", get_document, allow_head=False),
        web.head(f"{PATH}/documents/{{number}}", head),
        web.post(f"{PATH}/pages", post_pages),
        web.post(f"{PATH}/answer", post_answer),
        web.get(f"{PATH}/answer", get_answer, allow_head=False),
        *site.assets.routes(),
    ]


async def _show(site: Site, request: web.Request) -> web.Response:
    texts = read_texts(request)
    try:
        page = await open_page(site.ports, request.match_info["secret"])
    except Refusal as refusal:
        return tell_refusal(site, request, texts, refusal)
    except StoreUnavailable:
        return tell_outage(site, request, texts)
    return show_page(site, request, texts, page)


async def _take_answer(site: Site, request: web.Request) -> web.Response:
    texts, secret = read_texts(request), request.match_info["secret"]
    if not comes_from_here(request, site.ports.public_url):
        return tell_stranger(site, request, texts)
    try:
        # Looked at before anything is read, so that only who has a link can send us something.
        page = await open_page(site.ports, secret)
    except Refusal as refusal:
        return tell_refusal(site, request, texts, refusal, typed=await _read_typed(request, refusal))
    except StoreUnavailable:
        return tell_outage(site, request, texts)
    try:
        sent = await read_sent(request)
    except FormBroken:
        return _tell_broken(site, request, texts, page)
    if not is_form_token(sent.token, secret):
        return tell_stranger(site, request, texts)
    return await _answer(site, request, texts, page, sent)


async def _answer(site: Site, request: web.Request, texts: Texts, page: SigningPage, sent: Sent) -> web.Response:
    network = find_network(request, site.proxies)
    try:
        answer = sent.read_answer()
        for shown in sent.read_shown():
            await record_pages(site.ports, request.match_info["secret"], shown.document, shown.pages)
        answered = await answer_on_page(site.ports, request.match_info["secret"], answer, network, texts)
    except InvalidInput as invalid:
        faults = explain_faults(invalid, texts).by_input
        entered = Entered(sent, faults, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        return show_page(site, request, texts, page, entered)
    except Refusal as refusal:
        return tell_refusal(site, request, texts, refusal, page.viewer.account.platform, typed=sent)
    except FormBroken:
        return _tell_broken(site, request, texts, page)
    except (PlatformError, StoreUnavailable) as outage:
        is_certain = not (isinstance(outage, StoreUnavailable) and outage.at_commit)
        _log.warning("answer_not_taken", why=type(outage).__name__, is_certain=is_certain)
        words = explain_outage(texts, is_certain=is_certain)
        return show_page(
            site, request, texts, page, Entered(sent, trouble=words, status=HTTPStatus.SERVICE_UNAVAILABLE)
        )
    finally:
        site.wake()
    return tell_answer(site, request, texts, answered)


def _tell_broken(site: Site, request: web.Request, texts: Texts, page: SigningPage) -> web.Response:
    words = texts.say("What you sent did not arrive in full, so nothing was recorded. Please try again.")
    return show_page(site, request, texts, page, Entered(trouble=words, status=HTTPStatus.BAD_REQUEST))


async def _read_typed(request: web.Request, refusal: Refusal) -> Sent | None:
    """What was typed while the link expired, for its owner to copy; nothing is read of who never had a link."""
    if not isinstance(refusal, LinkRefused) or refusal.trouble is not LinkTrouble.EXPIRED:
        return None
    try:
        sent = await read_sent(request)
    except FormBroken:
        return None
    return sent if is_form_token(sent.token, request.match_info["secret"]) else None


async def _take_pages(site: Site, request: web.Request) -> web.Response:
    secret = request.match_info["secret"]
    if not comes_from_here(request, site.ports.public_url):
        return web.Response(status=403, headers=PRIVATE)
    try:
        shown = await read_shown(request)
        if not is_form_token(shown.token, secret):
            return web.Response(status=403, headers=PRIVATE)
        await record_pages(site.ports, secret, shown.document, shown.pages)
    except FormBroken:
        return web.Response(status=400, headers=PRIVATE)
    except Refusal:
        return web.Response(status=410, headers=PRIVATE)
    except StoreUnavailable:
        _log.warning("pages_not_recorded", why="database")
        return web.Response(status=503, headers=PRIVATE)
    return web.Response(status=204, headers=PRIVATE)
