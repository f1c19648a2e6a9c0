"""An envelope in words, wherever it is shown: on its card, on pages, in lists and logs."""

from datetime import date, datetime
from typing import assert_never

from bot.domain.certified import SealLevel
from bot.domain.dossier import Document
from bot.domain.envelope import Decision, Envelope, EnvelopeState
from bot.domain.evidence import Receipt
from bot.domain.expiry import find_last_day
from bot.texts import OFFICE_ZONE, Texts
from cards.model import Anchor, Mention, Plain, Span, Strong

SHORT_HASH = 12
"""Hex digits of a hash that people read: enough to tell one from another, files have them all."""


def describe_documents(documents: tuple[Document, ...], texts: Texts) -> str:
    """The document's name or, where there are several, how many."""
    if len(documents) == 1:
        return documents[0].name
    return texts.count("{number} document", "{number} documents", len(documents))


def describe_document(document: Document, texts: Texts) -> str:
    """Pages and size of a document."""
    size = texts.size(document.size)
    if document.pages is None:
        return size
    return texts.count("{number} page · {size}", "{number} pages · {size}", document.pages, size=size)


def name_state(state: EnvelopeState, texts: Texts) -> str:
    """The word for a state."""
    match state:
        case EnvelopeState.OPEN:
            return texts.say("Open")
        case EnvelopeState.COMPLETED:
            return texts.say("Signed")
        case EnvelopeState.REJECTED:
            return texts.say("Rejected")
        case EnvelopeState.WITHDRAWN:
            return texts.say("Withdrawn")
        case EnvelopeState.EXPIRED:
            return texts.say("Expired")
        case EnvelopeState.SUPERSEDED:
            return texts.say("Superseded")


def show_status(envelope: Envelope, texts: Texts, now: datetime) -> tuple[Span, ...]:
    """The state of an envelope as everybody but the signer reads it."""
    match envelope.state:
        case EnvelopeState.OPEN:
            waiting = tuple(_separate([Mention(each.account.user, each.name) for each in envelope.waiting_for]))
            return (Strong(texts.say("Waiting for")), Plain(" "), *waiting, *show_late(envelope, texts, now))
        case EnvelopeState.COMPLETED if envelope.is_being_sealed:
            return (Strong("⏳ " + texts.say("Everybody signed; the PDF is being sealed")),)
        case EnvelopeState.COMPLETED:
            return (Strong("✅ " + texts.say("Signed")), *_show_closing(envelope, texts))
        case EnvelopeState.REJECTED:
            return (Strong("❌ " + texts.say("Rejected")), *_show_closing(envelope, texts))
        case EnvelopeState.WITHDRAWN:
            return (Strong("↩️ " + texts.say("Withdrawn")), *_show_closing(envelope, texts))
        case EnvelopeState.EXPIRED:
            validity = show_validity(envelope, texts)
            return (Strong("⌛ " + texts.say("Expired")), *((Plain(f" · {validity}"),) if validity else ()))
        case EnvelopeState.SUPERSEDED:
            return (Strong("🔁 " + texts.say("Superseded")), *_show_closing(envelope, texts))


def show_late(envelope: Envelope, texts: Texts, now: datetime) -> tuple[Span, ...]:
    """A word on an envelope whose answer is late."""
    return (Plain(" · "), Strong(texts.say("Late"))) if envelope.is_late(find_day(now)) else ()


def show_validity(envelope: Envelope, texts: Texts) -> str:
    """The last day on which it can be answered, or could; empty where that is not limited."""
    if envelope.expires_at is None:
        return ""
    return texts.say("valid until {day}", day=texts.day(find_last_day(envelope.expires_at)))


def _show_closing(envelope: Envelope, texts: Texts) -> tuple[Span, ...]:
    if envelope.closing is None:
        return ()
    by, at = envelope.closing.by.name, texts.moment(envelope.closing.at)
    return (Plain(" · " + texts.say("{name} on {moment}", name=by, moment=at)),)


def show_places(decision: Decision, texts: Texts) -> tuple[str, ...]:
    """The places of an answer, each with where it comes from: what the person said, and what the network tells."""
    given, derived = texts.say("given"), texts.say("derived from the network")
    known = ((decision.place, given), (decision.derived_place, derived))
    return tuple(f"{place} · {source}" for place, source in known if place)


def show_evidence(envelope: Envelope, texts: Texts) -> str:
    """Where the state of an envelope is proved, or that this follows; empty where it is not to be proved."""
    if receipt := envelope.evidence:
        return texts.say("Proof: {origin} {entry}", origin=receipt.origin, entry=name_entry(receipt, texts))
    return texts.say("Proof follows") if envelope.evidence_follows else ""


def name_entry(receipt: Receipt, texts: Texts) -> str:
    """Which entry of its log a receipt is for: its number with the beginning of its hash."""
    return texts.say("no. {index} · {hash}", index=receipt.index, hash=receipt.entry_hash[:SHORT_HASH])


def explain_level(level: SealLevel, texts: Texts) -> str:
    """What a level of seals means."""
    match level:
        case SealLevel.B_B:
            return texts.say("the time is that of whoever sealed")
        case SealLevel.B_T:
            return texts.say("with a timestamp by an authority")
        case SealLevel.B_LT:
            return texts.say("with what its certificates can be checked with later")
        case SealLevel.B_LTA:
            return texts.say("made to be checked for many years")
        case _:
            assert_never(level)


def describe_level(level: SealLevel, texts: Texts) -> str:
    """A level of seals with what it means."""
    return f"{level.value}, {explain_level(level, texts)}"


def find_day(now: datetime) -> date:
    """The day in the office's zone."""
    return now.astimezone(OFFICE_ZONE).date()


def flatten(spans: tuple[Span, ...]) -> str:
    """The spans as plain text."""
    return "".join(_read(span) for span in spans)


def _read(span: Span) -> str:
    match span:
        case Plain(text) | Strong(text):
            return text
        case Mention(_, name):
            return name
        case Anchor(label, _):
            return label


def _separate(spans: list[Mention]) -> list[Span]:
    separated: list[Span] = []
    for span in spans:
        separated += [Plain(", ")] if separated else []
        separated.append(span)
    return separated
