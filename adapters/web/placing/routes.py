"""The addresses of the page for placing fields."""

from dataclasses import replace
from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.web.origins import comes_from_here, is_form_token
from adapters.web.pages import PRIVATE, is_prefetch, read_texts
from adapters.web.placing.page import Entered, show_page
from adapters.web.placing.sent import FORGET, FormBroken, Sent, read_sent, write_fields
from adapters.web.placing.site import PATH, SAVED, PlacingSite
from adapters.web.placing.told import tell_broken, tell_outage, tell_refusal, tell_stranger
from bot.domain.errors import Conflict, LinkRefused, Refusal, StoreUnavailable
from bot.domain.people import Platform
from bot.texts import Texts
from bot.use_cases.place_fields import PlacingPage, forget_template, open_placed_document, open_placing, save_fields
from bot.views.refusals import explain, explain_outage

_log = structlog.get_logger(__name__)


def serve_placing(site: PlacingSite) -> list[web.AbstractRouteDef]:
    """`GET /placing/{secret}`, `GET …/document`, `GET …/template`, `POST …/fields`."""

    async def get(request: web.Request) -> web.StreamResponse:
        if is_prefetch(request):
            return web.Response(status=503, headers=PRIVATE)
        return await _show(site, request)

    async def head(_request: web.Request) -> web.StreamResponse:
        return web.Response(headers=PRIVATE)  # looking whether a link works tells nothing of it

    async def get_document(request: web.Request) -> web.StreamResponse:
        return await _serve_document(site, request)

    async def get_template(request: web.Request) -> web.StreamResponse:
        return await _serve_template(site, request)

    async def post(request: web.Request) -> web.StreamResponse:
        return await _take(site, request)

    async def get_fields(request: web.Request) -> web.StreamResponse:
        return _redirect(site.locate(request))  # somebody goes back to what the form led to

    return [
        web.get(PATH, get, allow_head=False),
        web.head(PATH, head),
        web.get(f"{PATH}/document", get_document, allow_head=False),
        web.get(f"{PATH}/template", get_template, allow_head=False),
        web.post(f"{PATH}/fields", post),
        web.get(f"{PATH}/fields", get_fields, allow_head=False),
    ]


async def _show(site: PlacingSite, request: web.Request) -> web.Response:
    texts = read_texts(request)
    page = await _open(site, request, texts)
    return page if isinstance(page, web.Response) else show_page(site, request, texts, page)


async def _open(site: PlacingSite, request: web.Request, texts: Texts) -> PlacingPage | web.Response:
    try:
        return await open_placing(site.ports, request.match_info["secret"])
    except Refusal as refusal:
        return tell_refusal(site, request, texts, refusal)
    except (StoreUnavailable, KeyError, ValueError, OSError):  # the last three: the bytes are not there, or not whole
        return tell_outage(site, request, texts)


async def _serve_document(site: PlacingSite, request: web.Request) -> web.Response:
    try:
        pieces = await open_placed_document(site.ports, request.match_info["secret"])
        content = b"".join([piece async for piece in pieces])
    except LinkRefused:
        return web.Response(status=HTTPStatus.GONE, headers=PRIVATE)
    except (StoreUnavailable, KeyError, ValueError, OSError):
        _log.warning("document_not_served", why="outage")
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers=PRIVATE)
    # A PDF that is opened by itself could be run as a page: this one is only for the script, which draws it.
    headers = {**PRIVATE, "Content-Disposition": "attachment", "Cross-Origin-Resource-Policy": "same-origin"}
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'"}
    return web.Response(body=content, content_type="application/pdf", headers={**headers, **policy})


async def _serve_template(site: PlacingSite, request: web.Request) -> web.Response:
    page = await _open(site, request, read_texts(request))
    if isinstance(page, web.Response):
        return page
    name = request.query.get("name", "")
    found = next((each for each in page.templates if each.name == name), None)
    if found is None:
        return web.Response(status=HTTPStatus.NOT_FOUND, headers=PRIVATE)
    text = write_fields(found.fit(page.layout))
    return web.Response(text=text, content_type="application/json", headers=PRIVATE)


async def _take(site: PlacingSite, request: web.Request) -> web.Response:
    texts, secret = read_texts(request), request.match_info["secret"]
    if not comes_from_here(request, site.ports.public_url):
        return tell_stranger(site, request, texts)
    # Looked at before anything is read, so that only who has a link can send us something.
    page = await _open(site, request, texts)
    if isinstance(page, web.Response):
        return page
    try:
        sent = await read_sent(request)
    except FormBroken:
        return tell_broken(site, request, texts)
    if not is_form_token(sent.token, secret):
        return tell_stranger(site, request, texts)
    try:
        return await _do(site, request, texts, sent)
    except Conflict:
        return await _tell_second_tab(site, request, texts, sent)
    except LinkRefused as refusal:
        return tell_refusal(site, request, texts, refusal)
    except Refusal as refusal:
        words = explain(refusal, texts, Platform.SLACK).summary
        return show_page(site, request, texts, page, _keep(sent, words, HTTPStatus.UNPROCESSABLE_ENTITY))
    except StoreUnavailable as outage:
        words = explain_outage(texts, is_certain=not outage.at_commit)
        return show_page(site, request, texts, page, _keep(sent, words, HTTPStatus.SERVICE_UNAVAILABLE))


async def _do(site: PlacingSite, request: web.Request, texts: Texts, sent: Sent) -> web.Response:
    secret = request.match_info["secret"]
    if sent.do == FORGET:
        await forget_template(site.ports, secret, sent.template)
        again = await _open(site, request, texts)
        words = texts.say("The template {name} was removed. Your fields are not saved yet.", name=sent.template)
        entered = Entered(sent.fields, sent.revision, notice=words, remember=sent.remember, is_changed=True)
        return again if isinstance(again, web.Response) else show_page(site, request, texts, again, entered)
    await save_fields(site.ports, secret, sent.fields, sent.revision, sent.remember)
    _log.info("fields_placed", number=len(sent.fields), is_template=bool(sent.remember))
    return _redirect(site.locate(request, **{SAVED: "1"}))


async def _tell_second_tab(site: PlacingSite, request: web.Request, texts: Texts, sent: Sent) -> web.Response:
    page = await _open(site, request, texts)
    if isinstance(page, web.Response):
        return page
    by, at = (page.placement.by.name, texts.moment(page.placement.at)) if page.placement else ("", "")
    words = texts.say(
        "{name} saved other fields on {moment}, so yours were not saved. They are still shown here: save again to put "
        "them in place of those, or open the page again from the dialog to see those.",
        name=by,
        moment=at,
    )
    newest = replace(sent, revision=page.revision)
    return show_page(site, request, texts, page, _keep(newest, words, HTTPStatus.CONFLICT))


def _keep(sent: Sent, trouble: str, status: HTTPStatus) -> Entered:
    return Entered(sent.fields, sent.revision, trouble, remember=sent.remember, status=status, is_changed=True)


def _redirect(address: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={**PRIVATE, "Location": address})
