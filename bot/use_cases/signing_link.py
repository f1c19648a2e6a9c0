"""Give somebody their personal link to the signing page, and find what a link is for."""

from dataclasses import dataclass

from bot.conversation import Actor
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.domain.links import SIGNING_TIME, SigningLink, fingerprint
from bot.ports import Ports, Transaction
from bot.use_cases.secrets import hash_secret, new_secret


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that works, with its envelope as it is now."""

    link: SigningLink
    envelope: Envelope


async def give_link(ports: Ports, envelope: Envelope, actor: Actor, *, as_staff: bool) -> str:
    """The address of the signing page of this envelope for this person, who may view it as a signer, or as staff."""
    secret = new_secret()
    link = SigningLink(
        hash_secret(secret),
        envelope.office,
        envelope.id,
        Party(actor.account, actor.name),
        as_staff,
        fingerprint(envelope.documents),
        ports.clock.now() + SIGNING_TIME,
    )
    async with ports.store.transaction() as tx:
        await tx.links.add(link)
    return f"{ports.public_url}/signing/{secret}"


async def find_link(ports: Ports, tx: Transaction, secret: str) -> Opened:
    """What a secret opens, which does not use it up. Raises `LinkRefused`."""
    opened = await find_any_link(tx, secret)
    opened.link.require_usable(opened.envelope, ports.clock.now())
    return opened


async def find_any_link(tx: Transaction, secret: str) -> Opened:
    """As `find_link`, but a link that was used or expired is found as well."""
    link = await tx.links.get(hash_secret(secret))
    envelope = await tx.envelopes.get(link.office, link.envelope) if link else None
    if link is None or envelope is None:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    return Opened(link, envelope)
