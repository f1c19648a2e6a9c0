"""A burst of deliveries: a thousand come through three doors, some of them twice, and three replicas send them once."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.web.api.operations import ApiSite
from adapters.web.api.routes import serve_api
from bot.domain.delivery import DeliveryId, DeliveryState
from bot.domain.people import Platform, Role, Standing
from bot.ports import Ports
from bot.use_cases.intake import LEASE, Intake
from bot.use_cases.sources import add_source
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.adapters.deliveries.conftest import PDF, TwoPages, form
from tests.databases import A_VAULT
from tests.fakes import FakeDirectory, FakeMessenger, FixedClock

BURST, EVERY = 1_000, 10
"""How many documents there are, and which of them are delivered through two doors at once."""
AT_ONCE = 16
"""Requests that a door has at the same time."""
STAFF, SIGNER = a.a_staff_account(), a.an_account()


@dataclass(slots=True)
class Replica:
    """One process of several, as it takes in and takes up; `told` records that something new came."""

    ports: Ports
    client: TestClient[web.Request, web.Application]
    told: list[None]
    room: asyncio.Semaphore
    clock: FixedClock
    taken: int = 0

    async def post(self, number: int, token: str) -> tuple[int, str]:
        """Deliver document `number`, again where the database had too much to do; the status, and the id it got."""
        said = {"kind": "ib", "client": a.a_client().number, "period": "2025", "title": f"Aangifte {number}"}
        content = PDF + f"\n% {number}\n%%EOF".encode()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{number}"}
        async with self.room:
            while True:
                told = await self.client.post("/api/v1/deliveries", data=form(content, said), headers=headers)
                if told.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return told.status, (await told.json())["id"]

    async def take_up(self) -> None:
        """Until nothing is left."""
        while found := await Intake(self.ports).take_up_due():
            self.taken += found


@asynccontextmanager
async def a_replica(url: str, folder: Path) -> AsyncIterator[Replica]:
    store, told, clock = SqlStore(url, vault=A_VAULT), list[None](), FixedClock()
    sanne = a.a_person("Sanne de Vries", account=STAFF, standing=Standing.MEMBER, email=a.a_staff_member().email)
    directory = FakeDirectory({STAFF: sanne, SIGNER: a.a_person()})
    messengers, directories = {Platform.SLACK: FakeMessenger()}, {Platform.SLACK: directory}
    ports = Ports(store, open_blobs(folder), TwoPages(), clock, messengers, directories, "https://paraaf.example")
    app = web.Application()
    app.add_routes(serve_api(ApiSite(ports, told=lambda: told.append(None))))
    async with TestClient(TestServer(app)) as client:
        yield Replica(ports, client, told, asyncio.Semaphore(AT_ONCE), clock)
    await store.dispose()


async def furnish(ports: Ports) -> str:
    """An office for whose deliveries nothing is doubtful; the token of its source package."""
    async with ports.store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.people.confirm(SIGNER, a.CONTACT, STAFF, a.NOON)
        await tx.people.save_staff(a.a_staff_member())
        await tx.people.assign(a.CLIENT, Role.TAX, a.a_staff_member())
        await tx.conversations.link(a.a_conversation())
        await tx.workflow_templates.save(a.a_template(title="{document}"))
    _, token = await add_source(ports.store, a.an_office(), "aangiftepakket")
    return token


async def deliver(replicas: list[Replica], token: str) -> set[DeliveryId]:
    """Each document through one door or two; the ids, of which every document has one."""

    async def post(number: int) -> tuple[int, list[tuple[int, str]]]:
        doors = [replicas[(number + further) % 3] for further in range(2 if number % EVERY == 0 else 1)]
        return number, await asyncio.gather(*(door.post(number, token) for door in doors))

    answers = await asyncio.gather(*map(post, range(BURST)))
    for number, told in answers:
        assert sorted(status for status, _ in told) in ([201], [200, 201]), (number, told)
        assert len({id_ for _, id_ in told}) == 1
    return {DeliveryId(id_) for _, told in answers for _, id_ in told}


async def read_states(ports: Ports, ids: Iterable[DeliveryId]) -> list[tuple[DeliveryState, str | None]]:
    async with ports.store.reading() as tx:
        found = [await tx.deliveries.get(a.OFFICE, id_) for id_ in ids]
    return [(each.state, each.envelope) for each in found if each]


async def test_a_thousand_deliveries_through_three_doors_are_sent_once(prepared_postgres: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as running:
        replicas = [await running.enter_async_context(a_replica(prepared_postgres, tmp_path)) for _ in range(3)]
        ports = replicas[0].ports
        ids = await deliver(replicas, await furnish(ports))
        assert len(ids) == BURST == sum(len(each.told) for each in replicas)
        await asyncio.gather(*(each.take_up() for each in replicas))
        for each in replicas:  # what the database had no time for is found again when its lease ends
            each.clock.move(LEASE)
        await asyncio.gather(*(each.take_up() for each in replicas))
        assert min(each.taken for each in replicas) > 0, "everybody helped"
        states = await read_states(ports, ids)
        assert {state for state, _ in states} == {DeliveryState.SENT}
        assert len({envelope for _, envelope in states}) == BURST
        async with ports.store.reading() as tx:
            assert await tx.dossiers.count(a.CLIENT) == BURST
            assert await tx.outbox.depth() == BURST
