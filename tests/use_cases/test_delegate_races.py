"""Whoever decided on what somebody else changed meanwhile: nothing of theirs is saved, and they are told why."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bot.conversation import Answer, Press, Submission
from bot.domain.delegation import DelegationId
from bot.domain.delegation_refusals import DelegationClosed, DelegationLapsed, PassedOn
from bot.domain.envelope import Envelope
from bot.domain.errors import AlreadyAnswered, Refusal
from bot.ports import Ports, Store, Transaction
from bot.use_cases.answer_delegation import allow, refuse
from bot.use_cases.decide import approve
from bot.use_cases.delegate import submit_delegation, take_back
from bot.use_cases.withdraw import withdraw
from tests import builders as a
from tests.use_cases.conftest import STRANGER, World
from tests.use_cases.test_delegate import (
    DUTCH,
    ENVELOPE,
    STAFF_ACTOR,
    asked,
    asking,
    by,
    newest,
    pressing,
    read,
    sent,
)

__all__ = ["asked", "sent"]


@dataclass
class StoreWithRival:
    """A store where `rival` is quicker: it acts after the last look and before the transaction that writes."""

    store: Store
    rival: Callable[[], Awaitable[Answer]] | None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        rival, self.rival = self.rival, None
        if rival:
            await rival()
        async with self.store.transaction() as tx:
            yield tx

    async def share(self, work: Callable[[Transaction], Awaitable[object]]) -> None:
        await self.store.share(work)

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        return self.store.reading()

    def single_query(self) -> AbstractAsyncContextManager[Transaction]:
        return self.store.single_query()


Deed = Callable[[Ports, DelegationId], Awaitable[Answer]]
APPROVAL = Submission(by(), "approve", ENVELOPE, {"place": "Utrecht"}, "key")
DEEDS: Mapping[str, Deed] = {
    "approve": lambda ports, _: approve(ports, APPROVAL, DUTCH),
    "allow": lambda ports, id_: allow(ports, pressing(id_), DUTCH),
    "refuse": lambda ports, id_: refuse(ports, Submission(STAFF_ACTOR, "refuse", id_, {}, "key")),
    "take back": lambda ports, id_: take_back(ports, pressing(id_, by())),
    "ask another": lambda ports, _: submit_delegation(ports, asking(STRANGER.user, key="another")),
    "withdraw": lambda ports, _: withdraw(ports, Press(STAFF_ACTOR, a.a_place(), "withdraw", ENVELOPE)),
}


async def outrun(world: World, slow: str, quick: str) -> tuple[Refusal, Envelope]:
    """What `slow` is told when `quick` came between, and what is left of both."""
    id_ = await newest(world)
    store = StoreWithRival(world.store, lambda: DEEDS[quick](world.ports, id_))
    with pytest.raises(Refusal) as refused:
        await DEEDS[slow](replace(world.ports, store=store), id_)
    assert store.rival is None
    return refused.value, await read(world)


@pytest.mark.parametrize("slow", ["allow", "refuse", "take back", "ask another"])
async def test_after_the_signers_own_answer_nothing_is_passed_on(asked: World, slow: str) -> None:
    refusal, envelope = await outrun(asked, slow, "approve")
    assert isinstance(refusal, AlreadyAnswered if slow == "ask another" else DelegationLapsed)
    assert [each.closing for each in envelope.delegations] == [None]
    assert [(each.name, bool(each.decision)) for each in envelope.signers] == [("Karim Haddad", True)]


@pytest.mark.parametrize("slow", ["approve", "ask another"])
async def test_after_it_was_passed_on_the_old_signer_does_nothing(asked: World, slow: str) -> None:
    """Above all: an answer of the old signer never becomes that of the new one."""
    refusal, envelope = await outrun(asked, slow, "allow")
    assert isinstance(refusal, PassedOn)
    assert [(each.name, each.decision) for each in envelope.signers] == [("Mila Haddad", None)]


@pytest.mark.parametrize("quick", ["allow", "refuse", "take back", "ask another"])
@pytest.mark.parametrize("slow", ["allow", "refuse", "take back"])
async def test_a_request_is_answered_once(asked: World, slow: str, quick: str) -> None:
    refusal, envelope = await outrun(asked, slow, quick)
    first = envelope.delegations[0]
    assert isinstance(refusal, DelegationClosed)
    assert refusal.state is first.state
    assert (envelope.signers[0].name == "Mila Haddad") == (quick == "allow")


@pytest.mark.parametrize("slow", ["allow", "refuse", "take back", "ask another"])
async def test_nothing_is_passed_on_once_the_request_was_withdrawn(asked: World, slow: str) -> None:
    _, envelope = await outrun(asked, slow, "withdraw")
    assert [each.closing for each in envelope.delegations] == [None]
    assert envelope.signers == a.an_envelope().signers


async def test_the_same_submission_twice_asks_once(sent: World) -> None:
    async with asyncio.timeout(10):
        await asyncio.gather(*(submit_delegation(sent.ports, asking()) for _ in range(5)))
        await submit_delegation(sent.ports, asking())
    assert len((await read(sent)).delegations) == 1
