"""Show somebody their own view of an envelope's card, on platforms that can."""

from bot.conversation import Answer, Press, Show
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import UnknownEnvelope
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import find_office, is_staff
from bot.views.envelope_card import Viewer, show_envelope


async def show_view(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The signer sees the task and its buttons, staff the state and what they may do, anybody else the state.

    Raises `UnknownEnvelope`, and a `PlatformError` when it can't be asked who is staff.
    """
    async with ports.store.reading() as tx:
        office = await find_office(tx, press.actor)
        envelope = await tx.envelopes.get(office.id, EnvelopeId(press.value))
    if envelope is None:
        raise UnknownEnvelope
    viewer = Viewer(press.actor.account, is_staff=await is_staff(ports, office, press.actor))
    return Show(show_envelope(envelope, texts, ports.clock.now(), viewer))
