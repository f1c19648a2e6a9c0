"""Slack's Web API through one shared session."""

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from adapters.slack.errors import translate

SLACK_API = "https://slack.com/api/"

READ_PATIENCE = 5.0
WRITE_PATIENCE = 10.0
"""Seconds. A write that is given up may still have been done, so it gets the longer time."""

CONNECT_PATIENCE = 3.0
"""Seconds to reach Slack at all. Shorter than the others, since nothing was sent when it ends."""

Json = Mapping[str, Any]

_SECRETS = re.compile(r"wss?://\S+|xox[a-z]-\S+|xapp-\S+", re.IGNORECASE)


class Api:
    """The Web API with one token. Every call raises a `PlatformError` and nothing else when it fails.

    `base` is the address of the API, `https://slack.com/api/` unless a stand-in for Slack is used.
    """

    def __init__(self, token: str, base: str, session: aiohttp.ClientSession) -> None:
        self.base = URL(base if base.endswith("/") else f"{base}/")
        self.token = token
        self.session = session
        self.client = build_client(str(self.base), session, token)

    @property
    def is_slack(self) -> bool:
        """Whether this is Slack itself, and no stand-in for it."""
        return is_slack_host(self.base.host)

    async def read(self, method: str, **params: str | int | bool | None) -> Json:
        """Ask something. Slack takes the parameters of reading methods in the address only."""
        asked = {name: value for name, value in params.items() if value is not None}
        return await self._call(method, READ_PATIENCE, changes=False, http_verb="GET", params=asked)

    async def reserve(self, method: str, **fields: str | int) -> Json:
        """Ask for something that nobody sees before it is used, by a form: not every such method took JSON always."""
        return await self._call(method, READ_PATIENCE, changes=False, data=fields)

    async def write(self, method: str, arguments: Json) -> Json:
        """Change something; what is given up halfway raises `DeliveryUnclear`."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return await self._call(method, WRITE_PATIENCE, changes=True, json=given)

    async def _call(self, method: str, patience: float, *, changes: bool, **request: Any) -> Json:  # noqa: ANN401 - slack_sdk's
        try:
            async with asyncio.timeout(patience):
                answer = await self.client.api_call(method, **request)
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
            # AttributeError: slack_sdk takes every answer with state 200 for an object, also a page of text
            raise translate(error, changes=changes) from error
        return answer.data  # type: ignore[return-value]  # slack_sdk has seen a true `ok` in it, so it is an object


def open_session() -> aiohttp.ClientSession:
    """A session for everything that goes to Slack; whoever opens it closes it."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60, sock_connect=CONNECT_PATIENCE))


def build_client(base: str, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """slack_sdk's client without its own ideas about repeating.

    Its default handlers send a request again when the connection breaks, which posts a message twice.
    """
    client = AsyncWebClient(token, base, session=session, logger=quiet_logger(), retry_handlers=[])
    if not is_slack_host(URL(base).host):
        client.proxy = None  # it takes HTTPS_PROXY from the environment for every address, even one on this machine
    return client


def is_slack_host(host: str | None) -> bool:
    """Whether a host name is Slack's own."""
    return host is not None and (host == "slack.com" or host.endswith(".slack.com"))


def quiet_logger() -> logging.Logger:
    """A logger for Slack's libraries that passes on neither tokens nor payloads.

    The level is explicit because they compare `logger.level` itself: an unset level counts as debugging, and then
    every payload is formatted. Their warnings quote requests (a bad signature even the whole body), so only errors
    are let by.
    """
    logger = logging.getLogger("adapters.slack.libraries")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_hide_secrets)
    return logger


def _hide_secrets(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    # "error: …" and "message: …" quote an exception, and an exception of theirs quotes the answer it failed on
    told = re.split(r"\(?error\b|message:", record.getMessage(), maxsplit=1)[0]
    record.msg, record.args = f"{_SECRETS.sub('…', told).strip()} {kind}".strip(), ()
    record.exc_info = record.exc_text = None
    return True
