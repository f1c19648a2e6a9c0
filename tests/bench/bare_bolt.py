"""What Paraaf's door is measured against: Bolt as its manual shows it, with its signature check and one listener."""

import asyncio
import re
import signal
import sys
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.commands.running import run


def build(token: str, secret: str, api: str) -> web.Application:
    """The app on the web server that Paraaf uses as well."""
    client = AsyncWebClient(token, api)
    client.proxy = None
    bolt = AsyncApp(signing_secret=secret, client=client, process_before_response=True)

    @bolt.action(re.compile(""))
    async def acknowledge(ack: Any) -> None:  # noqa: ANN401 - Bolt's
        await ack()

    async def receive(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    async def say_ready(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/slack/events", receive), web.get("/ready", say_ready)])
    return app


async def serve(app: web.Application, port: int) -> None:
    """Serve on this machine until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await stop.wait()
    await runner.cleanup()


async def _main(port: str, token: str, secret: str, api: str) -> None:
    await serve(build(token, secret, api), int(port))


if __name__ == "__main__":
    run(_main(*sys.argv[1:]))
