"""Whose tokens open a tab: every attack here succeeds when its check is taken away."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.keys import KeysUnavailable
from adapters.teams.signatures import BadToken
from adapters.teams.tab.gate import UserGate, Visitor
from bot.domain.people import OfficeId, Platform
from storage.sql.store import SqlStore
from tests.adapters.teams.stage import know
from tests.builders import an_office
from tests.strict_teams import Status, StrictTeams, User
from tests.strict_teams.entra import CONSUMERS
from tests.strict_teams.facts import Json, make_guid
from tests.strict_teams.login import encode, make_key


@dataclass
class Clock:
    now: float = field(default_factory=time.time)


@dataclass
class GateStage:
    teams: StrictTeams
    gate: UserGate
    clock: Clock
    sanne: User

    def header(self, **changes: object) -> str:
        return f"Bearer {self.teams.entra.sign(self.sanne.account, self.teams.tenant, **changes)}"  # type: ignore[arg-type]  # as given

    async def verify(self, **changes: object) -> Visitor:
        return await self.gate.verify(self.header(**changes))

    @property
    def fetches(self) -> int:
        return self.teams.server.seen.count("tenant")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore) -> AsyncIterator[GateStage]:
    clock = Clock()
    await know(store, teams)
    gate = UserGate(teams.app_id, session, store, teams.login_url, lambda: clock.now)
    yield GateStage(teams, gate, clock, teams.user("sanne", "Sanne de Vries"))
    await gate.close()


async def test_a_token_tells_who_it_is(stage: GateStage) -> None:
    visitor = Visitor(stage.teams.tenant, str(stage.sanne.account.object_id))
    assert await stage.verify() == visitor
    assert await stage.verify(claims={"scp": "User.Read access_as_user"}) == visitor
    assert stage.fetches == 1


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": make_guid("app", "another")},
        {"aud": None},
        {"aud": "00000003-0000-0000-c000-000000000000"},  # Microsoft Graph
        {"iss": "https://sts.windows.net/x/"},
        {"iss": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"scp": None},  # an app on its own has roles instead
        {"scp": "User.Read"},
        {"scp": "access_as_users"},
        {"oid": None},
        {"oid": "sanne@linde.example"},  # the connector takes such a name as well
        {"oid": ["x"]},
        {"tid": None},
        {"tid": "../common"},
        {"tid": "common"},
        {"ver": "1.0"},
        {"ver": None},
    ],
    ids=json.dumps,
)
async def test_a_token_that_says_another_thing_is_refused(stage: GateStage, claims: Json) -> None:
    with pytest.raises(BadToken):
        await stage.verify(claims=claims)


async def test_an_issuer_is_that_of_the_tenant_exactly(stage: GateStage, store: SqlStore) -> None:
    # A token of another office's tenant that calls itself one of this: signed with a key of Microsoft's, both known.
    molen = stage.teams.tenant_id("molen")
    async with store.transaction() as tx:
        await tx.offices.save(an_office(id=OfficeId("molen"), name="De Molen"))
        await tx.offices.map_tenant(OfficeId("molen"), Platform.TEAMS, molen)
    for claims in ({"iss": stage.teams.entra.issuer(molen)}, {"tid": molen}):
        with pytest.raises(BadToken):
            await stage.verify(claims=claims)
    both = {"iss": stage.teams.entra.issuer(molen), "tid": molen}
    assert (await stage.verify(claims=both)).tenant == molen


async def test_a_tenant_of_no_office_is_refused_before_anything_is_fetched(stage: GateStage) -> None:
    tenant = stage.teams.tenant_id("vreemd")
    with pytest.raises(BadToken):
        await stage.verify(claims={"tid": tenant, "iss": stage.teams.entra.issuer(tenant)})
    assert stage.teams.server.seen == []


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512", "ES256"])
async def test_another_algorithm_is_refused(stage: GateStage, alg: str) -> None:
    public = make_key("entra-1").public_key().public_numbers().n
    secrets = {"none": None, "HS256": public.to_bytes(256, "big")}
    with pytest.raises(BadToken):
        await stage.verify(key=secrets.get(alg, "entra-1"), head={"alg": alg})


async def test_another_key_is_refused(stage: GateStage) -> None:
    for changes in (
        {"key": make_key("attacker")},  # under the id of the good one
        {"key": "unknown"},
        {"head": {"kid": None}},
        {"head": {"kid": 7}},
    ):
        with pytest.raises(BadToken):
            await stage.verify(**changes)


async def test_a_key_is_for_its_own_issuer(stage: GateStage) -> None:
    assert stage.teams.entra.keys["entra-consumers"] == CONSUMERS
    with pytest.raises(BadToken):
        await stage.verify(key="entra-consumers")


async def test_the_bot_frameworks_keys_and_tokens_open_no_tab(stage: GateStage) -> None:
    with pytest.raises(BadToken):
        await stage.verify(key="key-1")
    header = stage.teams.delivery.sign({"serviceUrl": "https://smba.trafficmanager.net/"}).headers["Authorization"]
    with pytest.raises(BadToken):
        await stage.gate.verify(header)


async def test_a_token_has_its_time(stage: GateStage) -> None:
    header = stage.header()
    stage.clock.now += 3_900 + 280
    await stage.gate.verify(header)
    stage.clock.now += 30
    with pytest.raises(BadToken):
        await stage.gate.verify(header)
    early = stage.header(age=-3_900 - 400)
    stage.clock.now -= 400
    with pytest.raises(BadToken):
        await stage.gate.verify(early)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic eA==", "Bearer x", "Bearer " + "x" * 9_000])
async def test_what_is_no_bearer_token_is_refused(stage: GateStage, header: str | None) -> None:
    with pytest.raises(BadToken):
        await stage.gate.verify(header)


async def test_without_keys_nobody_comes_in(stage: GateStage) -> None:
    stage.teams.break_next("tenant_keys", Status(500))
    with pytest.raises(KeysUnavailable):
        await stage.verify()


@given(
    claims=st.dictionaries(st.sampled_from(["tid", "ver", "oid", "aud", "scp", "exp"]), st.text() | st.integers()),
    head=st.binary(max_size=40),
    mark=st.binary(max_size=40),
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_is_no_token_is_refused(stage: GateStage, claims: Json, head: bytes, mark: bytes) -> None:
    told = {"ver": "2.0", "tid": stage.teams.tenant, **claims}
    token = ".".join(encode(part) for part in (head, json.dumps(told).encode(), mark))
    with pytest.raises(BadToken):
        await stage.gate.verify(f"Bearer {token}")
