"""A burst of deliveries: three replicas on one PostgreSQL take up a thousand, all of them and each once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.domain.delivery import DeliveryId, DeliveryState, SourceId, SourcePackage
from bot.domain.people import Platform, Role, Standing
from bot.ports import Ports
from bot.use_cases.intake import Intake
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.databases import A_VAULT, prepared_postgres
from tests.fakes import FakeDirectory, FakeMessenger, FixedClock
from tests.reading_once import OncePageCounter

__all__ = ["prepared_postgres"]

BURST = 1_000
STAFF, SIGNER = a.a_staff_account(), a.an_account()


@asynccontextmanager
async def a_replica(url: str, folder: Path) -> AsyncIterator[Ports]:
    store = SqlStore(url, vault=A_VAULT)
    sanne = a.a_person("Sanne de Vries", account=STAFF, standing=Standing.MEMBER, email=a.a_staff_member().email)
    directory = FakeDirectory({STAFF: sanne, SIGNER: a.a_person()})
    messengers, directories = {Platform.SLACK: FakeMessenger()}, {Platform.SLACK: directory}
    yield Ports(store, open_blobs(folder), OncePageCounter(), FixedClock(), messengers, directories, "")
    await store.dispose()


async def furnish(ports: Ports) -> None:
    source = SourcePackage(SourceId("source-1"), a.OFFICE, "aangiftepakket", "ab" * 32)
    async with ports.store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.people.confirm(SIGNER, a.CONTACT, STAFF, a.NOON)
        await tx.people.save_staff(a.a_staff_member())
        await tx.people.assign(a.CLIENT, Role.TAX, a.a_staff_member())
        await tx.conversations.link(a.a_conversation())
        await tx.workflow_templates.save(a.a_template(title="{document}"))
        await tx.sources.add(source)
        for number in range(BURST):
            id_ = f"delivery-{number}"
            await tx.deliveries.add(a.a_delivery(id=DeliveryId(id_), key=id_, title=f"Aangifte {number}"))


async def work(ports: Ports) -> int:
    """Take up deliveries until nothing is left; how many."""
    intake, taken = Intake(ports), 0
    while found := await intake.take_up_due():
        taken += found
    return taken


async def test_a_thousand_deliveries_are_sent_once_by_three_replicas(prepared_postgres: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as running:
        replicas = [await running.enter_async_context(a_replica(prepared_postgres, tmp_path)) for _ in range(3)]
        await furnish(replicas[0])
        shares = await asyncio.gather(*map(work, replicas))
        assert sum(shares) == BURST
        assert min(shares) > 0, "everybody helped"
        async with replicas[0].store.reading() as tx:
            found = [await tx.deliveries.get(a.OFFICE, DeliveryId(f"delivery-{number}")) for number in range(BURST)]
            assert {each.state for each in found if each} == {DeliveryState.SENT}
            assert len({each.envelope for each in found if each}) == BURST
            assert await tx.dossiers.count(a.CLIENT) == BURST
            assert await tx.outbox.depth() == BURST
