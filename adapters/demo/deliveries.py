"""The source package of the demo: what it needs in the database, and how it hears what became of what it delivered."""

import asyncio
import base64
import contextlib
import hmac
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import aiohttp
import orjson
from aiohttp import web

from adapters.demo.office import DELIVERED, INTAKE, MARK, PACKAGE, STUDIO, TEAM
from adapters.demo.papers.returns import write_turnover_return
from adapters.webhooks.signing import write_secret
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.people import Account, Office, Platform, Role
from bot.domain.places import Place
from bot.domain.workflow import Match, WorkflowTemplate
from bot.ports import Ports
from bot.use_cases.sources import add_source, set_pattern
from bot.use_cases.webhooks import set_webhook
from storage.vault import open_vault

HOOK: Final = "PARAAF_DEMO_HOOK"
"""The setting that tells who fills the database where the package listens."""
_TOKEN, _SECRET = "package.token", "package.secret"
_PROOF: Final = "aangifte.tlog-proof"


async def prepare_deliveries(ports: Ports, office: Office) -> None:
    """Let the package deliver returns, for which a template is there, and write down what it has to know."""
    folder = Path(os.environ["PARAAF_DATA_DIR"])
    source, token = await add_source(ports.store, office, PACKAGE)
    await set_pattern(ports.store, office, PACKAGE, "{kind}_{client}_{period}.pdf")
    webhook, _ = await set_webhook(ports.store, office.id, source.id, os.environ[HOOK], ports.clock.now())
    (folder / _TOKEN).write_text(token)
    (folder / _SECRET).write_text(write_secret(open_vault(folder / "personal.key"), webhook))
    (folder / DELIVERED).write_bytes(write_turnover_return(3, 4_120, 18_900, 1_245, ports.clock.now(), STUDIO.name))
    (folder / "inbox" / office.id / PACKAGE).mkdir(parents=True)
    in_slack = Account(Platform.SLACK, TEAM, MARK.id)
    async with ports.store.transaction() as tx:
        await tx.offices.set_intake(office.id, Place(Platform.SLACK, TEAM, INTAKE.id))
        await tx.workflow_templates.save(_make_template(office))
        client = await tx.people.client_by_number(office.id, STUDIO.number)
        for contact in await tx.people.contacts(client.id) if client else ():
            user = next(each.user for each in STUDIO.contacts if each.user.name == contact.name)
            await tx.people.confirm(replace(in_slack, user=user.id), contact.id, in_slack, ports.clock.now())


def _make_template(office: Office) -> WorkflowTemplate:
    return WorkflowTemplate(
        office.id,
        "Btw-aangiften",
        Match(frozenset({Kind.VAT})),
        "Hierbij de {document}. Wilt u die voor {due} goedkeuren? Daarna dienen wij haar in.",
        "Aangifte omzetbelasting {period}",
        Role.TAX,
        Way.APPROVAL,
        days_until_due=7,
    )


async def find_inbox(office: Path) -> Path:
    """The folder of the package."""
    (found,) = await asyncio.to_thread(lambda: list((office / "inbox").glob(f"*/{PACKAGE}")))
    return found


@contextlib.asynccontextmanager
async def run_package(office: Path) -> AsyncIterator[str]:
    """Listen as the package does, and print what it is told; the address. `office` is where Paraaf keeps everything."""

    async def hear(request: web.Request) -> web.Response:
        body = await request.read()
        if not _is_signed(request, body, (office / _SECRET).read_text()):
            raise web.HTTPUnauthorized
        event = orjson.loads(body)
        print(f"\n{PACKAGE} ← {await _describe(event, office)}", flush=True)
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.post("/", hear)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield "http://127.0.0.1:{}/".format(*runner.addresses[0][1:])
    finally:
        await runner.cleanup()


def _is_signed(request: web.Request, body: bytes, secret: str) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return any(hmac.compare_digest(each, expected) for each in request.headers["webhook-signature"].split())


async def _describe(event: dict[str, dict[str, object]], office: Path) -> str:
    """An event in one line, and the proof beside it."""
    data = event["data"]
    told = f"{event['type']}: {data['kind']} {data['client']} {data['period']}"
    links = data["links"]
    if not data["evidence"] or not isinstance(links, dict):
        return told
    headers = {"Authorization": f"Bearer {(office / _TOKEN).read_text()}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(links["proof"]) as answer:
        answer.raise_for_status()
        (office / _PROOF).write_bytes(await answer.read())
    return f"{told} · {office / _PROOF}"
