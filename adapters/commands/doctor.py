"""`paraaf doctor`: what is set, reachable and missing."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError
from slack_sdk.errors import SlackApiError, SlackClientError
from yarl import URL

from adapters.commands.deliveries_doctor import examine_deliveries
from adapters.commands.evidence_doctor import examine_evidence
from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.commands.seal_keys import examine_level, examine_seal
from adapters.commands.signing_doctor import examine_key, examine_places
from adapters.commands.stamping_doctor import examine_overseers
from adapters.commands.teams_doctor import examine_teams
from adapters.parts import choose_blobs, open_store, read_schema
from adapters.settings import Settings, find_misspelt
from adapters.slack.api import Api, open_session
from adapters.slack_settings import SlackSettings
from bot.domain.errors import StoreUnavailable
from bot.domain.people import Platform
from manifest.slack import bot_scopes


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that is found, in the order in which it matters. Changes nothing but a small test document."""
    for name, meant in find_misspelt().items():
        words = f"no such setting{f'; did you mean {meant}?' if meant else ''}"
        yield Finding(NOTE, name, words)
    yield _check_folder("data folder", settings.data_dir, "PARAAF_DATA_DIR")
    if settings.inbox:
        yield _check_folder("inbox", settings.inbox, "PARAAF_INBOX")
    database = await _check_database(settings)
    yield database
    yield await _check_blobs(settings)
    async for finding in examine_deliveries(settings, has_tables=database.verdict is OK):
        yield finding
    yield await examine_key(settings, has_tables=database.verdict is OK)
    yield examine_places(settings)
    yield await examine_seal(settings)
    if level := await examine_level(settings):
        yield level
    async for finding in examine_evidence(settings, has_tables=database.verdict is OK):
        yield finding
    async for finding in examine_overseers(settings):
        yield finding
    yield await _check_redis(settings)
    yield _check_address(settings)
    has_tables = database.verdict is OK
    if settings.slack is None:
        yield Finding(NOTE, "slack", "off: no SLACK_BOT_TOKEN is set; see .env.example")
    else:
        async for finding in _check_slack(settings, settings.slack, has_tables=has_tables):
            yield finding
    if settings.teams is None:
        yield Finding(NOTE, "teams", "off: no MICROSOFT_APP_ID is set; see docs/teams.md")
        return
    async for finding in examine_teams(settings, settings.teams):
        yield finding
    if has_tables:
        yield await _check_teams_offices(settings, settings.teams.tenant)


def _check_folder(subject: str, folder: Path, setting: str) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(BROKEN, subject, f"{folder}: {error.strerror}; make it writable or set {setting}")
    return Finding(OK, subject, str(folder))


async def _check_database(settings: Settings) -> Finding:
    kind = "SQLite" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    try:
        current, newest = await read_schema(settings)
    except StoreUnavailable as error:
        return Finding(BROKEN, "database", f"{kind} does not answer: {error.reason}; check PARAAF_DATABASE_URL")
    if current is None:
        return Finding(NOTE, "database", f"{kind}, without tables yet; the next start makes them")
    if newest is not None and current > newest:
        return Finding(
            NOTE, "database", f"{kind}, tables of a newer version (step {current}); upgrade this one as well"
        )
    if current != newest:
        return Finding(NOTE, "database", f"{kind}, tables at step {current}; the next start brings them to {newest}")
    return Finding(OK, "database", f"{kind}, tables up to date (step {current})")


async def _check_blobs(settings: Settings) -> Finding:
    where = "the bucket of PARAAF_BLOBS_URL" if settings.blobs else "a folder in the data folder"
    try:
        blobs = choose_blobs(settings)
        written = await blobs.put(b"paraaf doctor\n")
        read = b"".join([piece async for piece in blobs.read(written.sha256)])
    except (StoreUnavailable, ValueError, KeyError) as error:
        reason = getattr(error, "reason", str(error))
        return Finding(BROKEN, "documents", f"{where} does not take them: {reason}")
    return (
        Finding(OK, "documents", where)
        if len(read) == written.size
        else Finding(BROKEN, "documents", "came back short")
    )


async def _check_redis(settings: Settings) -> Finding:
    if settings.redis is None:
        return Finding(OK, "redis", "off: one copy of Paraaf does without")
    redis = Redis.from_url(settings.redis.get_secret_value(), socket_timeout=2, socket_connect_timeout=2)
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        # Paraaf works without, only slower and with more repeated work.
        return Finding(NOTE, "redis", f"does not answer ({type(error).__name__}); check PARAAF_REDIS_URL")
    finally:
        await redis.aclose()
    return Finding(OK, "redis", "answers")


def _check_address(settings: Settings) -> Finding:
    url = settings.public_url
    if URL(url).scheme == "https":
        return Finding(OK, "address", url)
    return Finding(NOTE, "address", f"{url} has no https; outside this machine set PARAAF_PUBLIC_URL to one that has")


async def _check_slack(settings: Settings, slack: SlackSettings, *, has_tables: bool) -> AsyncIterator[Finding]:
    async with open_session() as session:
        api = Api(slack.bot_token.get_secret_value(), slack.api_url, session)
        try:
            answer = await api.client.api_call("auth.test")
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            yield Finding(BROKEN, "slack", _explain(error, "SLACK_BOT_TOKEN"))
            return
        yield Finding(OK, "slack", f"workspace {answer.get('team')} ({answer.get('team_id')})")
        yield check_scopes(answer.headers)
        if has_tables:
            yield await _check_office(settings, str(answer.get("team_id")))
        if slack.app_token is None:
            yield Finding(OK, "slack requests", f"signed, at {settings.public_url}/slack/events")
            return
        app = Api(slack.app_token.get_secret_value(), slack.api_url, session)
        try:
            await app.client.api_call("apps.connections.open")
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            yield Finding(BROKEN, "slack requests", _explain(error, "SLACK_APP_TOKEN"))
            return
        yield Finding(OK, "slack requests", "in Socket Mode")


def _explain(error: Exception, setting: str) -> str:
    if isinstance(error, SlackApiError):
        code = error.response.get("error", "") if hasattr(error.response, "get") else ""
        return f"refuses the token of {setting} ({code}); copy it again from the app's settings"
    return f"does not answer ({type(error).__name__}); check the network and SLACK_API_URL"


def check_scopes(headers: Mapping[str, str]) -> Finding:
    """Compare what the token may do, which Slack tells in a header of every answer, with the manifest."""
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if told is None:
        return Finding(NOTE, "slack scopes", "this Slack does not tell which scopes the token has")
    missing = bot_scopes() - {scope.strip() for scope in told.split(",")}
    if missing:
        words = f"missing: {', '.join(sorted(missing))}; update the app's manifest and install it again"
        return Finding(BROKEN, "slack scopes", words)
    return Finding(OK, "slack scopes", "all there")


async def _check_teams_offices(settings: Settings, home: str | None) -> Finding:
    async with open_store(settings) as store, store.reading() as tx:
        offices = await tx.offices.all()
        mapped = [office.name for office in offices if Platform.TEAMS in dict(await tx.offices.tenants(office.id))]
    if mapped:
        return Finding(OK, "teams offices", ", ".join(mapped))
    if len(offices) == 1 and home:
        return Finding(NOTE, "teams offices", f"none yet; the next start takes {home} to be {offices[0].name}")
    words = "none, so everybody there is told so; add one and map it: paraaf offices map OFFICE --teams TENANT"
    return Finding(NOTE, "teams offices", words)


async def _check_office(settings: Settings, team: str) -> Finding:
    # Opening the store changes no tables here: they were found to be the newest.
    async with open_store(settings) as store, store.reading() as tx:
        office = await tx.offices.by_tenant(Platform.SLACK, team)
        clients = await tx.people.count_clients(office.id) if office else 0
    if office is None:
        return Finding(NOTE, "office", f"none for {team} yet; the next start makes or finds it")
    if not clients:
        return Finding(NOTE, "office", f"{office.name}, without clients; import them: paraaf clients import FILE.csv")
    return Finding(OK, "office", f"{office.name}, {clients} clients")
