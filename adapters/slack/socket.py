"""Socket Mode: the same requests over a web socket that we open, for an office without a public address."""

from time import time

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.api import Api, quiet_logger
from adapters.slack.door import Door
from adapters.slack.errors import TOKEN_REFUSED, TokenRefused
from adapters.slack.installation import APP_TOKEN
from bot.domain.errors import PlatformError
from bot.following import follow


class SocketDoor(AsyncSocketModeHandler):
    """Hands every envelope to the door, which knows it by its id."""

    def __init__(self, bolt: AsyncApp, door: Door, app_token: str, api: Api) -> None:
        # `api` has the app token; make it here, inside a running loop, as the client starts its tasks at once
        super().__init__(bolt, app_token, logger=quiet_logger(), web_client=api.client)
        if not api.is_slack:
            self.client.proxy = None  # like build_client
        self._door = door
        self._api = api

    async def open(self) -> None:
        """Connect. Raises `TokenRefused` for a token that Slack does not take; slack_sdk would try it for ever."""
        try:
            opened = await self._api.write("apps.connections.open", {})
        except PlatformError as refusal:
            await self.close()
            reason = getattr(refusal, "reason", "")
            if reason in TOKEN_REFUSED or reason == "not_allowed_token_type":
                raise TokenRefused(APP_TOKEN, reason) from refusal
            raise
        self.client.wss_uri = opened["url"]
        await self.client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it so

    async def close(self) -> None:
        """Disconnect, and stop the client's tasks."""
        await self.close_async()  # type: ignore[no-untyped-call]  # as above

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt's own
        started = time()
        request = AsyncBoltRequest(mode="socket_mode", body=req.payload, headers=build_headers(req))
        with follow("request", request=req.envelope_id):
            response = await self._door.admit(request, req.envelope_id)
        await send_async_response(client, req, response, started)
