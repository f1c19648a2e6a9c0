"""Paraaf with a mistake in it, each of a kind that the checker of histories must find. None is part of the product."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta

from adapters.slack.messenger import SlackMessenger
from bot.domain.errors import PlatformError
from bot.domain.outgoing import Claimed
from bot.domain.places import MessageRef, Place
from bot.ports import Transaction
from bot.texts import Texts
from bot.use_cases import deliver, send_once
from bot.use_cases.deliver import BATCH, Courier, wait_before
from bot.use_cases.errands import run_errand
from cards.model import Card


def leave_as_it_is() -> None:
    """No mistake."""


def send_before_commit() -> None:
    """Deliver inside the transaction that claims: who dies in it leaves no trace of what was sent."""

    async def start_due(self: Courier, limit: int) -> dict[asyncio.Task[None], Claimed]:
        ports = self._ports

        async def send(tx: Transaction, row: Claimed) -> None:
            try:
                await asyncio.create_task(run_errand(ports, row))
            except PlatformError as error:
                due = ports.clock.now() + wait_before(row.attempts)
                await tx.outbox.postpone(row, due, str(error), unclear=True)
            else:
                await tx.outbox.done(row)

        async with ports.store.transaction() as tx:
            for row in await tx.outbox.claim(ports.clock.now(), deliver.LEASE, BATCH):
                await send(tx, row)
        return {}

    Courier._start_due = start_due  # type: ignore[method-assign]  # a mistake on purpose


def hold_no_lease() -> None:
    """Claim rows for no time, so that the other replicas claim them as well."""
    deliver.LEASE = timedelta()


def never_look_up() -> None:
    """Send again what may have been sent, without looking whether it is there."""

    async def find(self: SlackMessenger, to: Place, key: str) -> MessageRef | None:
        return None

    SlackMessenger.find = find  # type: ignore[method-assign]  # as above


def say_nothing_of_twins() -> None:
    """Send again what cannot be looked up as if it were the first time."""

    def say_twice(card: Card, texts: Texts) -> Card:
        return card

    send_once.say_twice = say_twice  # type: ignore[attr-defined]  # as above


RIGHT = "right"
VARIANTS: Mapping[str, Callable[[], None]] = {
    RIGHT: leave_as_it_is,
    "send before commit": send_before_commit,
    "no lease": hold_no_lease,
    "no lookup": never_look_up,
    "silent twins": say_nothing_of_twins,
}
