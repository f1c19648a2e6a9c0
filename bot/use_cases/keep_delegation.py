"""What every change to a request to pass a task on writes: its state, its line in the log, and the note that shows it.

Whoever writes it saves the envelope in the same transaction, against the revision that was decided on, so that of an
answer, a permission, a refusal and taking back at once, one counts and the others are told which.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from bot.domain.delegation import Delegation, DelegationId, find_delegation, find_lapsed
from bot.domain.envelope import Envelope, Party
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand, Outgoing
from bot.ports import Transaction

_NOTHING_MORE: Final[Mapping[str, str]] = MappingProxyType({})


async def add_delegation(tx: Transaction, envelope: Envelope, delegation: Delegation) -> None:
    """Add a request, and put the note in which staff are asked on its way. Raises `Conflict`; see `Delegations.add`."""
    await tx.delegations.add(envelope, delegation)
    note = {"note": delegation.note} if delegation.note else {}
    await _record(tx, envelope, delegation, Happening.DELEGATION_ASKED, delegation.signer, delegation.asked_at, note)


async def close_delegation(
    tx: Transaction,
    envelope: Envelope,
    id_: DelegationId,
    happening: Happening,
    facts: Mapping[str, str] = _NOTHING_MORE,
) -> None:
    """Save what became of a request of this envelope, as the envelope has it. Raises `Conflict` unless it was open."""
    delegation = find_delegation(envelope, id_)
    if delegation.closing is None:
        message = f"the request {id_} is still open"
        raise ValueError(message)
    await tx.delegations.close(delegation)
    await _record(tx, envelope, delegation, happening, delegation.closing.by, delegation.closing.at, facts)


def show_lapsed(envelope: Envelope) -> Iterator[Outgoing]:
    """Errands that update the notes of those requests that nobody needs to answer any more."""
    return (make_errand(envelope, each.id, Errand.SHOW_DELEGATION) for each in find_lapsed(envelope))


def make_errand(envelope: Envelope, id_: DelegationId, errand: Errand) -> Outgoing:
    """An errand about a request of this envelope."""
    return Outgoing(envelope.office, envelope.conversation, errand, envelope.id, {"delegation": id_})


async def _record(  # noqa: PLR0913, PLR0917 - a line of the log has many parts
    tx: Transaction,
    envelope: Envelope,
    delegation: Delegation,
    happening: Happening,
    by: Party,
    at: datetime,
    facts: Mapping[str, str],
) -> None:
    signer, taker = delegation.signer, delegation.taker
    told = {
        "from": signer.name,
        "from_account": signer.account.user,
        "to": taker.name,
        "to_account": taker.account.user,
        **facts,
    }
    await tx.log.add([LogLine(envelope.office, happening, by, at, envelope.client, envelope.id, told)])
    await tx.outbox.put(make_errand(envelope, delegation.id, Errand.SHOW_DELEGATION), at)
