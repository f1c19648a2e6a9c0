"""Source packages and their deliveries: what every store promises of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from bot.domain.delivery import (
    Choices,
    Delivery,
    DeliveryId,
    DeliveryState,
    Doubt,
    Kind,
    Refused,
    SourceId,
    SourcePackage,
)
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import Conflict
from bot.domain.people import OfficeId
from bot.domain.places import MessageRef
from bot.domain.sbr import ClientNumber, Scheme
from bot.ports import Store
from tests import builders as a

OTHER = OfficeId("office-2")
OURS = SourcePackage(SourceId("source-1"), a.OFFICE, "twinfield", "ab" * 32)
THEIRS = SourcePackage(SourceId("source-2"), OTHER, "twinfield", "cd" * 32)
REVOKED = SourcePackage(SourceId("source-3"), a.OFFICE, "exact", None, "{kind}_{client}_{period}.pdf")
LEASE = timedelta(minutes=5)


def a_delivery(id_: str = "delivery-1", **changes: Any) -> Delivery:  # noqa: ANN401 - any field can be replaced
    delivery = Delivery(
        id=DeliveryId(id_),
        office=a.OFFICE,
        source=OURS.id,
        key=f"key-of-{id_}",
        kind=Kind.VAT,
        client_number="1001",
        period="2025-Q3",
        file_name="Aangifte.pdf",
        content=a.a_content(),
        media_type="application/pdf",
        pages=3,
        received_at=a.NOON,
        title="Aangifte “OB”",
        reference="T-17",
        instance=a.a_content(b"<xbrl/>"),
        extra={"vestiging": "Utrecht"},
        doubts=(Doubt.DISAGREES, Doubt.NO_TEMPLATE),
    )
    return replace(delivery, **changes)


@pytest.fixture
async def doors(office_store: Store) -> Store:
    async with office_store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER, name="Anderen"))
        for source in (OURS, THEIRS, REVOKED):
            await tx.sources.add(source)
        await tx.envelopes.add(a.an_envelope())
    return office_store


async def add(store: Store, *deliveries: Delivery) -> list[bool]:
    async with store.transaction() as tx:
        return [await tx.deliveries.add(each) for each in deliveries]


async def claim(store: Store, minutes: float = 0, limit: int = 10) -> list[str]:
    async with store.transaction() as tx:
        return [each.id for each in await tx.deliveries.claim_received(a.at(minutes), LEASE, limit)]


async def test_sources_are_found_by_id_and_by_office(doors: Store) -> None:
    async with doors.reading() as tx:
        assert await tx.sources.get(OURS.id) == OURS
        assert await tx.sources.get(SourceId("source-9")) is None
        assert await tx.sources.of_office(a.OFFICE) == (REVOKED, OURS)
        assert await tx.sources.of_office(OTHER) == (THEIRS,)
        assert await tx.sources.active() == (OURS, THEIRS)


async def test_a_name_is_used_once_in_an_office_whatever_its_case(doors: Store) -> None:
    with pytest.raises(Conflict):
        async with doors.transaction() as tx:
            await tx.sources.add(replace(OURS, id=SourceId("source-4"), name="TwinField"))


async def test_a_source_changes_its_token_and_pattern_and_nothing_else(doors: Store) -> None:
    changed = replace(OURS, token_hash=None, pattern="{client}.pdf")
    async with doors.transaction() as tx:
        await tx.sources.save(changed)
        await tx.sources.save(replace(THEIRS, office=a.OFFICE, token_hash=None))
    async with doors.reading() as tx:
        assert await tx.sources.get(OURS.id) == changed
        assert await tx.sources.get(THEIRS.id) == THEIRS


async def test_a_delivery_comes_back_as_it_was(doors: Store) -> None:
    full = a_delivery()
    bare = a_delivery("delivery-2", instance=None, pages=None, extra={}, doubts=(), title="", reference="")
    assert await add(doors, full, bare) == [True, True]
    async with doors.reading() as tx:
        assert await tx.deliveries.get(a.OFFICE, full.id) == full
        assert await tx.deliveries.get(a.OFFICE, bare.id) == bare
        assert await tx.deliveries.by_key(OURS.id, full.key) == full


async def test_a_key_is_used_once_by_a_source(doors: Store) -> None:
    again = a_delivery("delivery-2", key="key-of-delivery-1", period="2025-Q4")
    theirs = replace(again, id=DeliveryId("delivery-3"), office=OTHER, source=THEIRS.id)
    assert await add(doors, a_delivery(), again, theirs) == [True, False, True]
    async with doors.reading() as tx:
        assert await tx.deliveries.by_key(OURS.id, "key-of-delivery-1") == a_delivery()
        assert await tx.deliveries.by_key(THEIRS.id, "key-of-delivery-1") == theirs
        assert await tx.deliveries.by_key(REVOKED.id, "key-of-delivery-1") is None


async def test_a_delivery_is_of_one_office_alone(doors: Store) -> None:
    sent = a_delivery(state=DeliveryState.SENT, envelope=EnvelopeId("envelope-1"))
    await add(doors, sent)
    async with doors.reading() as tx:
        assert await tx.deliveries.get(OTHER, sent.id) is None
        assert await tx.deliveries.of_envelope(a.OFFICE, EnvelopeId("envelope-1")) == sent
        assert await tx.deliveries.of_envelope(OTHER, EnvelopeId("envelope-1")) is None
        assert await tx.deliveries.of_envelope(a.OFFICE, EnvelopeId("envelope-2")) is None
    with pytest.raises(IntegrityError):  # a source of another office
        await add(doors, a_delivery("delivery-2", office=OTHER))


async def test_what_became_of_it_is_saved_against_the_revision_it_was_read_as(doors: Store) -> None:
    await add(doors, a_delivery())
    choices = Choices(a.CLIENT, "Aangiften", a.a_place(thread="17.1"), a.CONTACT)
    async with doors.transaction() as tx:
        saved = await tx.deliveries.save(a_delivery(state=DeliveryState.WAITING, doubts=(), choices=choices))
    assert saved.revision == 2
    async with doors.reading() as tx:
        assert await tx.deliveries.get(a.OFFICE, saved.id) == saved
    with pytest.raises(Conflict):
        async with doors.transaction() as tx:
            await tx.deliveries.save(a_delivery(state=DeliveryState.REFUSED))


async def test_only_who_was_not_looked_at_is_claimed_the_oldest_first(doors: Store) -> None:
    await add(
        doors,
        a_delivery("late", received_at=a.at(2)),
        a_delivery("early"),
        a_delivery("waiting", state=DeliveryState.WAITING),
        a_delivery("future", received_at=a.at(9)),
    )
    assert await claim(doors, 3, limit=1) == ["early"]
    assert await claim(doors, 3) == ["late"]
    assert await claim(doors, 3) == []
    assert await claim(doors, 7.9) == []
    assert await claim(doors, 8) == ["early", "late"]


async def test_a_claim_ends_when_it_is_saved_or_postponed(doors: Store) -> None:
    await add(doors, a_delivery("saved"), a_delivery("postponed"))
    async with doors.transaction() as tx:
        claimed = {each.id: each for each in await tx.deliveries.claim_received(a.NOON, LEASE, 10)}
        await tx.deliveries.save(replace(claimed[DeliveryId("saved")], state=DeliveryState.WAITING))
        await tx.deliveries.postpone(claimed[DeliveryId("postponed")], a.at(60))
        await tx.deliveries.postpone(claimed[DeliveryId("saved")], a.at(60))
    assert await claim(doors, 59) == []
    assert await claim(doors, 60) == ["postponed"]


async def test_several_claim_at_once_and_nobody_the_same(doors: Store) -> None:
    await add(doors, *(a_delivery(f"d{number:02}") for number in range(20)))
    claimed = await asyncio.gather(*(claim(doors, limit=5) for _ in range(6)))
    assert sorted(id_ for each in claimed for id_ in each) == [f"d{number:02}" for number in range(20)]


async def test_the_same_key_from_many_at_once_is_added_once(doors: Store) -> None:
    added = await asyncio.gather(*(add(doors, a_delivery(f"d{number}", key="k")) for number in range(20)))
    assert sum(each for [each] in added) == 1


async def test_a_number_is_hashed_for_one_office(doors: Store) -> None:
    number = ClientNumber(Scheme.TAX, "123456782")
    async with doors.reading() as tx:
        hashed = tx.deliveries.hash_number(a.OFFICE, number)
        assert hashed == tx.deliveries.hash_number(a.OFFICE, number)
        others = {
            tx.deliveries.hash_number(OTHER, number),
            tx.deliveries.hash_number(a.OFFICE, replace(number, scheme=Scheme.TRADE_REGISTER)),
            tx.deliveries.hash_number(a.OFFICE, replace(number, number="123456783")),
        }
    assert len(hashed) == 64
    assert len(others - {hashed}) == 3


async def test_the_number_that_a_client_had_last_is_known_once_something_was_sent(doors: Store) -> None:
    sent = {"state": DeliveryState.SENT}
    await add(
        doors,
        a_delivery("d1", extra={"rsin_hash": "old"}, **sent),
        a_delivery("d2", extra={"rsin_hash": "new"}, **sent),
        a_delivery("d3", extra={}, **sent),
        a_delivery("d4", extra={"rsin_hash": "waits"}),
        a_delivery("d5", extra={"rsin_hash": "theirs"}, client_number="1002", **sent),
        a_delivery("d6", extra={"rsin_hash": "other"}, office=OTHER, source=THEIRS.id, **sent),
    )
    async with doors.reading() as tx:
        assert await tx.deliveries.sent_number(a.OFFICE, "1001", "rsin_hash") == "new"
        assert await tx.deliveries.sent_number(a.OFFICE, "1001", "kvk_hash") is None
        assert await tx.deliveries.sent_number(OTHER, "1001", "rsin_hash") == "other"
        assert await tx.deliveries.sent_number(OTHER, "1002", "rsin_hash") is None


async def test_what_waits_for_staff_is_listed_for_its_office_alone(doors: Store) -> None:
    waiting = {"state": DeliveryState.WAITING}
    ours, theirs = a_delivery("d1", **waiting), a_delivery("d3", office=OTHER, source=THEIRS.id, **waiting)
    await add(doors, a_delivery("d0"), ours, a_delivery("d2", **waiting), theirs)
    async with doors.reading() as tx:
        assert [each.id for each in await tx.deliveries.waiting(a.OFFICE)] == ["d1", "d2"]
        assert [each.id for each in await tx.deliveries.waiting(OTHER)] == ["d3"]


async def test_how_staff_decided_and_where_they_were_asked_comes_back(doors: Store) -> None:
    choices = Choices(a.CLIENT, "Aangiften", a.a_place(thread="1.0"), a.CONTACT, a.a_staff_account())
    refused = Refused("Sanne de Vries", "Verkeerd jaar.", a.at(1))
    card = MessageRef(a.a_place(), "7.0", "https://chat.example/7", may_be_twice=True)
    await add(doors, a_delivery("d1"))
    async with doors.transaction() as tx:
        found = await tx.deliveries.get(a.OFFICE, DeliveryId("d1"))
        assert found
        saved = await tx.deliveries.save(found.choose(choices).refuse(refused))
        await tx.deliveries.posted(saved.id, card)
    async with doors.reading() as tx:
        found = await tx.deliveries.get(a.OFFICE, DeliveryId("d1"))
    assert found == replace(saved, card=card)
    assert (found.choices, found.refused, found.state) == (choices, refused, DeliveryState.REFUSED)


async def test_a_rule_holds_for_source_kind_and_client_number_and_grows(doors: Store) -> None:
    delivery = a_delivery("d1")
    async with doors.transaction() as tx:
        assert await tx.deliveries.rule(delivery) == Choices()
        await tx.deliveries.keep_rule(delivery, Choices(client=a.CLIENT, template="Oud"))
        await tx.deliveries.keep_rule(delivery, Choices(template="Nieuw"))
    async with doors.reading() as tx:
        assert await tx.deliveries.rule(a_delivery("d9", period="2030")) == Choices(client=a.CLIENT, template="Nieuw")
        for other in ({"client_number": "1002"}, {"kind": Kind.INCOME_TAX}, {"office": OTHER, "source": THEIRS.id}):
            assert await tx.deliveries.rule(a_delivery("d8", **other)) == Choices()


async def test_an_office_has_one_intake_channel_of_its_own(doors: Store) -> None:
    async with doors.transaction() as tx:
        assert await tx.offices.intake(a.OFFICE) is None
        await tx.offices.set_intake(a.OFFICE, a.a_place("C0A", thread="1.0"))
        await tx.offices.set_intake(a.OFFICE, a.a_place("C0B"))
        await tx.offices.save(a.an_office(name="Anders"))
    async with doors.reading() as tx:
        assert await tx.offices.intake(a.OFFICE) == a.a_place("C0B")
        assert await tx.offices.intake(OTHER) is None
