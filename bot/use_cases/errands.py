"""What each errand of the outbox delivers, put into words from what the database says now."""

from datetime import datetime

from bot.domain.delegation import Delegation, DelegationId, find_delegation
from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.errors import Undeliverable
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Claimed, Errand, Outgoing
from bot.domain.people import Account, Office
from bot.domain.places import Place
from bot.ports import Ports
from bot.texts import Texts, texts_for
from bot.use_cases.intake_card import deliver_intake_card
from bot.use_cases.notify_turn import find_awaited, notify_turn
from bot.use_cases.remind_errands import deliver_escalation, deliver_reminder, escalate, find_addressee
from bot.use_cases.seal import seal
from bot.use_cases.send_once import send_once, update_sent
from bot.use_cases.take_files import read_sender, take_files, tell_trouble
from bot.views import notes
from bot.views.delegation import note_answer, note_delegation
from bot.views.envelope_card import show_envelope
from bot.views.envelope_words import describe_documents
from bot.views.help import show_words
from bot.views.reminders import note_reminder
from bot.views.turns import note_turn
from cards.model import Card


async def run_errand(ports: Ports, row: Claimed) -> None:
    """Deliver one row. Raises a `PlatformError`, and what the store raises."""
    outgoing = row.outgoing
    match outgoing.errand:
        case Errand.TAKE_FILES:
            await take_files(ports, outgoing)
        case Errand.TELL_TROUBLE:
            await _tell_trouble(ports, row)
        case Errand.SHOW_CARD:
            envelope, office = await _read_envelope(ports, row)
            await _show_card(ports, row, envelope, texts_for(office.locale))
        case Errand.SHOW_DELIVERY:
            await deliver_intake_card(ports, row)
        case Errand.SHOW_DELEGATION:
            envelope, office = await _read_envelope(ports, row)
            await _show_delegation(ports, row, envelope, texts_for(office.locale))
        case Errand.NOTIFY_TURN:
            envelope, office = await _read_envelope(ports, row)
            await notify_turn(ports, row, envelope, texts_for(office.locale))
        case Errand.REMIND | Errand.ESCALATE | Errand.TELL_ESCALATION | Errand.NOTE_REMINDER | Errand.NOTE_ESCALATION:
            await _remind(ports, row)
        case Errand.SEAL:
            envelope, _ = await _read_envelope(ports, row)
            await seal(ports, envelope)
        case Errand.POST_SEALED:
            envelope, _ = await _read_envelope(ports, row)
            await _post_sealed(ports, row, envelope)
        case Errand.NOTE_TURN:
            envelope, office = await _read_envelope(ports, row)
            if signer := find_awaited(envelope, outgoing):
                card = note_turn(envelope, signer, texts_for(office.locale))
                await send_once(ports, row, _find_thread(envelope), card)
        case (
            Errand.NOTE_COMPLETION
            | Errand.NOTE_REJECTION
            | Errand.NOTE_WITHDRAWAL
            | Errand.NOTE_EXPIRY
            | Errand.NOTE_SUCCESSOR
            | Errand.NOTE_DELEGATION
            | Errand.NOTE_SEALED
        ):
            envelope, office = await _read_envelope(ports, row)
            card = _write_note(outgoing, envelope, texts_for(office.locale))
            await send_once(ports, row, _find_thread(envelope), card)


def _write_note(outgoing: Outgoing, envelope: Envelope, texts: Texts) -> Card:
    match outgoing.errand:
        case Errand.NOTE_COMPLETION:
            return notes.note_completion(envelope, texts)
        case Errand.NOTE_REJECTION:
            return notes.note_rejection(envelope, texts)
        case Errand.NOTE_WITHDRAWAL:
            return notes.note_withdrawal(envelope, texts)
        case Errand.NOTE_EXPIRY:
            return notes.note_expiry(envelope, texts)
        case Errand.NOTE_SUCCESSOR:
            return notes.note_successor(envelope, texts)
        case Errand.NOTE_DELEGATION:
            return note_answer(envelope, _find_delegation(outgoing, envelope), texts)
        case Errand.NOTE_SEALED:
            return notes.note_sealed(envelope, texts)
        case (
            Errand.SHOW_CARD
            | Errand.SHOW_DELEGATION
            | Errand.NOTIFY_TURN
            | Errand.NOTE_TURN
            | Errand.REMIND
            | Errand.NOTE_REMINDER
            | Errand.ESCALATE
            | Errand.TELL_ESCALATION
            | Errand.NOTE_ESCALATION
            | Errand.SEAL
            | Errand.POST_SEALED
            | Errand.SHOW_DELIVERY
            | Errand.TAKE_FILES
            | Errand.TELL_TROUBLE
        ):
            message = f"{outgoing.errand} is no note"
            raise ValueError(message)


async def _remind(ports: Ports, row: Claimed) -> None:
    envelope, office = await _read_envelope(ports, row)
    texts = texts_for(office.locale)
    match row.outgoing.errand:
        case Errand.REMIND:
            await deliver_reminder(ports, row, texts)
        case Errand.ESCALATE:
            await escalate(ports, row, envelope)
        case Errand.TELL_ESCALATION:
            await deliver_escalation(ports, row, envelope, texts)
        case _ if signer := find_awaited(envelope, row.outgoing):
            is_reminder = row.outgoing.errand is Errand.NOTE_REMINDER
            addressee = Party(signer.account, signer.name) if is_reminder else find_addressee(row.outgoing)
            card = note_reminder(envelope, signer, addressee, texts)
            await send_once(ports, row, _find_thread(envelope), card)
        case _:
            pass  # they answered meanwhile


async def _show_card(ports: Ports, row: Claimed, envelope: Envelope, texts: Texts) -> None:
    card = show_envelope(envelope, texts, ports.clock.now())
    if envelope.card:
        await update_sent(ports, envelope.card, card, texts)
        return
    message = await send_once(ports, row, envelope.conversation, card)
    # A crash before the next line: the message is found by its key when the row is claimed again.
    await ports.store.share(lambda tx: tx.envelopes.card_posted(envelope.id, message))


async def _show_delegation(ports: Ports, row: Claimed, envelope: Envelope, texts: Texts) -> None:
    delegation = _find_delegation(row.outgoing, envelope)
    card = note_delegation(envelope, delegation, texts)
    if delegation.message:
        await update_sent(ports, delegation.message, card, texts)
        return
    message = await send_once(ports, row, _find_thread(envelope), card)
    await ports.store.share(lambda tx: tx.delegations.posted(delegation.id, message))


async def _post_sealed(ports: Ports, row: Claimed, envelope: Envelope) -> None:
    if envelope.sealed:
        document = envelope.sealed.document
        content = b"".join([piece async for piece in ports.blobs.read(document.sha256)])
        messenger = ports.messengers[envelope.conversation.platform]
        await messenger.post_file(_find_thread(envelope), document.name, content, row.key)


def _find_delegation(outgoing: Outgoing, envelope: Envelope) -> Delegation:
    return find_delegation(envelope, DelegationId(str(outgoing.facts["delegation"])))


def _find_thread(envelope: Envelope) -> Place:
    return envelope.card.thread if envelope.card else envelope.conversation


async def _tell_trouble(ports: Ports, row: Claimed) -> None:
    place, facts = row.outgoing.place, row.outgoing.facts
    account = Account(place.platform, str(facts["tenant"]), str(facts["user"]))
    await ports.messengers[place.platform].whisper(place, account, show_words(str(facts["words"])))


async def _read_envelope(ports: Ports, row: Claimed) -> tuple[Envelope, Office]:
    async with ports.store.single_query() as tx:  # which is one for each: neither is about the other
        envelope = await tx.envelopes.get(row.outgoing.office, EnvelopeId(row.outgoing.subject))
        office = await tx.offices.get(row.outgoing.office)
    if envelope is None:
        reason = "the envelope is gone"
        raise Undeliverable(reason)
    return envelope, office


async def bury(ports: Ports, row: Claimed, why: str) -> None:
    """Keep the row for people to look at, log it, and tell who sent it."""
    now, outgoing = ports.clock.now(), row.outgoing
    async with ports.store.transaction() as tx:
        if not await tx.outbox.bury(row, why):
            return  # another process has it, and tells what becomes of it
        texts = texts_for((await tx.offices.get(outgoing.office)).locale)
        if outgoing.errand is Errand.TAKE_FILES:
            # There is no envelope yet: without this word the sender would believe that it was sent.
            client, sender = read_sender(outgoing)
            about, envelope_id = texts.say("your upload"), None
        else:
            envelope = await tx.envelopes.get(outgoing.office, EnvelopeId(outgoing.subject))
            if envelope is None or outgoing.errand is Errand.TELL_TROUBLE:
                return  # a delivery among them: it still waits, and is shown in the next intake channel
            client, sender, envelope_id = envelope.client, envelope.sender.account, envelope.id
            about = describe_documents(envelope.documents, texts)
        facts = {"errand": outgoing.errand, "why": why}
        paraaf = Party(sender, "Paraaf")
        await tx.log.add([LogLine(outgoing.office, Happening.UNDELIVERABLE, paraaf, now, client, envelope_id, facts)])
        word = _word_unsealed if outgoing.errand is Errand.SEAL else _word_undeliverable
        words = word(about, why, texts, now)
        await tx.outbox.put(tell_trouble(outgoing, sender, words), now)


def _word_unsealed(about: str, why: str, texts: Texts, now: datetime) -> str:
    return texts.say(
        "“{documents}” could not be sealed ({why}, {moment}). Everybody's signature is kept, with its proof. "
        "Tell the administrator of Paraaf.",
        documents=about,
        why=why,
        moment=texts.moment(now),
    )


def _word_undeliverable(about: str, why: str, texts: Texts, now: datetime) -> str:
    return texts.say(
        "A message about “{documents}” could not be delivered in the conversation ({why}, {moment}). "
        "Check that Paraaf still takes part in it.",
        documents=about,
        why=why,
        moment=texts.moment(now),
    )
