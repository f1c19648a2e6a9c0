"""The gate with keys of its own and clocks that stand still."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.teams.gate import REMEMBERED, OpenGate, TokenGate
from adapters.teams.keys import (
    FETCH_SECONDS,
    FIRST_SECONDS,
    FRESH_SECONDS,
    REFETCH_SECONDS,
    KeysUnavailable,
    SigningKeys,
)
from adapters.teams.signatures import BadToken
from tests.strict_teams import Hold, Status, StrictTeams
from tests.strict_teams.facts import Json
from tests.strict_teams.login import encode

ACTIVITY: Json = {
    "serviceUrl": "https://smba.trafficmanager.net/emea/",
    "channelId": "msteams",
    "conversation": {"tenantId": "t"},
}


@dataclass
class Clock:
    monotonic: float = 1_000.0
    now: float = field(default_factory=time.time)


@dataclass
class GateStage:
    teams: StrictTeams
    gate: TokenGate
    keys: SigningKeys
    clock: Clock

    def header(self, **changes: object) -> str:
        return self.teams.delivery.sign(ACTIVITY, **changes).headers["Authorization"]  # type: ignore[arg-type]  # as given

    @property
    def fetches(self) -> int:
        return self.teams.server.seen.count("metadata")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(teams: StrictTeams, session: aiohttp.ClientSession) -> AsyncIterator[GateStage]:
    clock = Clock()
    keys = SigningKeys(session, teams.metadata_url, lambda: clock.monotonic)
    yield GateStage(teams, TokenGate(teams.app_id, keys, lambda: clock.now), keys, clock)
    await keys.close()


async def test_a_token_is_good_until_five_minutes_after_its_end(stage: GateStage) -> None:
    header = stage.header()
    (await stage.gate.verify(header)).match(ACTIVITY)
    stage.clock.now += 3_600 + 290
    (await stage.gate.verify(header)).match(ACTIVITY)
    stage.clock.now += 20
    with pytest.raises(BadToken):
        await stage.gate.verify(header)
    with pytest.raises(BadToken):
        await stage.gate.verify(header)


async def test_a_remembered_token_allows_no_other_activity(stage: GateStage) -> None:
    header = stage.header()
    (await stage.gate.verify(header)).match(ACTIVITY)
    allowed = await stage.gate.verify(header)
    with pytest.raises(BadToken):
        allowed.match({**ACTIVITY, "serviceUrl": "https://evil.example"})
    with pytest.raises(BadToken):
        allowed.match({**ACTIVITY, "channelId": "webchat"})


async def test_remembers_so_many_tokens_and_no_more(stage: GateStage) -> None:
    for number in range(REMEMBERED + 10):
        await stage.gate.verify(stage.header(claims={"jti": str(number)}))
    assert len(stage.gate._good) == REMEMBERED


async def test_a_token_whose_key_was_withdrawn_is_forgotten(stage: GateStage) -> None:
    header = stage.header()
    await stage.gate.verify(header)
    stage.teams.login.rotate(keep_old=False)
    stage.clock.monotonic += REFETCH_SECONDS
    await stage.gate.verify(stage.header())
    with pytest.raises(BadToken):
        await stage.gate.verify(header)


async def test_a_new_key_works_within_a_minute(stage: GateStage) -> None:
    await stage.gate.verify(stage.header())
    stage.teams.login.rotate()
    stage.clock.monotonic += REFETCH_SECONDS - 1
    with pytest.raises(BadToken):
        await stage.gate.verify(stage.header())
    stage.clock.monotonic += 1
    (await stage.gate.verify(stage.header())).match(ACTIVITY)
    assert stage.fetches == 2


async def test_unknown_keys_are_looked_for_once_a_minute(stage: GateStage) -> None:
    await stage.gate.verify(stage.header())
    for number in range(50):
        with pytest.raises(BadToken):
            await stage.gate.verify(stage.header(head={"kid": f"unknown-{number}"}))
    assert stage.fetches == 1


async def test_old_keys_stay_in_use_while_the_metadata_are_away(stage: GateStage) -> None:
    await stage.gate.verify(stage.header())
    stage.teams.break_always("metadata", Status(500))
    stage.clock.monotonic += 10 * FRESH_SECONDS
    await stage.gate.verify(stage.header(claims={"jti": "1"}))
    assert stage.keys._fetching
    await stage.keys._fetching
    assert stage.fetches == 2
    await stage.gate.verify(stage.header(claims={"jti": "2"}))
    stage.teams.repair()


async def test_keys_are_fetched_again_every_day(stage: GateStage) -> None:
    await stage.gate.verify(stage.header())
    stage.clock.monotonic += FRESH_SECONDS
    await stage.gate.verify(stage.header(claims={"jti": "1"}))
    assert stage.keys._fetching
    await stage.keys._fetching
    await stage.gate.verify(stage.header(claims={"jti": "2"}))
    assert stage.fetches == 2
    assert stage.keys.generation == 1  # the same keys: nothing to forget


@pytest.mark.parametrize("call", ["metadata", "keys"])
@pytest.mark.parametrize("status", [404, 500])
async def test_without_keys_it_is_tried_again_soon(stage: GateStage, call: str, status: int) -> None:
    stage.teams.break_next(call, Status(status))
    with pytest.raises(KeysUnavailable):
        await stage.gate.verify(stage.header())
    with pytest.raises(KeysUnavailable):
        await stage.gate.verify(stage.header())
    assert stage.fetches == 1
    stage.clock.monotonic += FIRST_SECONDS
    await stage.gate.verify(stage.header())


async def test_keys_of_another_host_are_not_fetched(stage: GateStage) -> None:
    async with StrictTeams() as other:
        stage.teams.login.url = other.login_url
        with pytest.raises(KeysUnavailable):
            await stage.gate.verify(stage.header())
        assert (stage.teams.server.seen, other.server.seen) == (["metadata"], [])


async def test_another_algorithm_makes_nobody_look_for_its_key(stage: GateStage) -> None:
    for alg in ("none", "HS256", "ES256"):
        with pytest.raises(BadToken):
            await stage.gate.verify(stage.header(key=b"x" * 64, alg=alg, head={"kid": "unknown"}))
    assert stage.fetches == 0


async def test_nobody_waits_for_keys_that_are_known(stage: GateStage) -> None:
    await stage.gate.verify(stage.header())
    go_on = asyncio.Event()
    stage.teams.break_next("metadata", Hold(go_on))
    stage.clock.monotonic += FRESH_SECONDS
    async with asyncio.timeout(FETCH_SECONDS / 2):
        await stage.gate.verify(stage.header(claims={"jti": "1"}))
        await stage.teams.until(lambda: stage.fetches == 2)
        await stage.gate.verify(stage.header(claims={"jti": "2"}))
    go_on.set()


TEXTS = st.text(max_size=20) | st.sampled_from(["RS256", "HS256", "none", "msteams", "kid", "alg"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(
    head=st.fixed_dictionaries({"alg": JSON, "kid": st.just("key-1") | JSON}) | JSON,
    claims=JSON,
    mark=st.binary(max_size=300),
    tail=st.text(max_size=5),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_is_no_token_is_refused(
    stage: GateStage, head: object, claims: object, mark: bytes, tail: str
) -> None:
    token = ".".join(encode(part) for part in (json.dumps(head).encode(), json.dumps(claims).encode(), mark))
    for header in (f"Bearer {token}{tail}", f"Bearer {tail}", tail):
        with pytest.raises(BadToken):
            await stage.gate.verify(header)


async def test_a_deep_token_is_refused(stage: GateStage) -> None:
    deep = encode(b"[" * 5_000)
    for token in (f"{deep}.e30.x", f"{encode(b'{}')}.{deep}.x"):
        with pytest.raises(BadToken):
            await stage.gate.verify(f"Bearer {token}")


async def test_one_bad_key_spoils_no_others(stage: GateStage) -> None:
    told = stage.teams.login.tell_keys
    odd: list[object] = [
        5,
        {"kty": "EC", "kid": "e"},
        {"kty": "RSA", "kid": "k", "n": "!", "e": "AQAB"},
        {"kty": "RSA"},
    ]
    stage.teams.login.tell_keys = lambda: {"keys": [*odd, *told()["keys"]]}  # type: ignore[method-assign]  # the strict Teams tells good keys only
    (await stage.gate.verify(stage.header())).match(ACTIVITY)


async def test_the_open_gate_still_wants_an_activity_of_teams() -> None:
    allowed = await OpenGate().verify(None)
    allowed.match(ACTIVITY)
    for name in ACTIVITY:
        with pytest.raises(BadToken):
            allowed.match({key: value for key, value in ACTIVITY.items() if key != name})
