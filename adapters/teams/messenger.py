"""Messages that Paraaf posts in Teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from yarl import URL

from adapters.teams.connector import Connector
from adapters.teams.errors import Refused
from adapters.teams.files import Files
from adapters.teams.references import KnownPlaces
from adapters.teams.rendering import Body, attach
from adapters.teams.roster import Roster
from bot.conversation import FileRef
from bot.domain.errors import PlatformError, Undeliverable
from bot.domain.people import Account
from bot.domain.places import ConversationKind, MessageRef, Place, Reference
from bot.ports import FetchedFile
from bot.texts import Texts, texts_for
from cards.adaptive_card import render_card
from cards.limits import TEAMS_VIEWERS, LimitExceeded
from cards.model import Card, Personal

_LINK: Final = URL("https://teams.microsoft.com/l/message")
_NOT_FOR_ONE: Final = frozenset({400, 403, 404, 405, 501})
# How the connector says that it takes no message for one person here: not (yet), or not for this one.


@dataclass(frozen=True, slots=True)
class Whisper:
    """What one person is shown: a rendered card, and what a notification says of it."""

    content: Body
    summary: str


class TeamsMessenger:
    """The port `Messenger`. Dialogs of Teams have no input for files, and bots put none into channels without Graph.

    Nor do they make chats or channels.
    """

    takes_uploads = False
    posts_files = False
    finds_messages = False
    makes_conversations = False

    def __init__(self, connector: Connector, places: KnownPlaces, roster: Roster, files: Files) -> None:
        self._connector = connector
        self._places = places
        self._roster = roster
        self._files = files

    async def send(self, to: Place, card: Card, key: str) -> MessageRef:  # noqa: ARG002 - see `find`
        """Post a card: as a reply where the place is a thread of a channel, since chats have no threads."""
        reference = await self._places.find(to)
        activity = await self._render(to, card)
        message = await self._connector.post(reference.service_url, name_conversation(to, reference), activity)
        return MessageRef(to, message, _link(to, message, reference))

    async def find(self, to: Place, key: str) -> MessageRef | None:  # noqa: ARG002 - the same for all
        """None: the connector lets nobody look a message up.

        A card that was posted twice does no harm: its buttons name the envelope, the newest one is kept up to date, and
        says so.
        """
        return None

    async def update(self, message: MessageRef, card: Card) -> None:
        reference = await self._places.find(message.place)
        activity = await self._render(message.place, card)
        conversation = name_conversation(message.place, reference)
        await self._connector.update(reference.service_url, conversation, message.id, activity)

    async def whisper(self, to: Place, account: Account, card: Card) -> None:
        content = _render_card(card, await self._choose_texts(to.tenant), ())
        await self.whisper_content(to, account, Whisper(content, card.summary))

    async def open_chat(self, near: Place, account: Account) -> Place:
        known = await self._places.find_any(near.tenant)
        chat = await self._connector.open_chat(known.service_url, known.bot, account.user, near.tenant)
        place = Place(near.platform, near.tenant, chat)
        await self._places.keep(Reference(place, known.service_url, ConversationKind.PERSONAL, known.bot))
        return place

    async def make_conversation(self, near: Place, name: str) -> Place:  # noqa: ARG002 - of the port
        """Undeliverable: see `makes_conversations`."""
        raise Undeliverable("conversations cannot be made in Teams")

    async def invite(self, to: Place, accounts: Sequence[Account]) -> Mapping[Account, str]:  # noqa: ARG002 - of the port
        """Undeliverable: see `makes_conversations`."""
        raise Undeliverable("people cannot be invited in Teams")

    async def post_file(self, to: Place, name: str, content: bytes, key: str) -> None:  # noqa: ARG002 - of the port
        """Undeliverable: see `posts_files`."""
        raise Undeliverable("files cannot be posted in Teams")

    async def fetch(self, file: FileRef, limit: int) -> FetchedFile:
        return await self._files.fetch(file, limit)

    async def whisper_content(self, to: Place, account: Account, whisper: Whisper) -> None:
        """Show a rendered card to one person; see `whisper`."""
        activity = _write_activity(whisper.content, whisper.summary)
        try:
            reference = await self._places.find(to)
            conversation = name_conversation(to, reference)
            if reference.kind is ConversationKind.PERSONAL:
                await self._connector.post(reference.service_url, conversation, activity)
                return
            targeted = {**activity, "recipient": {"id": account.user}}
            await self._connector.whisper(reference.service_url, conversation, targeted)
        except Undeliverable as refusal:
            if isinstance(refusal, Refused) and refusal.status not in _NOT_FOR_ONE:
                raise
            await self._write_directly(to.tenant, account, activity)

    async def list_viewers(self, place: Place, personal: Personal) -> tuple[str, ...]:
        """Whose clients are to ask by themselves for a view of their own: the most important ones, then others."""
        try:
            others = await self._roster.recall_ids(place)
        except PlatformError:
            others = ()  # the card is worth more than that everybody sees their own view of it
        chosen = dict.fromkeys((*personal.first, *others))
        return tuple(islice((user for user in chosen if not user.startswith("28:")), TEAMS_VIEWERS))

    async def render_view(self, place: Place, card: Card, texts: Texts) -> Body:
        """A card as it is shown in a conversation, to everybody or to one. Raises `Undeliverable`."""
        viewers = await self.list_viewers(place, card.personal) if card.personal else ()
        return _render_card(card, texts, viewers)

    async def _render(self, place: Place, card: Card) -> Body:
        content = await self.render_view(place, card, await self._choose_texts(place.tenant))
        return _write_activity(content, card.summary)

    async def _choose_texts(self, tenant: str) -> Texts:
        office = await self._places.find_office(tenant)
        return texts_for(office.locale if office else None)

    async def _write_directly(self, tenant: str, account: Account, activity: Body) -> None:
        reference = await self._places.find_any(tenant)
        chat = await self._connector.open_chat(reference.service_url, reference.bot, account.user, tenant)
        await self._connector.post(reference.service_url, chat, activity)


def name_conversation(place: Place, reference: Reference) -> str:
    """The conversation as the connector names it; a thread of a channel is one of its own."""
    is_thread = place.thread and reference.kind is ConversationKind.CHANNEL
    return f"{place.channel};messageid={place.thread}" if is_thread else place.channel


def _render_card(card: Card, texts: Texts, viewers: tuple[str, ...]) -> Body:
    try:
        return render_card(card, lang=texts.language, viewers=viewers)
    except LimitExceeded as error:  # nothing that trying again could mend
        raise Undeliverable(str(error)) from error


def _write_activity(content: Body, summary: str) -> Body:
    # Text beside a card would become a message of its own, and then no id comes back.
    activity: dict[str, Any] = {"type": "message", "attachments": [attach(content)]}
    return {**activity, "summary": summary} if summary else activity


def _link(place: Place, message: str, reference: Reference) -> str | None:
    """The address that opens a message (Microsoft: "Deep link to Teams chat"); a chat with Paraaf alone has none."""
    address = _LINK / place.channel / message
    match reference.kind:
        case ConversationKind.PERSONAL:
            return None
        case ConversationKind.GROUP:
            return str(address.with_query(context='{"contextType":"chat"}'))
        case ConversationKind.CHANNEL:
            query: Mapping[str, str] = {"tenantId": place.tenant, "parentMessageId": place.thread or message}
            return str(address.with_query(query))
