"""What becomes of a delivery: what is known is gathered from the database, who takes part from the platform, live."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.certified import Way
from bot.domain.delivery import Choices, Delivery, Doubt, Kind
from bot.domain.errors import PlatformUnavailable, SealingUnavailable
from bot.domain.fields import Field, FieldKind
from bot.domain.people import ClientId, OfficeId, Person, Role, Standing
from bot.domain.planning import Doubts, Plan
from bot.domain.sealing import Obstacle
from bot.domain.workflow import Match
from bot.use_cases.plan_delivery import plan_delivery
from tests import builders as a
from tests.fakes import A_PLAIN_PDF
from tests.use_cases.conftest import SIGNER, STAFF, World

SANNE = a.a_person("Sanne de Vries", account=STAFF, standing=Standing.MEMBER, email="SANNE@vandijk.example")
OWN, ELSEWHERE = ClientId("own"), OfficeId("office-2")
LETTER = a.a_template(name="Opdracht", match=Match(frozenset({Kind.ENGAGEMENT})), way=Way.CERTIFIED)
ENGAGEMENT = a.a_delivery(kind=Kind.ENGAGEMENT)
TERMS = a.an_item("terms", client=OWN, name="Voorwaarden.pdf")


@pytest.fixture
async def ready(world: World) -> World:
    """An office with two templates, whose staff member takes part in the conversation."""
    world.directory.people[STAFF] = SANNE
    async with world.store.transaction() as tx:
        await tx.people.save_client(a.a_client(id=OWN, number="0001", name="Van Dijk"))
        await tx.offices.save(a.an_office(own_client=OWN))
        await tx.dossiers.add(TERMS)
        await tx.people.save_staff(a.a_staff_member())
        await tx.people.assign(a.CLIENT, Role.TAX, a.a_staff_member())
        await tx.workflow_templates.save(a.a_template(standard_items=(TERMS.id,)))
        await tx.workflow_templates.save(LETTER)
    return world


async def plan(world: World, delivery: Delivery | None = None) -> Plan:
    found = await plan_delivery(world.ports, delivery or a.a_delivery(), "Fiscaal Gemak")
    assert isinstance(found, Plan), found.doubts
    return found


async def doubts(world: World, delivery: Delivery | None = None) -> list[Doubt]:
    found = await plan_delivery(world.ports, delivery or a.a_delivery(), "Fiscaal Gemak")
    assert isinstance(found, Doubts)
    return list(found.doubts)


async def test_a_delivery_is_planned_from_what_is_there(ready: World) -> None:
    found = await plan(ready, a.a_delivery(period="2025-Q3"))
    assert (found.client, found.place) == (a.a_client(), a.a_place())
    assert (found.sender.account, [each.account for each in found.signers]) == (STAFF, [SIGNER])
    assert (found.title, found.due) == ("Aangifte inkomstenbelasting 3e kwartaal 2025", date(2026, 3, 16))
    assert found.standard_items == (TERMS,)


async def test_what_the_source_calls_it_is_its_document(ready: World) -> None:
    async with ready.store.transaction() as tx:
        await tx.workflow_templates.save(a.a_template(title="{document}"))
    assert (await plan(ready)).title == "aangifte inkomstenbelasting"
    assert (await plan(ready, a.a_delivery(title=" Aangifte\nKarim "))).title == "Aangifte Karim"


async def test_an_english_office_writes_english(ready: World) -> None:
    async with ready.store.transaction() as tx:
        await tx.offices.save(a.an_office(own_client=OWN, locale="en"))
        await tx.workflow_templates.save(a.a_template(title="{document} {period}", message="{due}"))
    found = await plan(ready, a.a_delivery(period="2025-03"))
    assert (found.title, found.message) == ("income tax return March 2025", "16 March 2026")


async def test_who_left_is_noticed_at_once(ready: World) -> None:
    ready.directory.left.add(SIGNER)
    assert await doubts(ready) == [Doubt.CONTACT_NOT_THERE]
    ready.directory.left |= {STAFF}
    assert await doubts(ready) == [Doubt.CONTACT_NOT_THERE, Doubt.NO_SENDER]


@pytest.mark.parametrize(
    "sender",
    [
        replace(SANNE, standing=Standing.GUEST),
        replace(SANNE, active=False),
        replace(SANNE, account=a.an_account("U0STAFF", tenant="T0ELSEWHERE")),
        replace(SANNE, email="sanne@elders.example"),
    ],
)
async def test_only_staff_send(ready: World, sender: Person) -> None:
    ready.directory.people[STAFF] = sender
    assert await doubts(ready) == [Doubt.NO_SENDER]


async def test_staff_may_be_narrowed_to_a_group(ready: World) -> None:
    async with ready.store.transaction() as tx:
        await tx.offices.save(a.an_office(own_client=OWN, staff_group="S0STAFF"))
    assert await doubts(ready) == [Doubt.NO_SENDER]
    ready.directory.groups["S0STAFF"] = {STAFF}
    assert (await plan(ready)).sender.account == STAFF


async def test_the_certified_way_looks_whether_one_person_can_sign(ready: World) -> None:
    field = Field(FieldKind.SIGNATURE, 0, 0, (0, 0, 100, 50))
    ready.sealer.inspection = replace(A_PLAIN_PDF, fields=(field,))
    assert (await plan(ready, ENGAGEMENT)).fields == (field,)
    ready.sealer.inspection = replace(A_PLAIN_PDF, fields=(field, replace(field, signer=1)))
    assert await doubts(ready, ENGAGEMENT) == [Doubt.CANNOT_BE_SEALED]
    ready.sealer.inspection, ready.sealer.obstacle = A_PLAIN_PDF, Obstacle.XFA
    assert await doubts(ready, ENGAGEMENT) == [Doubt.CANNOT_BE_SEALED]
    ready.sealer.obstacle = None
    assert await doubts(ready, replace(ENGAGEMENT, media_type="image/png")) == [Doubt.CANNOT_BE_SEALED]
    unsealing = replace(ready, ports=replace(ready.ports, sealer=None))
    assert await doubts(unsealing, ENGAGEMENT) == [Doubt.CANNOT_BE_SEALED]


async def test_an_outage_is_no_doubt(ready: World) -> None:
    ready.directory.fail_next.append(PlatformUnavailable("away"))
    with pytest.raises(PlatformUnavailable):
        await plan(ready)
    ready.sealer.fail_next.append(SealingUnavailable("away"))
    with pytest.raises(SealingUnavailable):
        await plan(ready, ENGAGEMENT)
    alone = replace(ready, ports=replace(ready.ports, directories={}))
    with pytest.raises(PlatformUnavailable):
        await plan(alone)


async def test_what_was_sent_along_and_is_gone_is_a_doubt(ready: World) -> None:
    for own in (None, a.CLIENT):
        async with ready.store.transaction() as tx:
            await tx.offices.save(a.an_office(own_client=own))
        assert await doubts(ready) == [Doubt.NO_STANDARD_DOCUMENT]


async def test_nothing_of_another_office_is_used(ready: World) -> None:
    async with ready.store.transaction() as tx:
        await tx.offices.save(replace(a.an_office(), id=ELSEWHERE, name="Elders"))
    theirs = a.a_delivery(office=ELSEWHERE)
    assert await doubts(ready, theirs) == [Doubt.NO_TEMPLATE, Doubt.UNKNOWN_CLIENT]
    chosen = Choices(client=a.CLIENT, template="Aangifte IB", place=a.a_place(), contact=a.CONTACT)
    assert await doubts(ready, replace(theirs, choices=chosen)) == [Doubt.NO_TEMPLATE, Doubt.UNKNOWN_CLIENT]


async def test_staff_may_say_whose_it_is(ready: World) -> None:
    lost = a.a_delivery(client_number="77")
    assert await doubts(ready, lost) == [Doubt.UNKNOWN_CLIENT]
    assert (await plan(ready, replace(lost, choices=Choices(client=a.CLIENT)))).client == a.a_client()
