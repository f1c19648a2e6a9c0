"""What the page in a tab asks: a list of tasks, and what a button of it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, assert_never

import orjson
import structlog
from aiohttp import web
from yarl import URL

from adapters.teams.keys import KeysUnavailable
from adapters.teams.signatures import BadToken
from adapters.teams.tab.drawing import draw_elements
from adapters.teams.tab.gate import UserGate, Visitor
from adapters.teams.tab.listing import draw_tasks
from adapters.teams.tab.pages import ADDRESS
from adapters.teams.tab.visitors import Visitors
from adapters.teams.wire import Json, TooLargeError, read_limited
from bot.conversation import Actor, Answer, Done, Found, Open, Press, Router, Show, Tell
from bot.domain.errors import NotAParticipant, PlatformError, Refusal, StoreUnavailable, Undeliverable
from bot.domain.links import IN_DIALOG
from bot.domain.people import Platform
from bot.domain.tasks import Turn
from bot.incidents import describe, name_incident
from bot.ports import Ports
from bot.texts import Texts, texts_for
from bot.use_cases.tasks import read_tasks
from bot.views.envelope_card import LOG, VIEW
from bot.views.help import show_words
from bot.views.refusals import explain, explain_absence, explain_failure, explain_outage
from cards.model import Card, FormErrors

PRESSED: Final = frozenset({VIEW, LOG})
"""What may be pressed in a tab; answers are given on the signing page."""
LARGEST: Final = 10_000
"""Bytes of a request."""

_LONGEST: Final = 300
_LAST_PAGE: Final = 1_000_000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the page asks. `conversation` is None in somebody's own tab."""

    conversation: str | None
    locale: str | None
    turn: Turn = Turn.MINE
    page: int = 0
    action: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: HTML, below a title when it is not the list itself.

    `page` is the address of a page of ours, which a dialog of Teams shows where the client has dialogs.
    """

    html: str = ""
    title: str = ""
    page: str = ""
    status: int = 200


_Answer = Callable[[Actor, Wish, Texts], Awaitable[Shown]]


class Tab:
    """`POST /teams/tab/tasks` and `/press`, answered 503 until `open`."""

    def __init__(self, gate: UserGate, visitors: Visitors, ports: Ports) -> None:
        self._gate = gate
        self._visitors = visitors
        self._ports = ports
        self._router: Router | None = None

    def open(self, router: Router) -> None:
        """Answer from now on; presses go to `router`."""
        self._router = router

    async def close(self) -> None:
        """Answer no more."""
        self._router = None
        await self._gate.close()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Both."""

        async def tasks(request: web.Request) -> web.Response:
            return await self._receive(request, read_wish, self._list)

        async def press(request: web.Request) -> web.Response:
            return await self._receive(request, read_press, self._press)

        return [web.post(f"{ADDRESS}/tasks", tasks), web.post(f"{ADDRESS}/press", press)]

    async def _receive(self, request: web.Request, read: Callable[[bytes], Wish], answer: _Answer) -> web.Response:
        try:
            visitor = await self._gate.verify(request.headers.get("Authorization"))
            wish = read(await read_limited(request.content, LARGEST))
        except BadToken as refusal:
            _log.warning("teams_tab_refused", why=str(refusal))
            return web.Response(status=401)
        except (KeysUnavailable, StoreUnavailable) as outage:
            _log.warning("teams_tab_outage", kind=type(outage).__name__)
            return web.Response(status=503)
        except (TooLargeError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return web.Response(status=400)
        if self._router is None:
            return web.Response(status=503)
        return _respond(await self._answer(visitor, wish, answer))

    async def _answer(self, visitor: Visitor, wish: Wish, answer: _Answer) -> Shown:
        texts = texts_for(wish.locale)
        try:
            actor = await self._visitors.find(visitor, wish.conversation, wish.locale)
            return await answer(actor, wish, texts)
        except NotAParticipant:
            words = texts.say(
                "You do not take part in this conversation, so its tasks are not shown. "
                "Ask to be invited, then try again."
            )
            return _show_card(show_words(words), 403)
        except Refusal as refusal:
            return _show_card(explain(refusal, texts, Platform.TEAMS), 403)
        except Undeliverable as refusal:
            _log.warning("teams_tab_undeliverable", why=refusal.reason)
            return _show_card(show_words(_word_absence(wish, texts)), 403)
        except (PlatformError, StoreUnavailable) as outage:
            _log.warning("teams_tab_outage", kind=type(outage).__name__)
            return _show_card(show_words(explain_outage(texts)), 503)
        except Exception as error:  # noqa: BLE001 - whatever it was, the person is told and the log has it
            incident = name_incident()
            _log.error("teams_tab_failed", incident=incident, **describe(error))
            return _show_card(explain_failure(incident, texts), 500)

    async def _list(self, actor: Actor, wish: Wish, texts: Texts) -> Shown:
        within = actor.place if wish.conversation else None
        tasks = await read_tasks(self._ports, actor, wish.turn, wish.page, within)
        return Shown(draw_tasks(tasks, texts, self._ports.clock.now()))

    async def _press(self, actor: Actor, wish: Wish, texts: Texts) -> Shown:
        if actor.place is None or self._router is None:
            raise TypeError("A visitor is somewhere, and the door is open.")
        answer = await self._router.handle(Press(actor, actor.place, wish.action, wish.value))
        return _show(answer, texts)


def read_wish(raw: bytes) -> Wish:
    """What a request asks. Raises one of a few built-in errors when it is not as our own page writes it."""
    told: Json = orjson.loads(raw)
    page = told.get("page", 0)
    if not isinstance(page, int) or not 0 <= page <= _LAST_PAGE:
        raise ValueError("no such page")
    return Wish(
        conversation=_read_text(told, "conversation"),
        locale=_read_text(told, "locale"),
        turn=Turn(told.get("turn", Turn.MINE)),
        page=page,
        action=_read_text(told, "action") or "",
        value=_read_text(told, "value") or "",
    )


def read_press(raw: bytes) -> Wish:
    """The same for a press."""
    wish = read_wish(raw)
    if wish.action not in PRESSED:
        raise ValueError("no button of a tab")
    return wish


def _read_text(told: Json, name: str) -> str | None:
    value = told.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > _LONGEST):
        raise ValueError(name)
    return value or None


def _word_absence(wish: Wish, texts: Texts) -> str:
    if wish.conversation:
        return explain_absence(texts, Platform.TEAMS)
    return texts.say("Paraaf is not installed for you yourself. Add the app Paraaf in Teams, then try again.")


def _show(answer: Answer, texts: Texts) -> Shown:
    match answer:
        case Done():
            return Shown(title="Paraaf", html=draw_elements(show_words(texts.say("Done.")).elements))
        case Tell(card) | Show(card):
            return _show_card(card)
        case Open(form):
            return Shown(title=form.title, html=draw_elements(form.body), page=form.page)
        case FormErrors() | Found():
            raise TypeError("Nothing was filled in.")
        case _:
            assert_never(answer)


def _show_card(card: Card, status: int = 200) -> Shown:
    return Shown(title=card.title or "Paraaf", html=draw_elements(card.elements), status=status)


def _respond(shown: Shown) -> web.Response:
    told = {"title": shown.title, "html": shown.html}
    if shown.page:
        told |= {"page": shown.page, "dialog": str(URL(shown.page).with_query(IN_DIALOG))}
    return web.Response(
        body=orjson.dumps(told),
        status=shown.status,
        content_type="application/json",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )
