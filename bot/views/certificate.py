"""The certificate of a request: all that is known of it on a few pages, to keep and to check without Paraaf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.domain.certified import SealLevel, Way
from bot.domain.dossier import Document
from bot.domain.envelope import Envelope
from bot.domain.evidence import Receipt
from bot.domain.log import LoggedSignature
from bot.domain.people import Account, Client, Office
from bot.texts import Texts
from bot.views.adoption import tell_adoption
from bot.views.certificate_signers import Part, Signing, describe_signers, write_times
from bot.views.envelope_words import describe_document, describe_level, name_state
from bot.views.log_words import Entry, name_document, say_times, say_where
from cards.text import clean, isolate, join_lines


@dataclass(frozen=True, slots=True)
class Section:
    """Parts below a heading; `code` is an address that stands below them as a QR code, empty for none."""

    heading: str
    parts: tuple[Part, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Everything on it, in words. `facts` are labels with values about the request; `notes` stand at the end.

    `page_of` has `%(page)s` and `%(pages)s` for who draws it to fill in.
    """

    language: str
    title: str
    office: str
    made: str
    page_of: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A request that ended, and what its certificate tells of it.

    `receipt` is the entry that proves its state, `level` that of its seal, None where there is none. `entries` are its
    lines in words, oldest first, without `left_out` more by which somebody looked. `known` says of accounts how staff
    knew whose they are, `signatures` what was signed with. `verify` is the address of the page that checks proofs.
    """

    office: Office
    client: Client | None
    envelope: Envelope
    receipt: Receipt
    level: SealLevel | None
    entries: Sequence[Entry]
    left_out: int
    known: Mapping[Account, Signing]
    signatures: Mapping[Account, LoggedSignature]
    verify: str
    at: datetime


def make_certificate(told: Told, texts: Texts) -> Certificate:
    """The certificate, in the language of `texts`."""
    made, made_utc = say_times(told.at, texts)
    return Certificate(
        language=texts.language,
        title=name_certificate(told.envelope.way, texts),
        office=clean(told.office.name),
        made=texts.say("Made at {moment} ({utc})", moment=made, utc=made_utc),
        page_of=texts.say("Page {page} of {pages}", page="%(page)s", pages="%(pages)s"),
        facts=_tell_request(told, texts),
        sections=(
            _list_documents(told.envelope, texts),
            Section(texts.say("Signers"), describe_signers(told.envelope, told.known, told.signatures, texts)),
            *_tell_seal(told, texts),
            _tell_evidence(told, texts),
            Section(texts.say("What happened"), tuple(_tell_event(each, told, texts) for each in told.entries)),
        ),
        notes=tuple(_list_notes(told, texts)),
    )


def name_certificate(way: Way, texts: Texts) -> str:
    """What it is called."""
    match way:
        case Way.APPROVAL:
            return texts.say("Proof of transaction")
        case Way.CERTIFIED:
            return texts.say("Transaction certificate")
        case _:
            assert_never(way)


def _tell_request(told: Told, texts: Texts) -> tuple[tuple[str, str], ...]:
    envelope, client, closing = told.envelope, told.client, told.envelope.closing
    facts = [(texts.say("Client"), clean(f"{client.number} · {client.name}"))] if client else []
    facts += [
        (texts.say("Request"), envelope.id),
        (texts.say("From"), join_lines(envelope.sender.name)),
        (texts.say("Sent"), write_times(envelope.sent_at, texts)),
        (texts.say("Status"), name_state(envelope.state, texts)),
    ]
    facts += tell_adoption(envelope, texts)
    if closing:
        facts.append((texts.say("Closed by"), join_lines(closing.by.name)))
        facts.append((texts.say("Closed"), write_times(closing.at, texts)))
    if envelope.supersedes:
        facts.append((texts.say("Takes the place of"), envelope.supersedes.envelope))
    if envelope.superseded_by:
        facts.append((texts.say("Replaced by"), envelope.superseded_by.envelope))
    if envelope.message:
        facts.append((texts.say("Message"), clean(envelope.message)))
    return tuple(facts)


def _list_documents(envelope: Envelope, texts: Texts) -> Section:
    heading = texts.say("Documents")
    if envelope.sealed is None:
        return Section(heading, tuple(_tell_document(each, (), texts) for each in envelope.documents))
    after = ((texts.say("SHA-256 when sealed"), envelope.sealed.document.sha256),)
    sealed, *along = envelope.documents
    parts = (_tell_document(sealed, after, texts), *(_tell_document(each, (), texts) for each in along))
    return Section(heading, parts)


def _tell_document(document: Document, after: tuple[tuple[str, str], ...], texts: Texts) -> Part:
    return Part(
        join_lines(document.name),
        facts=(
            (texts.say("Size"), describe_document(document, texts)),
            (texts.say("Version"), str(document.version)),
            (texts.say("SHA-256 when sent"), document.sha256),
            *after,
        ),
    )


def _tell_seal(told: Told, texts: Texts) -> tuple[Section, ...]:
    if told.envelope.way is not Way.CERTIFIED:
        return ()
    level = told.level
    if level is None:
        words = texts.say("There is no sealed PDF of this request.")
    else:
        words = texts.say("Level: {level}", level=describe_level(level, texts))
    return (Section(texts.say("Seal"), (Part(lines=(words,)),)),)


def _tell_evidence(told: Told, texts: Texts) -> Section:
    receipt = told.receipt
    facts = (
        (texts.say("Evidence log"), receipt.origin),
        (texts.say("Entry"), str(receipt.index)),
        (texts.say("Hash of the entry"), receipt.entry_hash),
        (texts.say("To be checked at"), told.verify),
    )
    why = texts.say("This entry proves the status, in a log that can only be added to. Its proof lies in the dossier.")
    return Section(texts.say("Proof"), (Part(lines=(why,), facts=facts),), told.verify)


def _tell_event(entry: Entry, told: Told, texts: Texts) -> Part:
    """An event; its documents only where these are not all of the request, its drawing stands with the signer."""
    seen = entry.documents if len(entry.documents) < len(told.envelope.documents) else ()
    return Part(
        f"{entry.what} · {isolate(join_lines(entry.who))}",
        lines=(
            write_times(entry.at, texts),
            *(name_document(each, texts) for each in seen),
            *entry.notes,
            *say_where(entry, texts),
            *_say_proof(entry, texts),
        ),
        quote=entry.quote,
    )


def _say_proof(entry: Entry, texts: Texts) -> tuple[str, ...]:
    """Which entry has a line, with the whole of its hash."""
    if receipt := entry.receipt:
        number = texts.say("no. {index} · {hash}", index=receipt.index, hash=receipt.entry_hash)
        return (texts.say("Proof: {entry}", entry=number),)
    return (texts.say("Proof follows"),) if entry.evidence_follows else ()


def _list_notes(told: Told, texts: Texts) -> list[str]:
    notes = [
        texts.say("A place is given by the person, or derived from the network that they used; each says which."),
        texts.say("These pages prove nothing by themselves: check the entry that they name."),
    ]
    if told.left_out:
        more = texts.count(
            "Somebody looked at the documents {number} more time; the CSV of the log has that as well.",
            "People looked at the documents {number} more times; the CSV of the log has these as well.",
            told.left_out,
        )
        notes.append(more)
    return notes
