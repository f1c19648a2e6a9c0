"""Send what an errand asks for, looked up first where an earlier attempt may have sent it."""

from dataclasses import replace

from bot.domain.outgoing import Claimed
from bot.domain.places import MessageRef, Place
from bot.ports import Ports
from bot.texts import Texts, texts_for
from bot.views.notes import say_twice
from cards.model import Card


async def send_once(ports: Ports, row: Claimed, to: Place, card: Card) -> MessageRef:
    """The message with this card, posted now or by an earlier attempt. Raises a `PlatformError`.

    Where nothing can be looked up it is rather sent twice than never, and the second one says so.
    """
    messenger = ports.messengers[to.platform]
    if not row.unclear:
        return await messenger.send(to, card, row.key)
    if messenger.finds_messages:
        return await messenger.find(to, row.key) or await messenger.send(to, card, row.key)
    async with ports.store.reading() as tx:
        office = await tx.offices.get(row.outgoing.office)
    message = await messenger.send(to, say_twice(card, texts_for(office.locale)), row.key)
    return replace(message, may_be_twice=True)


async def update_sent(ports: Ports, message: MessageRef, card: Card, texts: Texts) -> None:
    """Show another card in place of what `send_once` sent, which goes on to say that it may stand there twice.

    Raises a `PlatformError`.
    """
    shown = say_twice(card, texts) if message.may_be_twice else card
    await ports.messengers[message.place.platform].update(message, shown)
