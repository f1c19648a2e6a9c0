"""Show somebody their own view of a message, on platforms that can."""

from bot.conversation import Answer, Press, Show
from bot.domain.delegation import DelegationId, find_delegation
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import UnknownEnvelope
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import find_office, is_staff
from bot.views.delegation import note_delegation
from bot.views.envelope_card import Viewer, show_envelope
from bot.views.notes import say_twins


async def show_view(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The signer sees the task and its buttons, staff the state and what they may do, anybody else the state.

    The value that was pressed names an envelope, whose card it is, or a request to pass one on, whose note it is.
    Raises `UnknownEnvelope`, and a `PlatformError` when it can't be asked who is staff.
    """
    id_ = DelegationId(press.value)
    async with ports.store.reading() as tx:
        office = await find_office(tx, press.actor)
        own = await tx.envelopes.get(office.id, EnvelopeId(press.value))
        envelope = own or await tx.envelopes.by_delegation(office.id, id_)
    if envelope is None:
        raise UnknownEnvelope
    viewer = Viewer(press.actor.account, is_staff=await is_staff(ports, office, press.actor))
    if own:
        return Show(say_twins(show_envelope(own, texts, ports.clock.now(), viewer), own.card, texts))
    delegation = find_delegation(envelope, id_)
    return Show(say_twins(note_delegation(envelope, delegation, texts, viewer), delegation.message, texts))
