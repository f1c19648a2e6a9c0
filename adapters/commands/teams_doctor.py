"""What the doctor finds about Microsoft Teams."""

from collections.abc import AsyncIterator

import aiohttp
from yarl import URL

from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.settings import Settings, SettingsError
from adapters.teams.door import PATH
from adapters.teams.tokens import EntraTokens, TokenRefused
from adapters.teams_link import open_session, read_proof
from adapters.teams_settings import TeamsSettings
from bot.domain.errors import PlatformUnavailable
from manifest.teams import render_manifest

_ANY_TENANT = "organizations"
_NOT_FETCHED = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
_PATIENCE = aiohttp.ClientTimeout(total=10, sock_connect=3)


class _Elsewhere(ValueError):
    """The metadata name another host."""


async def examine_teams(settings: Settings, teams: TeamsSettings) -> AsyncIterator[Finding]:
    """Whether Microsoft knows the app, and whether Paraaf can know Microsoft. Changes nothing."""
    if teams.is_open:
        yield Finding(NOTE, "teams", f"open: requests of a client on this machine are believed ({teams.service_url})")
        return
    async with open_session() as session:
        yield await _check_app(teams, session)
        yield await _check_keys(teams, session)
        yield await _check_tabs(settings, teams, session)
    yield _check_address(settings.public_url)


async def _check_app(teams: TeamsSettings, session: aiohttp.ClientSession) -> Finding:
    what = "MICROSOFT_APP_PASSWORD" if teams.password else "MICROSOFT_APP_CERTIFICATE"
    try:
        proof = read_proof(teams)
    except SettingsError as error:
        return Finding(BROKEN, "teams", str(error))
    if proof is None:
        return Finding(NOTE, "teams", "the app proves itself to nobody")
    tokens = EntraTokens(session, teams.app_id, proof, teams.authority, login=teams.login_url)
    try:
        await tokens.get()
    except TokenRefused as refusal:
        words = f"Microsoft refuses the app ({refusal.reason}); check MICROSOFT_APP_ID, _TENANT_ID, _TYPE and {what}"
        return Finding(BROKEN, "teams", words)
    except PlatformUnavailable as outage:
        return Finding(BROKEN, "teams", f"Microsoft's login does not answer ({outage.reason}); check the network")
    return Finding(OK, "teams", f"app {teams.app_id}, as {teams.app_type} of {teams.authority}")


async def _check_keys(teams: TeamsSettings, session: aiohttp.ClientSession) -> Finding:
    """Fetched as `adapters.teams.keys` does, with what goes wrong in words."""
    try:
        found = await _fetch_keys(session, URL(teams.metadata_url))
        keys = [each for each in found if "msteams" in each.get("endorsements", ())]
    except _NOT_FETCHED as error:
        words = f"cannot be fetched ({_name(error)}), so no request can be trusted; check the network"
        return Finding(BROKEN, "teams keys", words)
    if not keys:
        return Finding(BROKEN, "teams keys", f"{teams.metadata_url} names none that may speak for Teams")
    return Finding(OK, "teams keys", f"{len(keys)} that may speak for Teams")


async def _check_tabs(settings: Settings, teams: TeamsSettings, session: aiohttp.ClientSession) -> Finding:
    """Whether Paraaf can know who looks at a tab. What the registration exposes, nobody but its owner can ask."""
    if not teams.has_tabs:
        return Finding(NOTE, "teams tabs", 'off: PARAAF_TEAMS_TABS is not set; see "Tabs" in docs/teams.md')
    metadata = f"{teams.login_url}/{teams.tenant or _ANY_TENANT}/v2.0/.well-known/openid-configuration"
    try:
        await _fetch_keys(session, URL(metadata))
    except _NOT_FETCHED as error:
        words = f"the keys of Entra cannot be fetched ({_name(error)}), so tabs stay empty; check the network"
        return Finding(BROKEN, "teams tabs", words)
    api = render_manifest(teams.app_id, settings.public_url, has_tabs=True)["webApplicationInfo"]["resource"]
    return Finding(OK, "teams tabs", f"{api} is to be the Application ID URI under Expose an API")


async def _fetch_keys(session: aiohttp.ClientSession, metadata: URL) -> list[dict[str, list[str]]]:
    address = URL(str((await _read(session, metadata))["jwks_uri"]))
    if address.origin() != metadata.origin():
        raise _Elsewhere
    return (await _read(session, address))["keys"]


async def _read(session: aiohttp.ClientSession, address: URL) -> dict[str, list[dict[str, list[str]]]]:
    async with session.get(address, timeout=_PATIENCE, allow_redirects=False) as answer:
        answer.raise_for_status()
        told: dict[str, list[dict[str, list[str]]]] = await answer.json(content_type=None)
    return told


def _name(error: Exception) -> str:
    return "they are said to be at another host" if isinstance(error, _Elsewhere) else type(error).__name__


def _check_address(url: str) -> Finding:
    if url.startswith("https://"):
        return Finding(OK, "teams requests", f"{url}{PATH}, which is to be the bot's messaging endpoint")
    return Finding(BROKEN, "teams requests", "Teams reaches only https addresses; set PARAAF_PUBLIC_URL to one")
