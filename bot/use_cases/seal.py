"""Make the sealed PDF of an envelope that everybody signed."""

from bot.domain.envelope import Envelope
from bot.domain.errors import Undeliverable
from bot.domain.outgoing import Claimed
from bot.ports import Ports


async def seal(ports: Ports, row: Claimed, envelope: Envelope) -> None:  # noqa: ARG001 - what composes and seals needs them
    """Do the errand; the envelope is being sealed until `Envelopes.sealed` keeps what came of it.

    Raises `Undeliverable`: nothing seals yet, so the errand is kept for people to look at and its sender is told.
    """
    raise Undeliverable("sealing is not set up")
