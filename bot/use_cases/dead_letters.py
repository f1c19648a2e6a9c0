"""What an administrator does with deliveries that failed for good: try them again, or give them up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from bot.domain.envelope import EnvelopeId, Party
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Listed, OutgoingId
from bot.domain.people import OfficeId
from bot.ports import Store, Transaction

BATCH = 1000
"""Rows in one transaction, so that deliveries do not stand still for long."""


async def retry(store: Store, rows: Sequence[OutgoingId], now: datetime) -> tuple[Listed, ...]:
    """Put buried rows back in line, and log it; those that were. Raises `StoreUnavailable`."""
    done: list[Listed] = []
    for start in range(0, len(rows), BATCH):
        async with store.transaction() as tx:
            back = await tx.outbox.retry(rows[start : start + BATCH], now)
            await _log(tx, Happening.DELIVERY_RETRIED, back, now)
        done += back
    return tuple(done)


async def drop(store: Store, rows: Sequence[OutgoingId], now: datetime) -> tuple[Listed, ...]:
    """Forget buried rows, and log it; those that were. Raises `StoreUnavailable`."""
    done: list[Listed] = []
    for start in range(0, len(rows), BATCH):
        async with store.transaction() as tx:
            gone = await tx.outbox.drop(rows[start : start + BATCH])
            await _log(tx, Happening.DELIVERY_DROPPED, gone, now)
        done += gone
    return tuple(done)


async def _log(tx: Transaction, happening: Happening, rows: Sequence[Listed], now: datetime) -> None:
    by_office: dict[OfficeId, list[Listed]] = defaultdict(list)
    for row in rows:
        if row.subject:
            by_office[row.office].append(row)
    for office, about in by_office.items():
        named = tuple(dict.fromkeys(EnvelopeId(row.subject) for row in about))
        envelopes = {each.id: each for each in await tx.envelopes.several(office, named)}
        for row in about:
            if envelope := envelopes.get(EnvelopeId(row.subject)):
                by = Party(envelope.sender.account, "Paraaf")
                facts = {"errand": row.errand, "why": row.last_error}
                await tx.log.add([LogLine(office, happening, by, now, envelope.client, envelope.id, facts)])
