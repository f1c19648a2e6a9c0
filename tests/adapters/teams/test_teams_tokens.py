import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from adapters.teams.proof import Certificate, Secret, read_certificate
from adapters.teams.tokens import CONNECTOR_SCOPE, EARLY_SECONDS, EntraTokens, NoTokens, TokenRefused
from bot.domain.errors import PlatformUnavailable
from tests.strict_teams import Hold, Status, StrictTeams
from tests.strict_teams.login import GRAPH_SCOPE, make_key

MakeTokens = Callable[..., EntraTokens]


@dataclass
class Clock:
    seconds: float = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_tokens(teams: StrictTeams, session: aiohttp.ClientSession, clock: Clock) -> MakeTokens:
    def make(proof: Secret | Certificate | None = None, authority: str = "botframework.com") -> EntraTokens:
        proof = proof or Secret(teams.password)
        return EntraTokens(session, teams.app_id, proof, authority, login=teams.login_url, monotonic=clock)

    return make


def asked(teams: StrictTeams) -> int:
    return teams.server.seen.count("token")


async def test_one_request_serves_everybody(teams: StrictTeams, make_tokens: MakeTokens) -> None:
    tokens = make_tokens()
    go_on = asyncio.Event()
    teams.break_next("token", Hold(go_on))
    waiting = [asyncio.create_task(tokens.get()) for _ in range(20)]
    await teams.until(lambda: asked(teams))
    go_on.set()
    (token,) = set(await asyncio.gather(*waiting))
    assert teams.login.issued[token].scope == CONNECTOR_SCOPE
    assert asked(teams) == 1


async def test_a_token_is_replaced_before_it_expires(teams: StrictTeams, make_tokens: MakeTokens, clock: Clock) -> None:
    tokens = make_tokens()
    first = await tokens.get()
    clock.seconds += 3_600 - EARLY_SECONDS - 1
    assert await tokens.get() == first
    clock.seconds += 1
    assert await tokens.get() != first


async def test_a_short_token_is_used_for_half_its_life(
    teams: StrictTeams, make_tokens: MakeTokens, clock: Clock
) -> None:
    teams.login.token_life = 60
    tokens = make_tokens()
    first = await tokens.get()
    clock.seconds += 29
    assert await tokens.get() == first
    clock.seconds += 2
    assert await tokens.get() != first


async def test_a_refused_token_is_forgotten(make_tokens: MakeTokens) -> None:
    tokens = make_tokens()
    first = await tokens.get()
    tokens.forget("another")
    assert await tokens.get() == first
    tokens.forget(first)
    assert await tokens.get() != first


async def test_authorities_and_scopes_have_tokens_of_their_own(teams: StrictTeams, make_tokens: MakeTokens) -> None:
    tokens = make_tokens(authority=teams.tenant)
    mine, files = await tokens.get(), await tokens.get(GRAPH_SCOPE, teams.tenant)
    assert (teams.login.issued[mine].tenant, teams.login.issued[files].scope) == (teams.tenant, GRAPH_SCOPE)


async def test_a_certificate_proves_the_app(teams: StrictTeams, make_tokens: MakeTokens) -> None:
    teams.login.takes_password = False
    tokens = make_tokens(read_certificate(teams.certificate.encode()))
    assert await tokens.get() in teams.login.issued


async def test_what_operators_mend_is_told_by_its_code(teams: StrictTeams, make_tokens: MakeTokens) -> None:
    with pytest.raises(TokenRefused) as refused:
        await make_tokens(Secret("wrong")).get()
    assert refused.value.reason == "no token: invalid_client"
    with pytest.raises(TokenRefused):
        await make_tokens(authority="00000000-0000-4000-8000-000000000000").get()


async def test_an_outage_of_the_login(teams: StrictTeams, make_tokens: MakeTokens) -> None:
    tokens = make_tokens()
    teams.break_next("token", Status(503), Status(200))
    for _ in range(2):
        with pytest.raises(PlatformUnavailable):
            await tokens.get()
    assert await tokens.get()


async def test_no_tokens() -> None:
    assert await NoTokens().get() is None


def test_a_certificate_is_read_with_its_key(teams: StrictTeams) -> None:
    pem = teams.certificate.encode()
    key, certificate = pem.split(b"-----BEGIN CERTIFICATE-----")
    certificate = b"-----BEGIN CERTIFICATE-----" + certificate
    for broken in (b"", key, certificate, b"x" + pem[:200], write_key(make_key("other")) + certificate):
        with pytest.raises(ValueError, match=r"."):
            read_certificate(broken)
    with pytest.raises(ValueError, match="RSA"):
        read_certificate(write_key(ec.generate_private_key(ec.SECP256R1())) + certificate)


def test_proofs_show_no_secrets(teams: StrictTeams) -> None:
    certificate = read_certificate(teams.certificate.encode())
    assert "geheim" not in repr(Secret("geheim"))
    assert "RSA" not in repr(certificate)
    keys = {proof.derive_key(purpose) for proof in (Secret("geheim"), certificate) for purpose in (b"a", b"b")}
    assert len(keys) == 4
    assert Secret("geheim").derive_key(b"a") in keys


def write_key(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
