"""Send what an errand asks for, looked up first where an earlier attempt may have sent it."""

from bot.domain.outgoing import Claimed
from bot.domain.places import MessageRef, Place
from bot.ports import Ports
from cards.model import Card


async def send_once(ports: Ports, row: Claimed, to: Place, card: Card) -> MessageRef:
    """The message with this card, posted now or by an earlier attempt. Raises a `PlatformError`."""
    messenger = ports.messengers[to.platform]
    if row.unclear and (found := await messenger.find(to, row.key)):
        return found
    return await messenger.send(to, card, row.key)
