"""Deliver reminders: in the signer's own chat, or by a mention in the thread where that cannot be reached.

The line of the log is written once, however often a crash lets the errand be repeated: it bears the errand's key.
"""

from dataclasses import replace

from bot.domain.envelope import Envelope, EnvelopeId, Party, Signer
from bot.domain.errors import Undeliverable
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Claimed, Errand, Outgoing
from bot.domain.people import Account, Role, StaffMember
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.notify_turn import find_awaited
from bot.use_cases.send_once import send_once
from bot.views.reminders import list_reminders, remind, tell_escalation

_PARAAF = "Paraaf"


async def deliver_reminder(ports: Ports, row: Claimed, texts: Texts) -> None:
    """Do the errand for those of its envelopes that still await the signer. Raises a `PlatformError`."""
    outgoing, now = row.outgoing, ports.clock.now()
    awaiting = await _read_awaiting(ports, outgoing)
    if not awaiting:
        return
    signer = awaiting[0][1]
    try:
        chat = await ports.messengers[outgoing.place.platform].open_chat(outgoing.place, signer.account)
        if len(awaiting) == 1:
            card = remind(awaiting[0][0], signer, texts, now)
        else:
            card = list_reminders([envelope for envelope, _ in awaiting], texts, now)
        await send_once(ports, row, chat, card)
    except Undeliverable as refusal:
        await _record(ports, row, awaiting, {"how": "thread", "why": refusal.reason})
    else:
        await _record(ports, row, awaiting, {"how": "direct"})


async def escalate(ports: Ports, row: Claimed, envelope: Envelope) -> None:
    """Find out whom to tell, and put a message for each of them in the outbox. Raises a `PlatformError`."""
    signer, now = find_awaited(envelope, row.outgoing), ports.clock.now()
    if signer is None:
        return
    async with ports.store.reading() as tx:
        keeper = (await tx.people.roles(envelope.client)).get(Role.RELATION_KEEPER)
    found = await _find_keeper(ports, envelope, keeper) if keeper else None
    told = {party.account: party for party in (envelope.sender, found) if party}
    absent = keeper.name if keeper and not found else ""
    names = ", ".join(party.name for party in told.values())
    facts = {"to": names, "from": signer.name, "from_account": signer.account.user, "message": row.key}
    line = LogLine(envelope.office, Happening.ESCALATED, _by_paraaf(signer), now, envelope.client, envelope.id, facts)
    async with ports.store.transaction() as tx:
        if await _is_logged(tx, envelope, row):
            return
        await tx.log.add([line])
        for each in told.values():
            more = {
                **row.outgoing.facts,
                "to_tenant": each.account.tenant,
                "to_user": each.account.user,
                "to_name": each.name,
                "absent": absent,
            }
            await tx.outbox.put(replace(row.outgoing, errand=Errand.TELL_ESCALATION, facts=more), now)


async def deliver_escalation(ports: Ports, row: Claimed, envelope: Envelope, texts: Texts) -> None:
    """Tell one person, or mention them in the thread where they cannot be reached. Raises a `PlatformError`."""
    signer = find_awaited(envelope, row.outgoing)
    if signer is None:
        return
    try:
        chat = await ports.messengers[row.outgoing.place.platform].open_chat(
            row.outgoing.place, find_addressee(row.outgoing).account
        )
        card = tell_escalation(envelope, signer, str(row.outgoing.facts["absent"]), texts)
        await send_once(ports, row, chat, card)
    except Undeliverable:
        async with ports.store.transaction() as tx:
            await tx.outbox.put(replace(row.outgoing, errand=Errand.NOTE_ESCALATION), ports.clock.now())


def find_addressee(outgoing: Outgoing) -> Party:
    """Whom an escalation is for."""
    facts = outgoing.facts
    account = Account(outgoing.place.platform, str(facts["to_tenant"]), str(facts["to_user"]))
    return Party(account, str(facts["to_name"]))


async def _read_awaiting(ports: Ports, outgoing: Outgoing) -> list[tuple[Envelope, Signer]]:
    also = outgoing.facts.get("also")
    ids = [EnvelopeId(outgoing.subject), *(map(EnvelopeId, also) if isinstance(also, list) else ())]
    async with ports.store.reading() as tx:
        envelopes = await tx.envelopes.several(outgoing.office, ids)
    found = ((envelope, find_awaited(envelope, outgoing)) for envelope in envelopes)
    return [(envelope, signer) for envelope, signer in found if signer]


async def _record(ports: Ports, row: Claimed, awaiting: list[tuple[Envelope, Signer]], how: dict[str, str]) -> None:
    now = ports.clock.now()
    async with ports.store.transaction() as tx:
        for envelope, signer in awaiting:
            if await _is_logged(tx, envelope, row):
                continue
            facts = {"to": signer.name, "to_account": signer.account.user, "message": row.key, **how}
            by = _read_asker(row.outgoing) or _by_paraaf(signer)
            line = LogLine(envelope.office, Happening.REMINDED, by, now, envelope.client, envelope.id, facts)
            await tx.log.add([line])
            if how["how"] == "thread":
                note = replace(row.outgoing, errand=Errand.NOTE_REMINDER, subject=envelope.id)
                await tx.outbox.put(replace(note, place=envelope.conversation), now)


async def _is_logged(tx: Transaction, envelope: Envelope, row: Claimed) -> bool:
    lines = await tx.log.of_envelope(envelope.office, envelope.id)
    return any(line.facts.get("message") == row.key for line in lines)


def _by_paraaf(signer: Signer) -> Party:
    return Party(signer.account, _PARAAF)


def _read_asker(outgoing: Outgoing) -> Party | None:
    by = outgoing.facts.get("by")
    if not isinstance(by, dict):
        return None
    return Party(Account(outgoing.place.platform, str(by["tenant"]), str(by["user"])), str(by["name"]))


async def _find_keeper(ports: Ports, envelope: Envelope, keeper: StaffMember) -> Party | None:
    """The relatiebeheerder's account, by the address that the platform confirms: only who takes part can be found."""
    try:
        people = await ports.directories[envelope.conversation.platform].participants(envelope.conversation)
    except Undeliverable:
        return None
    email = keeper.email.casefold()
    return next((Party(each.account, each.name) for each in people if (each.email or "").casefold() == email), None)
