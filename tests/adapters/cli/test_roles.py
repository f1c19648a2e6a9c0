"""A process that only takes requests, and one that only works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.main import Paraaf
from adapters.parts import open_store
from adapters.roles import Roles, choose_roles
from adapters.settings import Settings, load_settings
from bot.domain.outgoing import Errand
from bot.domain.people import Platform
from bot.use_cases.offices import add_office, map_tenant
from storage.sql.store import SqlStore
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.test_serve import PATIENCE, any_port, get, ready, slack
from tests.strict_slack import StrictSlack, User

WEB, WORKER = Roles(worker=False), Roles(web=False)

__all__ = ["any_port", "slack"]


@asynccontextmanager
async def running(roles: Roles) -> AsyncIterator[Paraaf]:
    paraaf = Paraaf(load_settings(), roles)
    await paraaf.start()
    try:
        yield paraaf
    finally:
        await paraaf.stop()


@pytest.fixture
async def store() -> AsyncIterator[SqlStore]:
    async with open_store(load_settings()) as store:
        await map_tenant(store, await add_office(store, "De Linde"), Platform.SLACK, "T0OFFICE")
        yield store


async def whisper_to(person: User, store: SqlStore) -> None:
    """Put a word to this person in the outbox."""
    async with store.transaction() as tx:
        (office,) = await tx.offices.all()
        facts = {"words": "Niet gelukt", "tenant": "T0OFFICE", "user": person.id}
        outgoing = a.an_outgoing(Errand.TELL_TROUBLE, office=office.id, place=a.a_place("C0CLIENT"), facts=facts)
        await tx.outbox.put(outgoing, a.at())


async def depth(store: SqlStore) -> int:
    async with store.reading() as tx:
        return await tx.outbox.depth()


def test_without_a_wish_a_process_does_everything() -> None:
    assert choose_roles(web=False, worker=False) == Roles(web=True, worker=True) == choose_roles(web=True, worker=True)
    assert (choose_roles(web=True, worker=False), choose_roles(web=False, worker=True)) == (WEB, WORKER)


async def test_who_takes_requests_delivers_nothing_and_who_works_takes_none(
    slack: StrictSlack, store: SqlStore
) -> None:
    sanne = slack.user("U0SANNE", "Sanne de Vries")
    room = slack.channel("C0CLIENT", members=[sanne])
    await whisper_to(sanne, store)
    async with running(WEB) as paraaf:
        assert await ready(paraaf) == (200, {"database": "ok", "slack": "ok", "evidence": "ok"})
        slack.connect(f"{paraaf.address}/slack/events")
        await sanne.command("/sign help", room)
        await sanne.told("/sign koppel")
        assert "paraaf_outbox_depth 1.0" in (await get(f"{paraaf.address}/metrics"))[1]
    async with running(WORKER) as paraaf:
        assert await ready(paraaf) == (200, {"database": "ok", "deliveries": "ok", "evidence": "ok"})
        await sanne.told("Niet gelukt")
        for path, status in (
            ("/healthz", 200),
            ("/metrics", 200),
            ("/", 404),
            ("/verify", 404),
            ("/slack/events", 404),
        ):
            assert (await get(f"{paraaf.address}{path}"))[0] == status


async def test_who_takes_requests_wakes_who_works(
    slack: StrictSlack, store: SqlStore, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAF_REDIS_URL", redis_url)
    monkeypatch.setenv("PARAAF_EVIDENCE_URL", "unix:///nobody/there.sock")
    monkeypatch.setattr("bot.use_cases.deliver.POLL", 3600.0)
    sanne = slack.user("U0SANNE", "Sanne de Vries")
    room = slack.channel("C0CLIENT", members=[sanne])
    async with running(WORKER), running(WEB) as paraaf:
        slack.connect(f"{paraaf.address}/slack/events")
        await sanne.command("/sign help", room)
        await whisper_to(sanne, store)
        async with asyncio.timeout(PATIENCE):
            while await depth(store):
                await sanne.command("/sign help", room)
        await sanne.told("Niet gelukt")


def test_the_command_knows_both(paraaf: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Roles | None] = []

    async def serve(_settings: Settings, roles: Roles | None = None) -> None:
        asked.append(roles)

    monkeypatch.setattr("adapters.commands.serve.serve", serve)
    for arguments in ([], ["--web"], ["--worker"], ["--web", "--worker"]):
        assert paraaf("serve", *arguments).exit_code == 0
    assert asked == [Roles(), WEB, WORKER, Roles()]
