"""The office whose replicas die: its database, its conversations in Slack, and what is left of both in the end."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.evidence.opening import open_existing
from adapters.settings import Settings
from bot.domain.envelope import Answer, Envelope, EnvelopeState
from bot.domain.log import Happening
from bot.domain.outgoing import Listed
from bot.domain.people import Office, Platform
from bot.ports import Transaction
from bot.texts import load_texts
from bot.views import notes
from bot.views.envelope_card import show_envelope
from cards.block_kit import render_message
from cards.model import Card
from storage.blobs import open_blobs
from storage.evidence.entry import Entry
from storage.sql.audited import AuditedLine
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore
from storage.vault import open_vault
from tests import builders as a
from tests.chaos import teams
from tests.chaos.history import Accepted, Deed, History, Kept, Line, Posted
from tests.strict_slack import Room, StrictSlack, User
from tests.strict_slack.facts import Message

LOOK_SECONDS = 0.1
_TEXTS = load_texts("nl")
_NOTES = {
    EnvelopeState.COMPLETED: notes.note_completion,
    EnvelopeState.REJECTED: notes.note_rejection,
    EnvelopeState.WITHDRAWN: notes.note_withdrawal,
}
_DEEDS = {Happening(each.value): each for each in Deed}
SENDER, SIGNER = a.a_staff_account("U0SANNE"), a.an_account("U0KARIM", tenant="T0BAKKER")


@dataclass(frozen=True, slots=True)
class OfficeInSlack:
    """Sanne sends in these rooms, Karim answers."""

    store: SqlStore
    slack: StrictSlack
    sanne: User
    karim: User
    rooms: Sequence[Room]

    async def settle(self, patience: float) -> None:
        """Wait until nothing is left to deliver or to record. Raises `TimeoutError`."""
        async with asyncio.timeout(patience):
            while await self._count_waiting():  # noqa: ASYNC110 - another process does it, and tells nobody
                await asyncio.sleep(LOOK_SECONDS)

    async def _count_waiting(self) -> int:
        async with self.store.reading() as tx:
            return await tx.outbox.depth() + (await tx.owed_evidence.lag()).owed

    async def tell(self, settings: Settings, accepted: Sequence[Accepted], elsewhere: Sequence[Posted]) -> History:
        """Everything that is known now, with what was posted `elsewhere` than in Slack."""
        async with self.store.reading() as tx:
            lines = await _read_lines(tx)
            ids = tuple(dict.fromkeys(each.line.envelope for each in lines if each.line.envelope))
            envelopes = await tx.envelopes.several(a.OFFICE, ids)
            rows = await tx.outbox.list_rows(a.OFFICE, buried_only=False, limit=1000)
            owed = (await tx.owed_evidence.lag()).owed
        return History(
            accepted=tuple(accepted),
            kept=tuple(map(_tell_kept, envelopes)),
            logged=tuple(_tell_line(each) for each in lines if each.line.happening in _DEEDS),
            recorded=await asyncio.to_thread(_read_evidence, settings),
            posted=(*(_tell_posted(each) for room in self.rooms for each in room.messages if each.by_bot), *elsewhere),
            waiting=(*map(_name_row, rows), *["a line for the evidence"] * owed),
        )


async def furnish(url: str, folder: Path, slack: StrictSlack, rooms: int) -> OfficeInSlack:
    """Make the tables, and put an office into them with so many conversations."""
    await migrate(url)
    sanne = slack.user(SENDER.user, "Sanne de Vries", email="sanne@vandijk.example")
    karim = slack.user(SIGNER.user, "Karim Haddad", team=SIGNER.tenant, email="karim@haddad.example")
    made = [slack.channel(f"C0ROOM{number}", members=[sanne, karim]) for number in range(rooms)]
    store = SqlStore(url, vault=open_vault(folder / "personal.key"))
    async with store.transaction() as tx:
        await tx.offices.save(Office(a.OFFICE, "Van Dijk Accountants"))
        await tx.offices.map_tenant(a.OFFICE, Platform.SLACK, "T0OFFICE")
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.people.confirm(SIGNER, a.CONTACT, SENDER, a.NOON)
        for room in made:
            await tx.conversations.link(a.a_conversation(place=a.a_place(room.id)))
        await tx.dossiers.add(a.an_item())
    await open_blobs(folder / "blobs").put(b"%PDF-1.7 Aangifte")
    return OfficeInSlack(store, slack, sanne, karim, made)


async def _read_lines(tx: Transaction) -> list[AuditedLine]:
    lines: list[AuditedLine] = []
    while page := await tx.audited.after(a.OFFICE, lines[-1].line.number if lines else None, 256):  # type: ignore[attr-defined]  # of the SQL store
        lines += page
    return lines


def _tell_kept(envelope: Envelope) -> Kept:
    answers = tuple(
        (each.account.user, _read_answer(each.decision.answer)) for each in envelope.signers if each.decision
    )
    note = _NOTES.get(envelope.state)
    place = envelope.conversation
    words = teams.read_words if place.platform is Platform.TEAMS else _words
    return Kept(
        envelope.id,
        envelope.message,
        envelope.state is EnvelopeState.OPEN,
        answers,
        envelope.card.id if envelope.card else None,
        words(show_envelope(envelope, _TEXTS, envelope.sent_at)),
        (words(note(envelope, _TEXTS)),) if note else (),
        place.channel if teams.is_chat(place) else None,
    )


def _read_answer(answer: Answer) -> Deed:
    return Deed.APPROVED if answer is Answer.APPROVED else Deed.REJECTED


def _tell_line(audited: AuditedLine) -> Line:
    line = audited.line
    return Line(str(audited.key), str(line.envelope), _DEEDS[line.happening], line.by.account.user)


def _read_evidence(settings: Settings) -> tuple[Line, ...]:
    entries = (entry for _, entry in open_existing(settings, None).reader(a.OFFICE).find_entries(""))
    told = [each for each in entries if isinstance(each, Entry) and each.event.value in set(Deed)]
    return tuple(Line(each.decision, each.envelope, Deed(each.event.value)) for each in told)


def _tell_posted(message: Message) -> Posted:
    payload = (message.metadata or {}).get("event_payload") or {}
    return Posted(message.ts, str(payload.get("key") or message.ts), message.words, message.thread_ts)


def _name_row(row: Listed) -> str:
    return f"{row.errand} of {row.subject}, {'buried' if row.buried else 'tried'} {row.tries} times: {row.last_error}"


def _words(card: Card) -> str:
    """As a reader sees it in Slack."""
    shown = render_message(card)
    return Message("", "", "", str(shown["text"]), list(shown["blocks"])).words
