"""What the page for placing fields says when something stands in the way."""

from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.web.placing.site import PlacingSite
from bot.domain.errors import LinkRefused, LinkTrouble, Refusal
from bot.domain.people import Platform
from bot.texts import Texts
from bot.views.refusals import explain

_log = structlog.get_logger(__name__)


def tell_refusal(site: PlacingSite, request: web.Request, texts: Texts, refusal: Refusal) -> web.Response:
    """Why nothing opens, and what to do."""
    if not isinstance(refusal, LinkRefused):
        words = explain(refusal, texts, Platform.SLACK).summary
        return site.lay_out_words(request, texts, HTTPStatus.CONFLICT, texts.say("Not possible"), words)
    again = texts.say("Open the page again from the dialog in the chat.")
    if refusal.trouble is LinkTrouble.EXPIRED:
        return site.lay_out_words(request, texts, HTTPStatus.GONE, texts.say("This link has expired"), again)
    why = texts.say("Its address is not complete, or there is a newer version of the document.")
    return site.lay_out_words(request, texts, HTTPStatus.NOT_FOUND, texts.say("This link is not valid"), why, again)


def tell_stranger(site: PlacingSite, request: web.Request, texts: Texts) -> web.Response:
    """Another site sent this, or somebody who has not seen the page."""
    words = texts.say("This was not sent from the page itself. Open the page from the chat, and try again.")
    return site.lay_out_words(request, texts, HTTPStatus.FORBIDDEN, texts.say("Nothing was saved"), words)


def tell_broken(site: PlacingSite, request: web.Request, texts: Texts) -> web.Response:
    """What arrived is no form of ours."""
    words = texts.say("What you sent did not arrive in full, so nothing was recorded. Please try again.")
    return site.lay_out_words(request, texts, HTTPStatus.BAD_REQUEST, texts.say("Nothing was saved"), words)


def tell_outage(site: PlacingSite, request: web.Request, texts: Texts) -> web.Response:
    """The database or the place of the documents does not answer."""
    _log.warning("placing_page_not_served", why="outage")
    words = texts.say("The page cannot be shown right now. Nothing was recorded; please try again in a moment.")
    title = texts.say("Not available right now")
    return site.lay_out_words(request, texts, HTTPStatus.SERVICE_UNAVAILABLE, title, words)
