"""What the signing page says when there is nothing to fill in: what was answered, or why the link opens nothing."""

from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.web.html import Html, isolate, join, tag
from adapters.web.signing.sent import Sent
from adapters.web.signing.site import Site
from bot.domain.certified import Way
from bot.domain.envelope import Answer, Decision
from bot.domain.errors import AlreadyAnswered, LinkRefused, LinkTrouble, Refusal
from bot.domain.people import Platform
from bot.texts import Texts
from bot.use_cases.sign_page import SigningPage
from bot.views.refusals import explain

_log = structlog.get_logger(__name__)


def tell_answer(site: Site, request: web.Request, texts: Texts, page: SigningPage) -> web.Response:
    """What was answered just now, and about what."""
    signer = page.envelope.signer(page.viewer.account)
    if signer is None or signer.decision is None:
        raise AssertionError("an answer was recorded, and is not there")
    decision = signer.decision
    site.count(decision.answer)
    _log.info("answered_on_page", answer=decision.answer.value)
    is_approved = decision.answer is Answer.APPROVED
    title = _say_answer(page.envelope.way, texts) if is_approved else texts.say("You rejected this")
    box = tag(
        "div",
        tag("h1", title),
        tag("ul", *(tag("li", isolate(document.name)) for document in page.envelope.newest_documents)),
        tag("dl", _write_facts(decision, texts)),
        tag("p", texts.say("The conversation shows it as well. You can close this page.")),
        class_="box",
    )
    return site.lay_out(request, texts, title, tag("main", box, class_="short"))


def _say_answer(way: Way, texts: Texts) -> str:
    return texts.say("You signed this") if way is Way.CERTIFIED else texts.say("You approved this")


def _write_facts(decision: Decision, texts: Texts) -> Html:
    facts = (
        (texts.say("When"), texts.moment(decision.at)),
        (texts.say("Place"), decision.place),
        (texts.say("Reason"), decision.reason),
    )
    return join(part for label, fact in facts if fact for part in (tag("dt", label), tag("dd", fact, dir="auto")))


def tell_refusal(
    site: Site,
    request: web.Request,
    texts: Texts,
    refusal: Refusal,
    platform: Platform = Platform.SLACK,
    typed: Sent | None = None,
) -> web.Response:
    """Why nothing opens or nothing was recorded, and what to do. Where it happened, `platform` says.

    What was `typed` on a page whose link expired meanwhile is shown once more, to be copied.
    """
    if isinstance(refusal, LinkRefused):
        return _tell_link(site, request, texts, refusal, typed)
    words = explain(refusal, texts, platform).summary
    title = texts.say("You answered already") if isinstance(refusal, AlreadyAnswered) else texts.say("Not possible")
    return site.lay_out_words(request, texts, HTTPStatus.CONFLICT, title, words)


def _tell_link(
    site: Site, request: web.Request, texts: Texts, refusal: LinkRefused, typed: Sent | None
) -> web.Response:
    again = texts.say("Press View on the card in the chat for a new link.")
    match refusal.trouble:
        case LinkTrouble.EXPIRED:
            return _tell_expired(site, request, texts, typed, again)
        case LinkTrouble.USED:
            return _tell_used(site, request, texts, refusal, again)
        case LinkTrouble.PASSED_ON:
            title, words = texts.say("This is not your task any more"), explain(refusal, texts, Platform.SLACK).summary
            return site.lay_out_words(request, texts, HTTPStatus.GONE, title, words)
        case LinkTrouble.UNKNOWN:
            title = texts.say("This link is not valid")
            return site.lay_out_words(request, texts, HTTPStatus.NOT_FOUND, title, again)


def _tell_expired(site: Site, request: web.Request, texts: Texts, typed: Sent | None, again: str) -> web.Response:
    title = texts.say("This link has expired")
    kept = texts.say("What you filled in is kept in this browser for a day, and the new link brings it back.")
    words = (tag("p", each) for each in (*_repeat(typed, texts), again))
    # Shown once it is true.
    box = tag("div", tag("h1", title), *words, tag("p", kept, data_keeps=True, hidden=True), class_="box")
    return site.lay_out(request, texts, title, tag("main", box, class_="short"), HTTPStatus.GONE)


def _repeat(typed: Sent | None, texts: Texts) -> tuple[str, ...]:
    words = (typed.reason, typed.place, typed.typed_name, *typed.texts) if typed else ()
    told = tuple(texts.say("You typed: {words}", words=each) for each in words if each)
    return (texts.say("Nothing was recorded."), *told) if typed else ()


def _tell_used(site: Site, request: web.Request, texts: Texts, refusal: LinkRefused, again: str) -> web.Response:
    if refusal.answer is None or refusal.at is None:
        title = texts.say("This link was used already")
        return site.lay_out_words(request, texts, HTTPStatus.GONE, title, again)
    words = explain(AlreadyAnswered(refusal.answer, refusal.at), texts, Platform.SLACK).summary
    look = texts.say("To look at the documents again, press View on the card in the chat.")
    return site.lay_out_words(request, texts, HTTPStatus.GONE, texts.say("You answered already"), words, look)


def tell_stranger(site: Site, request: web.Request, texts: Texts) -> web.Response:
    """Another site sent this, or somebody who has not seen the page."""
    words = texts.say("This was not sent from the page itself. Open the page from the chat, and try again.")
    return site.lay_out_words(request, texts, HTTPStatus.FORBIDDEN, texts.say("Nothing was recorded"), words)


def tell_outage(site: Site, request: web.Request, texts: Texts) -> web.Response:
    """The database does not answer."""
    _log.warning("signing_page_not_served", why="database")
    words = texts.say("The page cannot be shown right now. Nothing was recorded; please try again in a moment.")
    return site.lay_out_words(
        request, texts, HTTPStatus.SERVICE_UNAVAILABLE, texts.say("Not available right now"), words
    )
