"""Find out who is to be reminded, and put that on its way: each once, and whoever has several to do with one message.

What is due is leased. In one transaction the next reminder is planned and the errand put in the outbox, so that a crash
leaves both to be done again or neither. Outside office hours nothing is claimed at all.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain.envelope import Envelope
from bot.domain.errors import StoreUnavailable
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Account, Cadence, OfficeId
from bot.domain.reminders import Reminder, Step, find_current, find_next, find_tomorrow, is_office_time
from bot.incidents import describe
from bot.ports import Ports, Transaction
from bot.use_cases.repeating import repeat

BATCH = 100
"""Reminders claimed at once, and with them what else the same people are reminded of."""
LEASE = timedelta(minutes=2)
"""How long that may take before another process believes that this one died."""
POLL = 10.0
"""Seconds between two looks: all that is due falls due at 09:00, or when a signer asked for it."""

_log = structlog.get_logger(__name__)
_Line = tuple[OfficeId, Account, str]
"""Who gets one message: a person, through one workspace or tenant of the office."""


class Reminding:
    """Claims reminders that are due; `told` is called when it put something in the outbox, `count` with how many."""

    def __init__(
        self, ports: Ports, told: Callable[[], None] = lambda: None, count: Callable[[int], None] = lambda _number: None
    ) -> None:
        self._ports = ports
        self._told = told
        self._count = count

    async def run(self, stop: asyncio.Event) -> None:
        """Remind until `stop` is set; a batch under way is finished first."""
        await repeat(self.remind_due, stop, POLL)

    async def remind_due(self) -> int:
        """Carry out up to `BATCH` of what is due now, and what goes with it; the number of reminders looked at."""
        now = self._ports.clock.now()
        if not is_office_time(now):
            return 0
        try:
            async with self._ports.store.transaction() as tx:
                rows = await tx.reminders.claim(now, LEASE, BATCH)
            if rows:
                await self._carry_out(rows, now)
        except StoreUnavailable:
            _log.warning("reminders.store_unavailable")  # what was claimed stays leased, and is found again
            return 0
        return len(rows)

    async def _carry_out(self, rows: Sequence[Reminder], now: datetime) -> None:
        try:
            await self._settle(rows, now)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a mistake of ours about one must not hold up all others
            _log.error("reminders.mistake", rows=len(rows), **describe(error))
            if len(rows) > 1:
                for row in rows:
                    await self._carry_out([row], now)

    async def _settle(self, rows: Sequence[Reminder], now: datetime) -> None:
        offices: dict[OfficeId, list[Reminder]] = defaultdict(list)
        for row in rows:
            offices[row.office].append(row)
        lines: dict[_Line, list[Envelope]] = defaultdict(list)
        async with self._ports.store.transaction() as tx:
            for id_, of_office in offices.items():
                cadence = (await tx.offices.get(id_)).reminders
                found = await tx.envelopes.several(id_, list({row.envelope for row in of_office}))
                envelopes = {envelope.id: envelope for envelope in found}
                for row in of_office:
                    envelope = envelopes[row.envelope]
                    await _take_step(tx, row, envelope, envelope.cadence or cadence, now, lines)
            for (_, account, _), awaiting in lines.items():
                await tx.outbox.put(ask_reminder(awaiting, account), now)
        self._count(sum(map(len, lines.values())))
        self._told()


async def _take_step(
    tx: Transaction,
    row: Reminder,
    envelope: Envelope,
    cadence: Cadence,
    now: datetime,
    lines: dict[_Line, list[Envelope]],
) -> None:
    """Plan the reminder after this one; add this one to `lines`, or put an escalation in the outbox."""
    if not is_awaited(envelope, row.signer) or not (envelope.remind or row.snoozed):
        await tx.reminders.stop(row)
        return
    step = _find_step(row, envelope, cadence, now)
    escalates = step is not None and step.escalates
    following = _plan_next(row, envelope, cadence, now)
    if not await tx.reminders.plan(row, following, escalated=row.escalated or escalates) or step is None:
        return  # another process has it, or there is nothing to say yet
    if escalates:
        facts = {"tenant": row.signer.tenant, "user": row.signer.user}
        escalation = Outgoing(envelope.office, envelope.conversation, Errand.ESCALATE, envelope.id, facts)
        await tx.outbox.put(escalation, now)
    else:
        lines[row.office, row.signer, envelope.conversation.tenant].append(envelope)


def _find_step(row: Reminder, envelope: Envelope, cadence: Cadence, now: datetime) -> Step | None:
    if row.snoozed:
        return Step(now)
    if row.due <= row.since:  # was open before there were reminders: only planned now
        return None
    return find_current(row.since, envelope.due, cadence, now)


def _plan_next(row: Reminder, envelope: Envelope, cadence: Cadence, now: datetime) -> datetime | None:
    if not envelope.remind or row.escalated:
        return None
    if following := find_next(row.since, envelope.due, cadence, now):
        return following.at
    # The signer's own wish came in place of the last step: that is taken a day later.
    return find_tomorrow(now) if row.snoozed else None


def is_awaited(envelope: Envelope, account: Account) -> bool:
    """Whether this account may answer now."""
    return any(signer.account == account for signer in envelope.waiting_for)


def ask_reminder(awaiting: Sequence[Envelope], account: Account) -> Outgoing:
    """The errand that reminds one signer of these envelopes of one office, in one message."""
    first, *more = awaiting
    facts: dict[str, object] = {"tenant": account.tenant, "user": account.user, "also": [each.id for each in more]}
    return Outgoing(first.office, first.conversation, Errand.REMIND, first.id, facts)
