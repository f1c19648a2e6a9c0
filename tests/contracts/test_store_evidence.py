"""What is owed to the evidence and what came of it: what every store promises."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.dossier import ItemId
from bot.domain.envelope import Envelope, EnvelopeId, EnvelopeState
from bot.domain.evidence import PROOF_SUFFIX, Lag, OwedLine, Receipt
from bot.domain.log import EVERYTHING, DossierLog, Happening, LogLine
from bot.domain.people import Account, ClientId, OfficeId
from bot.ports import Store
from storage.sql.store import SqlStore
from tests import builders as a

LEASE = timedelta(minutes=2)
FIRST = EnvelopeId("envelope-1")
OTHER_OFFICE, OTHER_CLIENT, THEIRS = OfficeId("office-2"), ClientId("client-2"), EnvelopeId("envelope-2")
RECEIPT = a.a_receipt(index=7)


@pytest.fixture
async def log_store(office_store: Store) -> Store:
    """Two offices with an envelope each."""
    async with office_store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER_OFFICE, name="Other"))
        await tx.people.save_client(a.a_client(id=OTHER_CLIENT, office=OTHER_OFFICE))
        await tx.dossiers.add(a.an_item("item-2", client=OTHER_CLIENT))
        theirs = a.an_envelope(THEIRS, office=OTHER_OFFICE, client=OTHER_CLIENT, conversation=a.a_place("C0OTHER"))
        document = replace(a.a_document(), item=ItemId("item-2"))
        await tx.envelopes.add(a.an_envelope(FIRST))
        await tx.envelopes.add(replace(theirs, documents=(document,)))
    return office_store


def ours(minute: float = 0, happening: Happening = Happening.VIEWED) -> LogLine:
    return a.a_log_line(happening, at=a.at(minute))


def theirs(minute: float = 0) -> LogLine:
    return a.a_log_line(Happening.VIEWED, at=a.at(minute), office=OTHER_OFFICE, client=OTHER_CLIENT, envelope=THEIRS)


async def write(store: Store, *lines: LogLine) -> None:
    async with store.transaction() as tx:
        await tx.log.add(lines)


async def claim(store: Store, minute: float = 60, limit: int = 100) -> tuple[OwedLine, ...]:
    async with store.transaction() as tx:
        return await tx.owed_evidence.claim(a.at(minute), LEASE, limit)


async def postpone(store: Store, owed: Iterable[OwedLine], minute: float) -> None:
    async with store.transaction() as tx:
        await tx.owed_evidence.postpone(tuple(owed), a.at(minute))


async def refuse(store: Store, owed: OwedLine, minute: float) -> None:
    async with store.transaction() as tx:
        await tx.owed_evidence.refuse(owed, a.at(minute))


async def record(store: Store, owed: OwedLine, receipt: Receipt = RECEIPT) -> bool:
    async with store.transaction() as tx:
        return await tx.owed_evidence.recorded(owed, receipt, a.at(61))


async def lag(store: Store) -> Lag:
    async with store.reading() as tx:
        return await tx.owed_evidence.lag()


def minutes(owed: Iterable[OwedLine]) -> list[float]:
    return [(each.line.at - a.NOON) / timedelta(minutes=1) for each in owed]


async def test_every_line_of_an_envelope_is_owed_and_no_other(log_store: Store) -> None:
    await write(log_store, ours(1), a.a_log_line(Happening.LINKED, envelope=None), ours(2))
    claimed = await claim(log_store)
    assert [each.line for each in claimed] == [ours(1), ours(2)]
    assert [each.attempts for each in claimed] == [0, 0]
    assert len({each.key for each in claimed}) == 2


async def test_what_is_undone_owes_nothing(log_store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail_after_writing(log_store)
    assert await claim(log_store) == ()
    assert await lag(log_store) == Lag()


async def fail_after_writing(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.log.add([ours()])
        assert len(await tx.owed_evidence.claim(a.at(), LEASE, 9)) == 1
        raise ZeroDivisionError


async def test_lines_come_in_the_order_in_which_they_were_written(log_store: Store) -> None:
    for minute in (3, 1, 2):
        await write(log_store, ours(minute), theirs(minute + 10))
    assert minutes(await claim(log_store, limit=4)) == [3, 13, 1, 11]


async def test_nothing_of_an_office_overtakes_what_is_leased(log_store: Store) -> None:
    await write(log_store, ours(1), ours(2), theirs(3))
    assert minutes(await claim(log_store, limit=1)) == [1]
    assert minutes(await claim(log_store)) == [3]
    assert await claim(log_store, minute=61.9) == ()
    again = await claim(log_store, minute=62)
    assert minutes(again) == [1, 2, 3]
    assert [each.attempts for each in again] == [1, 0, 1]


async def test_nothing_of_an_office_overtakes_what_is_postponed(log_store: Store) -> None:
    await write(log_store, ours(1), theirs(2))
    first, _ = await claim(log_store)
    await postpone(log_store, [first], 70)
    await write(log_store, ours(3), theirs(4))
    assert await claim(log_store, minute=61) == ()  # the other office's first line is leased
    assert minutes(await claim(log_store, minute=62)) == [2, 4]
    assert minutes(await claim(log_store, minute=70)) == [1, 2, 3, 4]


async def test_a_refused_line_holds_up_nothing_and_stays_in_sight(log_store: Store) -> None:
    await write(log_store, ours(1), ours(2))
    first, second = await claim(log_store)
    await refuse(log_store, first, 120)
    await record(log_store, second)
    assert await lag(log_store) == Lag(1, a.at(1), 1)
    await write(log_store, ours(3))
    (third,) = await claim(log_store)
    assert minutes([third]) == [3]
    # It is tried again itself, though a newer one is leased, and then as one that holds up nothing.
    assert minutes(await claim(log_store, minute=61)) == []
    await postpone(log_store, [third], 200)
    assert minutes(await claim(log_store, minute=120)) == [1]
    assert await claim(log_store, minute=121) == ()


async def test_who_lost_the_lease_postpones_and_refuses_nothing(log_store: Store) -> None:
    await write(log_store, ours(1))
    (lost,) = await claim(log_store)
    (held,) = await claim(log_store, minute=62)
    await postpone(log_store, [lost], 500)
    await refuse(log_store, lost, 500)
    assert await lag(log_store) == Lag(1, a.at(1), 0)
    await postpone(log_store, [held], 63)
    assert minutes(await claim(log_store, minute=63)) == [1]


async def test_a_line_is_recorded_once_whoever_tells(log_store: Store) -> None:
    await write(log_store, ours(1))
    (lost,) = await claim(log_store)
    (held,) = await claim(log_store, minute=62)
    assert await record(log_store, held)
    assert not await record(log_store, lost)
    assert await lag(log_store) == Lag()
    assert await claim(log_store, minute=999) == ()


async def test_a_receipt_stands_on_its_line_alone(log_store: Store) -> None:
    await write(log_store, ours(1, Happening.SENT), ours(2))
    (first, _) = await claim(log_store)
    await record(log_store, first)
    async with log_store.reading() as tx:
        lines = await tx.log.of_envelope(a.OFFICE, FIRST)
        found = await tx.log.find(a.OFFICE, DossierLog(a.CLIENT), EVERYTHING, None, 9)
    assert [line.receipt for line in lines] == [RECEIPT, None]
    assert [line.receipt for line in found] == [None, RECEIPT]


async def test_the_lag_counts_from_the_oldest_line(log_store: Store) -> None:
    assert await lag(log_store) == Lag()
    await write(log_store, ours(5), theirs(3))
    assert await lag(log_store) == Lag(2, a.at(3), 0)


async def test_four_claimers_never_get_the_same_line_and_keep_the_order(log_store: Store) -> None:
    await write(log_store, *(line(number) for number in range(40) for line in (ours, theirs)))
    taken: list[OwedLine] = []

    async def work() -> None:
        while len(taken) < 80:
            for owed in await claim(log_store, limit=3):
                taken.append(owed)
                assert await record(log_store, owed, replace(RECEIPT, index=len(taken)))

    async with asyncio.timeout(60):
        await asyncio.gather(*(work() for _ in range(4)))
    assert len({each.key for each in taken}) == 80
    for office in (a.OFFICE, OTHER_OFFICE):
        assert minutes(each for each in taken if each.line.office == office) == [*range(40)]


async def test_what_is_owed_of_a_person_is_by_them_or_names_them(log_store: Store) -> None:
    karim, mila = a.an_account("U0KARIM"), a.an_account("U0MILA")
    passed_on = {"from_account": karim.user, "to_account": mila.user}
    await write(
        log_store,
        replace(ours(1), by=a.a_party("Karim", karim)),
        replace(ours(2), facts=passed_on),
        replace(ours(3), by=a.a_party("Karim", replace(karim, tenant="T0OTHER"))),
        theirs(4),
    )

    async def count(*people: Account) -> list[int]:
        async with log_store.reading() as tx:
            return [await tx.owed_evidence.count_of(a.OFFICE, each) for each in people]

    assert await count(karim, mila, a.a_staff_account(), a.an_account("U0NOBODY")) == [2, 1, 1, 0]
    for each in await claim(log_store):
        await record(log_store, each)
    assert await count(karim, mila, a.a_staff_account()) == [0, 0, 0]


async def read(store: Store) -> Envelope:
    async with store.reading() as tx:
        found = await tx.envelopes.get(a.OFFICE, FIRST)
    assert found
    return found


async def save(store: Store, envelope: Envelope) -> Envelope:
    async with store.transaction() as tx:
        return await tx.envelopes.save(envelope)


async def prove(store: Store, envelope: Envelope, receipt: Receipt = RECEIPT) -> Envelope:
    async with store.transaction() as tx:
        await tx.envelopes.proved(envelope, receipt)
    return await read(store)


async def test_a_final_state_is_followed_by_its_evidence(log_store: Store) -> None:
    assert not (await prove(log_store, await read(log_store))).evidence
    closed = await save(log_store, (await read(log_store)).withdraw(a.a_party(), a.at(5)))
    assert ((await read(log_store)).evidence, (await read(log_store)).evidence_follows) == (None, True)
    proved = await prove(log_store, closed)
    assert (proved.evidence, proved.evidence_follows) == (RECEIPT, False)
    assert proved.revision == closed.revision
    again = await prove(log_store, closed, replace(RECEIPT, index=8))
    assert again.evidence == RECEIPT


async def test_a_state_that_was_left_is_not_proved_any_more(log_store: Store) -> None:
    rejected = await save(log_store, (await read(log_store)).answer(a.an_account(), a.a_rejection()))
    superseded = await save(log_store, rejected.supersede(THEIRS, a.a_party(), a.at(40)))
    late = await prove(log_store, rejected)
    assert (late.state, late.evidence, late.evidence_follows) == (EnvelopeState.SUPERSEDED, None, True)
    newest = replace(RECEIPT, index=9)
    assert (await prove(log_store, superseded, newest)).evidence == newest


async def test_another_state_owes_other_evidence(log_store: Store) -> None:
    rejected = await save(log_store, (await read(log_store)).answer(a.an_account(), a.a_rejection()))
    await prove(log_store, rejected)
    await save(log_store, (await read(log_store)).supersede(THEIRS, a.a_party(), a.at(40)))
    assert ((await read(log_store)).evidence, (await read(log_store)).evidence_follows) == (None, True)


async def test_proofs_are_in_the_dossier_and_not_among_what_is_offered(log_store: Store) -> None:
    document = a.an_item()
    proof = a.an_item("proof-1", name=document.name + PROOF_SUFFIX)
    async with log_store.transaction() as tx:
        await tx.dossiers.add(proof)
        assert [item.id for item in await tx.dossiers.recent(a.CLIENT, 9)] == [a.ITEM]
        assert [item.id for item in await tx.dossiers.find(a.CLIENT, "aangifte", 9)] == [a.ITEM]
        assert await tx.dossiers.find(a.CLIENT, "tlog", 9) == ()
        assert await tx.dossiers.count(a.CLIENT) == 1
        assert await tx.dossiers.by_name(a.CLIENT, document.folder, proof.name) == proof
        assert await tx.dossiers.items(a.CLIENT, [proof.id]) == (proof,)


async def test_the_first_archive_counts_until_another_is_adopted(store: SqlStore) -> None:
    async def claim_as(name: str) -> bool:
        async with store.transaction() as tx:
            return await tx.archives.claim(name, a.at())

    assert sorted(await asyncio.gather(*(claim_as(name) for name in ("one", "two", "three")))) == [False, False, True]
    (first,) = [name for name in ("one", "two", "three") if await claim_as(name)]
    async with store.transaction() as tx:
        await tx.archives.adopt("another", a.at(1))
    assert (await claim_as("another"), await claim_as(first)) == (True, False)


async def test_the_newest_receipt_is_of_one_log(store: SqlStore, log_store: Store) -> None:
    await write(log_store, ours(1), ours(2), theirs(3))
    for index, owed in zip((5, 4, 9), await claim(log_store), strict=True):
        origin = RECEIPT.origin if owed.line.office == a.OFFICE else "another"
        await record(log_store, owed, replace(RECEIPT, origin=origin, index=index))
    async with store.reading() as tx:
        assert await tx.archives.newest_receipt(RECEIPT.origin) == replace(RECEIPT, index=5)
        assert await tx.archives.newest_receipt("nowhere") is None
