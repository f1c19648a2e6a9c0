"""`paraaf webhooks`."""

import asyncio
import json
from datetime import datetime

from adapters.parts import SystemClock, open_store
from adapters.settings import Settings
from adapters.webhooks.addresses import find_address_fault
from adapters.webhooks.caller import open_caller
from adapters.webhooks.signing import write_secret
from bot.domain.delivery import SourcePackage
from bot.domain.envelope import EnvelopeId
from bot.domain.people import Office
from bot.domain.webhooks import CallFailed, ListedCall, Webhook, WebhookEvent
from bot.ports import Store
from bot.texts import OFFICE_ZONE
from bot.use_cases import webhooks
from bot.use_cases.describe_envelope import write_time
from bot.use_cases.ids import new_id
from bot.use_cases.offices import OfficeRefused, pick_office
from cards.text import clean
from storage.vault import open_vault


async def set_webhook(settings: Settings, source: str, url: str, office: str | None, *, renew: bool) -> list[str]:
    """Let a source be called; what to tell of it. Raises `OfficeRefused`, `KeyRefused`, `StoreUnavailable`."""
    if fault := find_address_fault(url, allows_loopback=settings.webhooks_loopback):
        raise OfficeRefused(f"“{clean(url)}”: {fault}.")
    vault = await asyncio.to_thread(open_vault, settings.personal_key)
    async with open_store(settings) as store:
        chosen, package = await _find(store, source, office)
        now = SystemClock().now()
        webhook, is_new = await webhooks.set_webhook(store, chosen.id, package.id, url, now, renew=renew)
    told = [f"set: {package.name} is called at {url}"]
    if is_new:
        told += ["Its secret, which is not shown again; keep it where the receiver checks signatures:", ""]
        told += [f"    {write_secret(vault, webhook)}"]
    return told


async def list_webhooks(settings: Settings, office: str | None) -> list[str]:
    """One line each. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        async with store.reading() as tx:
            names = {source.id: source.name for source in await tx.sources.of_office(chosen.id)}
            found = await tx.webhooks.of_office(chosen.id)
    return [_describe(each, names[each.source]) for each in found if each.url]


async def ping(settings: Settings, source: str, office: str | None) -> tuple[str, bool]:
    """Call a source at once; what came of it, and whether that is well. Raises what `set_webhook` raises."""
    vault = await asyncio.to_thread(open_vault, settings.personal_key)
    async with open_store(settings) as store:
        chosen, package = await _find(store, source, office)
        webhook = await _read(store, chosen, package)
    event_id, clock = f"evt_{new_id().replace('-', '')}", SystemClock()
    body = {"id": event_id, "type": WebhookEvent.PING, "timestamp": write_time(clock.now()), "data": {}}
    async with open_caller(vault, clock, allows_loopback=settings.webhooks_loopback) as caller:
        try:
            reply = await caller.call(webhook, event_id, json.dumps(body).encode())
        except CallFailed as failure:
            return f"{package.name} at {webhook.url} could not be called: {failure.reason}", False
    return f"{package.name} at {webhook.url} answered {reply.status}", reply.is_success


async def replay_envelope(settings: Settings, envelope: str, office: str | None) -> str:
    """Tell one request again. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen = await pick_office(store, office)
        if not await webhooks.replay_envelope(store, chosen.id, EnvelopeId(envelope), SystemClock().now()):
            raise OfficeRefused(
                f"“{clean(envelope)}” is no request of {chosen.name} that ended and that a source package with a "
                "webhook delivered."
            )
    return "in line: 1 call"


async def replay_since(settings: Settings, source: str, since: datetime, office: str | None) -> str:
    """Tell all of a source again; `since` is a time in Amsterdam. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen, package = await _find(store, source, office)
        await _read(store, chosen, package)
        start, now = since.replace(tzinfo=OFFICE_ZONE), SystemClock().now()
        number = await webhooks.replay_since(store, chosen.id, package.id, start, now)
    return f"in line: {number} call{'' if number == 1 else 's'}"


async def remove(settings: Settings, source: str, office: str | None) -> str:
    """Call a source no more. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        chosen, package = await _find(store, source, office)
        dropped = await webhooks.remove_webhook(store, chosen.id, package.id)
    if dropped is None:
        raise OfficeRefused(_say_none(package))
    return f"removed: {package.name} is called no more; {dropped} waiting calls were dropped"


async def find_calls(store: Store, office: str | None, *, buried_only: bool, limit: int) -> list[str]:
    """A line for each call that waits or was buried. Raises `OfficeRefused`, `StoreUnavailable`."""
    chosen = None if office is None else (await pick_office(store, office)).id
    async with store.reading() as tx:
        calls = await tx.webhook_calls.list_calls(chosen, buried_only=buried_only, limit=limit)
        offices = {each.id: each.name for each in await tx.offices.all()} if calls else {}
        names = {
            source.id: source.name
            for each in {row.call.office for row in calls}
            for source in await tx.sources.of_office(each)
        }
    return [_describe_call(row, f"{offices[row.call.office]}, {names[row.call.source]}") for row in calls]


def show_time(at: datetime) -> str:
    """A time as the lists of administrators have it."""
    return f"{at.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"


async def _find(store: Store, name: str, office: str | None) -> tuple[Office, SourcePackage]:
    chosen = await pick_office(store, office)
    async with store.reading() as tx:
        sources = await tx.sources.of_office(chosen.id)
    for source in sources:
        if source.name.casefold() == name.casefold():
            return chosen, source
    known = ", ".join(source.name for source in sources) or "none yet; add one: paraaf sources add NAME"
    raise OfficeRefused(f"{chosen.name} has no source package “{clean(name)}”; it has: {known}.")


async def _read(store: Store, office: Office, package: SourcePackage) -> Webhook:
    async with store.reading() as tx:
        webhook = await tx.webhooks.get(office.id, package.id)
    if webhook is None or not webhook.url:
        raise OfficeRefused(_say_none(package))
    return webhook


def _say_none(package: SourcePackage) -> str:
    return f"{package.name} has no webhook; set one: paraaf webhooks set {package.name} URL."


def _describe(webhook: Webhook, name: str) -> str:
    stopped = f"; stopped: {webhook.stopped}; set it again to go on" if webhook.stopped else ""
    return f"{name}: {webhook.url}; secret {webhook.generation} since {show_time(webhook.renewed_at)}{stopped}"


def _describe_call(row: ListedCall, whose: str) -> str:
    parts = [
        f"webhook: {row.call.event}",
        f"request {row.call.envelope}" if row.call.envelope else f"delivery {row.call.delivery}",
        whose,
        f"since {show_time(row.created_at)}",
        "1 try" if row.tries == 1 else f"{row.tries} tries",
        "buried; tell it again: paraaf webhooks replay" if row.buried else f"due {show_time(row.due_at)}",
    ]
    return "; ".join([*parts, *([row.last_error] if row.last_error else [])])
