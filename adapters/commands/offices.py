"""`paraaf offices`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from adapters.parts import open_store
from adapters.settings import Settings
from bot.domain.people import Office, Platform
from bot.domain.signature import Drawing
from bot.ports import Store
from bot.use_cases import offices


async def add(settings: Settings, name: str, locale: str) -> str:
    """Add an office. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        office = await offices.add_office(store, name, locale)
    return f"added: {office.name}"


async def show_all(settings: Settings) -> list[str]:
    """Every office, one line each. Raises `StoreUnavailable`."""
    async with open_store(settings) as store:
        async with store.reading() as tx:
            found = await tx.offices.all()
        return [await _describe(store, office) for office in found]


async def map_tenants(settings: Settings, name: str, tenants: Mapping[Platform, str | None]) -> str:
    """Let workspaces and tenants belong to an office. Raises `OfficeRefused`, `StoreUnavailable`."""
    given = {platform: tenant for platform, tenant in tenants.items() if tenant}
    if not given:
        raise offices.OfficeRefused("Say which: --slack WORKSPACE, or --teams TENANT.")
    async with open_store(settings) as store:
        office = await offices.pick_office(store, name)
        for platform, tenant in given.items():
            await offices.map_tenant(store, office, platform, tenant)
        return await _describe(store, office)


async def set_staff(
    settings: Settings,
    name: str,
    group: str | None,
    accounts: Sequence[str],
    *,
    everyone: bool,
    sender_may_sign: bool | None,
) -> str:
    """Change who counts as staff; what is not given stays. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        office = await offices.pick_office(store, name)
        if everyone and (group or accounts):
            raise offices.OfficeRefused("Choose: --everyone, or --group and --account.")
        narrowed = bool(group or accounts)
        office = await offices.set_staff(
            store,
            office,
            group=group if narrowed or everyone else office.staff_group,
            accounts=accounts if narrowed or everyone else office.staff_accounts,
            sender_may_sign=office.sender_may_sign if sender_may_sign is None else sender_may_sign,
        )
        return await _describe(store, office)


async def set_signing(settings: Settings, name: str, drawing: str | None, *, typed: bool | None) -> str:
    """Change whether signers are asked for a signature. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        office = await offices.pick_office(store, name)
        office = await offices.set_signing(
            store,
            office,
            drawing=office.drawing if drawing is None else drawing,
            typed_names=office.typed_names if typed is None else typed,
        )
        return await _describe(store, office)


async def set_reminders(settings: Settings, name: str, changes: Mapping[str, int | None]) -> str:
    """Change how often signers are reminded; what is None stays. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        office = await offices.pick_office(store, name)
        given = {field: days for field, days in changes.items() if days is not None}
        office = await offices.set_reminders(store, office, replace(office.reminders, **given))
        return await _describe(store, office)


async def set_own_client(settings: Settings, name: str, number: str | None) -> str:
    """Say which client is the office itself, or none. Raises `OfficeRefused`, `StoreUnavailable`."""
    async with open_store(settings) as store:
        office = await offices.pick_office(store, name)
        office = await offices.set_own_client(store, office, number)
        return await _describe(store, office)


async def _describe(store: Store, office: Office) -> str:
    async with store.reading() as tx:
        tenants = await tx.offices.tenants(office.id)
        clients = await tx.people.count_clients(office.id)
        own_client = await tx.people.client(office.id, office.own_client) if office.own_client else None
    where = ", ".join(f"{platform} {tenant}" for platform, tenant in tenants) or "no workspace yet"
    groups = [f"group {office.staff_group}"] if office.staff_group else []
    staff = ", ".join([*groups, *sorted(office.staff_accounts)]) or "every full member"
    own = "; a sender may sign" if office.sender_may_sign else ""
    how = "drawn or typed" if office.typed_names else "drawn"
    signature = "none" if office.drawing is Drawing.OFF else f"{office.drawing}, {how}"
    pace = office.reminders
    late = f"every {pace.late_every} when late, {pace.most} times"
    reminders = f"reminders: after {pace.first} working days, then every {pace.every}, {late}"
    return (
        f"{office.name} ({office.locale}): {where}; {clients} clients; {reminders}; "
        f"staff: {staff}{own}; signature: {signature}"
        + (f"; its own dossier: that of client {own_client.number}" if own_client else "")
    )
