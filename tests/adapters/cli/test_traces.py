"""Traces reach a collector where one is set, with what is left at a stop."""

import asyncio
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.main import Paraaf
from adapters.settings import SettingsError, load_settings
from tests.adapters.cli.test_serve import any_port, running, slack
from tests.strict_slack import StrictSlack

__all__ = ["any_port", "slack"]


async def test_a_collector_gets_requests_and_answers_without_words(
    slack: StrictSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    received = bytearray()

    async def take(request: web.Request) -> web.Response:
        received.extend(await request.read())
        return web.Response(content_type="application/x-protobuf")

    collector = web.Application()
    collector.add_routes([web.post("/v1/traces", take)])
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    async with TestServer(collector) as server:
        monkeypatch.setenv("PARAAF_TRACES_URL", str(server.make_url("/v1/traces")))
        async with running() as paraaf:
            slack.connect(f"{paraaf.address}/slack/events")
            sanne = slack.user("U0SANNE", "Sanne de Vries")
            await sanne.command("/sign geheim woord", slack.channel("C0BAKKER", members=[sanne]))
            await sanne.told("geheim woord")
    for name in (b"request", b"/slack/events", b"answer Command", b"C0BAKKER"):
        assert name in received
    for word in (b"geheim", b"Sanne", b"U0SANNE"):
        assert word not in received


async def test_a_collector_that_is_away_holds_nobody_up(slack: StrictSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_TRACES_URL", "http://127.0.0.1:9/v1/traces")
    monkeypatch.setattr("adapters.tracing._PATIENCE", 1.0)
    async with asyncio.timeout(30), running() as paraaf:
        slack.connect(f"{paraaf.address}/slack/events")
        sanne = slack.user("U0SANNE", "Sanne de Vries")
        await sanne.command("/sign help", slack.channel("C0BAKKER", members=[sanne]))
        await sanne.told("/sign koppel")


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.setenv("PARAAF_TRACES_URL", "http://127.0.0.1:4318/v1/traces")
    with pytest.raises(SettingsError, match=r"PARAAF_TRACES_URL: needs what pip install 'paraaf\[otel\]' installs"):
        await Paraaf(load_settings()).start()
