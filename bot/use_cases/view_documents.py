"""Look at the documents of an envelope: a personal link to the signing page."""

from bot.conversation import Answer, Open, Press
from bot.domain.envelope import EnvelopeId
from bot.domain.links import SIGNING_HOURS
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import is_staff, read_envelope
from bot.use_cases.signing_link import give_link
from bot.views import forms


async def show_documents(ports: Ports, press: Press, texts: Texts) -> Answer:
    """A dialog with the signing page, or a link to it. Raises `UnknownEnvelope` and `NotAllowedToView`."""
    actor = press.actor
    office, envelope = await read_envelope(ports, actor, EnvelopeId(press.value))
    as_staff = envelope.signer(actor.account) is None
    if as_staff:
        envelope.require_viewer(actor.account, is_staff=await is_staff(ports, office, actor))
    address = await give_link(ports, envelope, actor, as_staff=as_staff)
    return Open(forms.documents_form(envelope, address, SIGNING_HOURS, texts))
