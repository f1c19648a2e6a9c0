"""What is told to who asks for a log that they do not get."""

from aiohttp import web

from adapters.web.pages import show_page
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.domain.people import Platform
from bot.texts import Texts
from bot.views.commands import LOG, spell


def tell_absence(words: str, texts: Texts) -> web.Response:
    """That something is not there now, and may be in a moment."""
    return show_page(503, texts.say("Not available right now"), words, texts=texts)


def tell_refusal(refusal: LinkRefused, texts: Texts) -> web.Response:
    """Why a link opens nothing, and how to get another."""
    has_expired = refusal.trouble is LinkTrouble.EXPIRED
    title = texts.say("This link has expired") if has_expired else texts.say("This link is not valid")
    words = texts.say(
        "Press “Transaction log” on the card in the chat for a new link, "
        "or type “{slack}” in Slack, “{teams}” in Teams.",
        slack=spell(Platform.SLACK, LOG),
        teams=spell(Platform.TEAMS, LOG),
    )
    return show_page(410 if has_expired else 404, title, words, texts=texts)
