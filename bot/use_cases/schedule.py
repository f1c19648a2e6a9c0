"""Begin the schedule of whose turn it is, in the transaction that makes it their turn. Nothing has to be ended."""

from datetime import datetime

from bot.domain.envelope import Envelope
from bot.domain.people import Office
from bot.domain.reminders import find_next
from bot.ports import Transaction


async def start_reminders(
    tx: Transaction, now: datetime, after: Envelope, before: Envelope | None = None, office: Office | None = None
) -> None:
    """A schedule for each signer who may answer now and could not before, unless the sender turned reminders off."""
    awaited = {signer.account for signer in before.waiting_for} if before else set()
    begun = [signer.account for signer in after.waiting_for if signer.account not in awaited]
    if not begun or not after.remind:
        return
    office = office or await tx.offices.get(after.office)
    first = find_next(now, after.due, after.cadence or office.reminders, now)
    for account in begun:
        if first:
            await tx.reminders.start(after, account, now, first.at)
