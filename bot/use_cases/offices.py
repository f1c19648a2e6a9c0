"""Set up offices: who they are, which workspaces are theirs, and who counts as their staff."""

import re
from collections.abc import Iterable
from dataclasses import astuple, replace

from bot.domain.people import Cadence, Office, OfficeId, Platform
from bot.domain.signature import Drawing
from bot.ports import Store, Transaction
from bot.texts import LANGUAGES
from bot.use_cases.ids import new_id

_TENANTS = {
    Platform.SLACK: (re.compile(r"[TE][A-Z0-9]{2,}"), "a Slack workspace; it looks like T0123ABCDEF"),
    Platform.TEAMS: (
        re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "a Microsoft tenant; it looks like 0a1b2c3d-0000-4000-8000-0123456789ab",
    ),
}
_SLACK_GROUP = re.compile(r"S[A-Z0-9]{2,}")
_MOST = 99
"""Of working days between two reminders, and of reminders after the due date."""
_MEMBER = re.compile(r"[UW][A-Z0-9]{2,}|29:[\w-]{10,200}|[^@\s]+@[^@\s]+")


class OfficeRefused(Exception):
    """An administrator asked for something impossible; the message says what to do. Nothing was changed."""


async def add_office(store: Store, name: str, locale: str = LANGUAGES[0]) -> Office:
    """Add an office. Raises `OfficeRefused` for a name that is taken or empty, or a language nobody translated."""
    wanted = " ".join(name.split())
    if not wanted:
        raise OfficeRefused("Give the office a name.")
    if locale not in LANGUAGES:
        raise OfficeRefused(f"There is no language “{locale}”; choose from: {', '.join(LANGUAGES)}.")
    async with store.transaction() as tx:
        if any(each.name.casefold() == wanted.casefold() for each in await tx.offices.all()):
            raise OfficeRefused(f"There is an office “{wanted}” already.")
        office = Office(OfficeId(new_id()), wanted, locale)
        await tx.offices.save(office)
    return office


async def pick_office(store: Store, name: str | None) -> Office:
    """The office with this name or id or, without a name, the only one there is. Raises `OfficeRefused`."""
    async with store.reading() as tx:
        offices = await tx.offices.all()
    if not offices:
        raise OfficeRefused("There is no office yet; add one: paraaf offices add NAME.")
    names = ", ".join(office.name for office in offices)
    if name is None:
        if len(offices) > 1:
            raise OfficeRefused(f"There are several offices; name one with --office: {names}.")
        return offices[0]
    found = [office for office in offices if name.casefold() == office.name.casefold() or name == office.id]
    if not found:
        raise OfficeRefused(f"There is no office “{name}”; there are: {names}.")
    return found[0]


async def map_tenant(store: Store, office: Office, platform: Platform, tenant: str) -> None:
    """Let a workspace or tenant belong to an office, in place of any office that it belonged to.

    Raises `OfficeRefused` for what is no id of one.
    """
    pattern, looks = _TENANTS[platform]
    tenant = tenant.lower() if platform is Platform.TEAMS else tenant
    if not pattern.fullmatch(tenant):
        raise OfficeRefused(f"“{tenant}” is no id of {looks}.")
    async with store.transaction() as tx:
        await tx.offices.map_tenant(office.id, platform, tenant)


async def adopt_tenant(store: Store, platform: Platform, tenant: str, name: str) -> tuple[Office, bool]:
    """The office of a workspace that Paraaf was installed in, and whether that was found out just now.

    A workspace that no office has yet goes to the only office without one on this platform; where there is no office at
    all, one is made with the workspace's name. Raises `OfficeRefused` when it could be any of several.
    """
    async with store.transaction() as tx:
        if known := await tx.offices.by_tenant(platform, tenant):
            return known, False
        offices = await tx.offices.all()
        free = [office for office in offices if not await _is_on(tx, office, platform)]
        if not offices:
            free = [Office(OfficeId(new_id()), name)]
            await tx.offices.save(free[0])
        if len(free) != 1:
            names = ", ".join(office.name for office in offices)
            raise OfficeRefused(
                f"The {platform.capitalize()} workspace {name} ({tenant}) belongs to no office. "
                f"Say which: paraaf offices map OFFICE --{platform} {tenant}. There are: {names}."
            )
        await tx.offices.map_tenant(free[0].id, platform, tenant)
    return free[0], True


async def adopt_home_tenant(store: Store, platform: Platform, tenant: str) -> tuple[Office | None, bool]:
    """The office of the tenant that the app itself is registered in, and whether that was found out just now.

    A tenant that no office has yet goes to the only office of this deployment, if that is not on this platform yet.
    Where there are several, nobody is guessed to be it: that of the app may be whoever runs Paraaf for them.
    """
    async with store.transaction() as tx:
        if known := await tx.offices.by_tenant(platform, tenant):
            return known, False
        offices = await tx.offices.all()
        if len(offices) != 1 or await _is_on(tx, offices[0], platform):
            return None, False
        await tx.offices.map_tenant(offices[0].id, platform, tenant)
    return offices[0], True


async def _is_on(tx: Transaction, office: Office, platform: Platform) -> bool:
    return any(mapped is platform for mapped, _ in await tx.offices.tenants(office.id))


async def set_staff(
    store: Store, office: Office, *, group: str | None, accounts: Iterable[str], sender_may_sign: bool
) -> Office:
    """Let a Slack user group, or these accounts, count as staff; without both every full member does.

    In Teams, which tells apps of no groups, only the accounts count. An account is an id, or an e-mail address that
    the platform confirms. Raises `OfficeRefused` for what is none of these.
    """
    chosen = frozenset(account.casefold() if "@" in account else account for account in accounts)
    if group is not None and not _SLACK_GROUP.fullmatch(group):
        raise OfficeRefused(f"“{group}” is no id of a Slack user group; it looks like S0123ABCDEF.")
    for account in sorted(chosen):
        if not _MEMBER.fullmatch(account):
            raise OfficeRefused(f"“{account}” is no member: write an e-mail address, or an id such as U0123ABCDEF.")
    changed = replace(office, staff_group=group, staff_accounts=chosen, sender_may_sign=sender_may_sign)
    async with store.transaction() as tx:
        await tx.offices.save(changed)
    return changed


async def set_reminders(store: Store, office: Office, cadence: Cadence) -> Office:
    """Remind signers so often from now on. Raises `OfficeRefused` for numbers that are no schedule."""
    if min(cadence.first, cadence.every, cadence.late_every) < 1 or cadence.most < 0 or max(astuple(cadence)) > _MOST:
        raise OfficeRefused(f"Count in working days, from 1 to {_MOST}; --most may be 0, for none after the due date.")
    changed = replace(office, reminders=cadence)
    async with store.transaction() as tx:
        await tx.offices.save(changed)
    return changed


async def set_own_client(store: Store, office: Office, number: str | None) -> Office:
    """Let the client with this number be the office itself, or without a number none. Raises `OfficeRefused`."""
    async with store.transaction() as tx:
        own = None if number is None else await tx.people.client_by_number(office.id, number)
        if number is not None and own is None:
            raise OfficeRefused(
                f"{office.name} has no client {number}; import it first: paraaf clients import FILE.csv."
            )
        templates = await tx.workflow_templates.of_office(office.id)
        changed = replace(office, own_client=own.id if own else None)
        if changed.own_client != office.own_client and (held := [t.name for t in templates if t.standard_items]):
            raise OfficeRefused(f"These workflow templates send along documents of the present one: {', '.join(held)}.")
        await tx.offices.save(changed)
    return changed


async def set_signing(store: Store, office: Office, *, drawing: str, typed_names: bool) -> Office:
    """Ask signers for a signature or not, in requests that are sent from now on. Raises `OfficeRefused`."""
    if drawing not in set(Drawing):
        raise OfficeRefused(f"“{drawing}” is not possible; choose from: {', '.join(Drawing)}.")
    changed = replace(office, drawing=Drawing(drawing), typed_names=typed_names)
    async with store.transaction() as tx:
        await tx.offices.save(changed)
    return changed
