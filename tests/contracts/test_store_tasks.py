"""Whose tasks a store finds, compared with the rule of `bot.domain.tasks` and in its order."""

from dataclasses import replace
from datetime import date
from itertools import count, product

import pytest

from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.people import OfficeId, Platform
from bot.domain.tasks import REACH, TaskScope, Turn, find_turn
from bot.ports import Store
from tests.builders import (
    OFFICE,
    a_party,
    a_place,
    a_rejection,
    a_signer,
    a_staff_account,
    an_account,
    an_approval,
    an_envelope,
    an_office,
    at,
)

KARIM, MILA = an_account("U0KARIM"), an_account("U0MILA")
SANNE, BAS = a_staff_account("U0SANNE"), a_staff_account("U0BAS")
EVERYBODY = (KARIM, MILA, SANNE, BAS)
HERE, THERE = a_place("C0HERE"), a_place("C0THERE")
OTHER = OfficeId("office-2")


def make_envelopes() -> list[Envelope]:
    """Every mix of sender, signers, conversation and what became of it; dues and times that tie and that differ."""
    made, number = [], count()
    for sender, signers, place, thread in product(
        (SANNE, BAS), ((KARIM,), (KARIM, MILA), (SANNE,)), (HERE, THERE), (None, "1.5")
    ):
        for fate in ("open", "half", "approved", "rejected", "withdrawn"):
            each = next(number)
            in_order = len(signers) > 1 and each % 2 == 0
            envelope = an_envelope(
                f"e{each:03}",
                sender=a_party(account=sender),
                signers=tuple(a_signer(account) for account in signers),
                conversation=replace(place, thread=thread),
                sent_at=at(each % 7),
                due=date(2026, 3, 1 + each % 5) if each % 3 else None,
                in_order=in_order,
            )
            made.append(meet(envelope, fate, each))
    return made


def meet(envelope: Envelope, fate: str, number: int) -> Envelope:
    when, accounts = at(100 + number % 11), [signer.account for signer in envelope.signers]
    if fate == "rejected":
        return envelope.answer(envelope.waiting_for[-1].account, a_rejection(at=when))
    if fate == "withdrawn":
        return envelope.withdraw(a_party("Bas", BAS), when)
    answered = {"open": 0, "half": len(accounts) - 1, "approved": len(accounts)}[fate]
    for account in accounts[:answered]:
        envelope = envelope.answer(account, an_approval(at=when))
    return envelope


def expect(envelopes: list[Envelope], scope: TaskScope, turn: Turn) -> list[EnvelopeId]:
    """The list by the rule, in order."""
    within = [each for each in envelopes if scope.within in (None, each.conversation.conversation)]
    found = [each for each in within if find_turn(each, scope.account, sees_all=scope.sees_all) is turn]
    if turn is Turn.DONE:
        return [
            each.id
            for each in sorted(found, key=lambda each: (each.closing and each.closing.at, each.id), reverse=True)
        ]
    return [each.id for each in sorted(found, key=lambda each: (each.due or date.max, each.sent_at, each.id))]


@pytest.fixture
async def filled(office_store: Store) -> Store:
    async with office_store.transaction() as transaction:
        for envelope in make_envelopes():
            await transaction.envelopes.add(envelope)
    return office_store


async def find(store: Store, scope: TaskScope, turn: Turn, start: int = 0, limit: int = REACH) -> list[EnvelopeId]:
    async with store.reading() as transaction:
        return list(await transaction.tasks.find(scope, turn, start, limit))


def make_scopes() -> list[TaskScope]:
    """Everybody everywhere, in each conversation, and there as staff who see everything."""
    scopes = [TaskScope(OFFICE, account, within) for account in EVERYBODY for within in (None, HERE, THERE)]
    return [*scopes, *(replace(scope, sees_all=True) for scope in scopes if scope.within)]


def name(scope: TaskScope) -> str:
    return f"{scope.account.user} {scope.within.channel if scope.within else 'everywhere'} {scope.sees_all}"


@pytest.mark.parametrize("scope", make_scopes(), ids=name)
async def test_lists_keep_the_rule_and_its_order(filled: Store, scope: TaskScope) -> None:
    async with filled.reading() as transaction:
        counts = await transaction.tasks.count(scope)
    for turn in Turn:
        expected = expect(make_envelopes(), scope, turn)
        assert await find(filled, scope, turn) == expected
        assert counts[turn] == len(expected)


@pytest.mark.parametrize("turn", Turn)
async def test_pages_put_together_are_the_list(filled: Store, turn: Turn) -> None:
    scope = TaskScope(OFFICE, SANNE, HERE, sees_all=True)
    whole = await find(filled, scope, turn)
    pages = [await find(filled, scope, turn, start, 4) for start in range(0, len(whole) + 4, 4)]
    assert [id_ for page in pages for id_ in page] == whole
    assert pages[-1] == []


async def test_another_office_account_or_conversation_finds_nothing(filled: Store) -> None:
    async with filled.transaction() as transaction:
        await transaction.offices.save(an_office(id=OTHER))
    strangers = [
        TaskScope(OTHER, SANNE),
        TaskScope(OTHER, SANNE, HERE, sees_all=True),
        TaskScope(OFFICE, replace(KARIM, tenant="T0ELSEWHERE")),
        TaskScope(OFFICE, replace(SANNE, platform=Platform.TEAMS)),
        TaskScope(OFFICE, SANNE, replace(HERE, tenant="T0ELSEWHERE"), sees_all=True),
        TaskScope(OFFICE, SANNE, replace(HERE, platform=Platform.TEAMS), sees_all=True),
    ]
    for scope in strangers:
        async with filled.reading() as transaction:
            assert set((await transaction.tasks.count(scope)).values()) == {0}
        assert [await find(filled, scope, turn) for turn in Turn] == [[], [], []]


async def test_several_envelopes_come_in_the_order_asked_and_of_this_office_alone(filled: Store) -> None:
    wanted = [EnvelopeId("e007"), EnvelopeId("e001"), EnvelopeId("nobody's"), EnvelopeId("e003")]
    async with filled.reading() as transaction:
        found = await transaction.envelopes.several(OFFICE, wanted)
        assert await transaction.envelopes.several(OTHER, wanted) == ()
        assert await transaction.envelopes.several(OFFICE, []) == ()
    by_id = {each.id: each for each in make_envelopes()}
    assert [each.id for each in found] == ["e007", "e001", "e003"]
    assert found == tuple(by_id[each.id] for each in found)
