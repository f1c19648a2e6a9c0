"""Log lines in words: who, what, when, where, the same in dialogs, on pages, in PDF and CSV."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, assert_never

from bot.domain.certified import SealLevel, Way
from bot.domain.envelope import EnvelopeState
from bot.domain.evidence import Receipt
from bot.domain.log import Happening, LoggedDocument, LoggedSignature, LogLine, Subject, Unreadable
from bot.domain.signature import TypedSignature
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_words import SHORT_HASH, describe_level, name_entry, name_state
from cards.text import clean

_Delegating = Literal[
    Happening.DELEGATION_ASKED,
    Happening.DELEGATED,
    Happening.DELEGATION_REFUSED,
    Happening.DELEGATION_TAKEN_BACK,
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A log line in words. What people wrote is `clean` and has no markup.

    `notes` are particulars, `quote` the literal words of who did it. `place` was given by the person, `derived_place`
    follows from their network; either is empty where the line does not say, and neither stands in for the other.
    `signature` is what was signed with, where the line tells of that. `state` is the envelope's now, None for a line
    about the dossier alone; `request` its id. `receipt` is where the evidence has the line, `evidence_follows` that it
    will have it; `proves_state` says that its entry proves the `state`.
    """

    at: datetime
    who: str
    what: str
    documents: tuple[LoggedDocument, ...] = ()
    notes: tuple[str, ...] = ()
    quote: str = ""
    place: str = ""
    derived_place: str = ""
    signature: LoggedSignature | None = None
    state: EnvelopeState | None = None
    request: str = ""
    receipt: Receipt | None = None
    evidence_follows: bool = False
    proves_state: bool = False

    @property
    def drawing(self) -> bytes | None:
        """The drawn signature as PNG, where there is one."""
        content = self.signature.content if self.signature else None
        return content if isinstance(content, bytes) else None

    @property
    def here(self) -> datetime:
        """The time in the office's zone."""
        return self.at.astimezone(OFFICE_ZONE)

    @property
    def utc(self) -> datetime:
        """The time in UTC."""
        return self.at.astimezone(UTC)


def describe_line(line: LogLine, subject: Subject | None, signature: LoggedSignature | None, texts: Texts) -> Entry:
    """A line in words, with what is known of the envelope that it is about, and with what it was signed with."""
    fact = {name: clean(str(value)) for name, value in line.facts.items()}
    return Entry(
        at=line.at,
        who=clean(line.by.name),
        what=name_happening(line.happening, texts),
        documents=_list_documents(line, subject),
        notes=(*_note_happening(line.happening, fact, texts), *_note_answer(fact, signature, texts)),
        quote=fact.get("reason") or fact.get("note") or "",
        place=fact.get("place", ""),
        derived_place=fact.get("derived_place", ""),
        signature=signature,
        state=subject.state if subject else None,
        request=line.envelope or "",
        receipt=line.receipt,
        evidence_follows=line.evidence_follows,
        proves_state=line.receipt is not None and subject is not None and line.receipt == subject.evidence,
    )


def name_happening(happening: Happening, texts: Texts) -> str:
    """What happened, in a few words."""
    match happening:
        case Happening.LINKED:
            return texts.say("Linked the conversation to this dossier")
        case Happening.CONTACT_CONFIRMED:
            return texts.say("Confirmed who the signer is")
        case Happening.SENT:
            return texts.say("Sent for signing")
        case Happening.VIEWED:
            return texts.say("Opened a document")
        case Happening.PAGES_OPENED:
            return texts.say("Looked at pages")
        case Happening.APPROVED:
            return texts.say("Approved")
        case Happening.REJECTED:
            return texts.say("Rejected")
        case Happening.WITHDRAWN:
            return texts.say("Withdrew the request")
        case Happening.SUPERSEDED:
            return texts.say("Replaced by a corrected version")
        case Happening.SEALED:
            return texts.say("Sealed the PDF")
        case (
            Happening.DELEGATION_ASKED
            | Happening.DELEGATED
            | Happening.DELEGATION_REFUSED
            | Happening.DELEGATION_TAKEN_BACK
        ):
            return _name_delegation(happening, texts)
        case Happening.FIELDS_PLACED:
            return texts.say("Placed fields on a document")
        case Happening.UNDELIVERABLE:
            return texts.say("A message could not be delivered")
        case Happening.DELIVERY_RETRIED:
            return texts.say("An administrator had a message delivered again")
        case Happening.DELIVERY_DROPPED:
            return texts.say("An administrator gave up a message")
        case _:
            assert_never(happening)


def _name_delegation(happening: _Delegating, texts: Texts) -> str:
    match happening:
        case Happening.DELEGATION_ASKED:
            return texts.say("Asked to pass the task on")
        case Happening.DELEGATED:
            return texts.say("Passed the task on")
        case Happening.DELEGATION_REFUSED:
            return texts.say("Refused to pass the task on")
        case Happening.DELEGATION_TAKEN_BACK:
            return texts.say("Kept the task after all")
        case _:
            assert_never(happening)


def name_document(document: LoggedDocument, texts: Texts) -> str:
    """A document's name with the beginning of its SHA-256."""
    if not document.sha256:
        return document.name
    return texts.say("{name} (SHA-256 {hash}…)", name=document.name, hash=document.sha256[:SHORT_HASH])


def say_where(entry: Entry, texts: Texts) -> tuple[str, ...]:
    """The places of a line, each with where it is known from."""
    given = (texts.say("{place} (given)", place=entry.place),) if entry.place else ()
    derived = (texts.say("{place} (derived)", place=entry.derived_place),) if entry.derived_place else ()
    return given + derived


def say_when(entry: Entry, texts: Texts) -> tuple[str, str]:
    """The time of a line, as `say_times` says it."""
    return say_times(entry.at, texts)


def say_times(at: datetime, texts: Texts) -> tuple[str, str]:
    """The time to the second, in the office's zone and in UTC, both labelled."""
    return (
        texts.say("{moment} Europe/Amsterdam", moment=texts.second(at.astimezone(OFFICE_ZONE))),
        texts.say("{moment} UTC", moment=texts.second(at.astimezone(UTC))),
    )


def say_state(entry: Entry, texts: Texts) -> str:
    """The state of the request now; empty for what is about the dossier alone."""
    return name_state(entry.state, texts) if entry.state else ""


def say_evidence(entry: Entry, texts: Texts) -> str:
    """Which entry of the evidence log has the line, or that this follows; empty for one that it never will have."""
    if entry.receipt:
        return texts.say("Proof: {entry}", entry=name_entry(entry.receipt, texts))
    return texts.say("Proof follows") if entry.evidence_follows else ""


def list_origins(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The logs that have entries of these lines, each once."""
    return tuple(dict.fromkeys(entry.receipt.origin for entry in entries if entry.receipt))


def _list_documents(line: LogLine, subject: Subject | None) -> tuple[LoggedDocument, ...]:
    """The documents that a line speaks of, by the names that they had when they were sent."""
    known = subject.documents if subject else ()
    if "documents" in line.facts:
        hashes = line.facts["documents"].split()
        return tuple(LoggedDocument(_find_name(known, number, each), each) for number, each in enumerate(hashes))
    if name := line.facts.get("document"):
        digest = line.facts.get("sha256") or _find_hash(known, name)
        return (LoggedDocument(clean(name), digest),)
    return tuple(LoggedDocument(clean(each.name), each.sha256) for each in known)


def _find_name(known: Sequence[LoggedDocument], number: int, sha256: str) -> str:
    """Two documents of one request may be the same bytes under two names, so the order counts first."""
    if number < len(known) and known[number].sha256 == sha256:
        return clean(known[number].name)
    return next((clean(each.name) for each in known if each.sha256 == sha256), sha256[:SHORT_HASH])


def _find_hash(known: Sequence[LoggedDocument], name: str) -> str:
    hashes = {each.sha256 for each in known if each.name == name}
    return hashes.pop() if len(hashes) == 1 else ""


def _note_happening(happening: Happening, fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    match happening:
        case Happening.LINKED:
            return _say_if(fact.get("channel"), lambda channel: texts.say("Conversation: {id}", id=channel))
        case Happening.CONTACT_CONFIRMED:
            return (
                texts.say("{account} is {contact}", account=fact.get("account", ""), contact=fact.get("contact", "")),
            )
        case Happening.SENT:
            return _note_sending(fact, texts)
        case Happening.PAGES_OPENED:
            return _say_if(fact.get("pages"), lambda pages: texts.say("Pages: {pages}", pages=pages))
        case Happening.SUPERSEDED:
            return _say_if(fact.get("successor"), lambda id_: texts.say("Corrected version: {id}", id=id_))
        case (
            Happening.DELEGATION_ASKED
            | Happening.DELEGATED
            | Happening.DELEGATION_REFUSED
            | Happening.DELEGATION_TAKEN_BACK
        ):
            return _note_delegation(fact, texts)
        case Happening.SEALED:
            return _note_sealing(fact, texts)
        case Happening.FIELDS_PLACED:
            return _say_if(fact.get("fields"), lambda number: texts.say("Fields: {number}", number=number))
        case Happening.UNDELIVERABLE | Happening.DELIVERY_RETRIED | Happening.DELIVERY_DROPPED:
            to = _say_if(fact.get("to"), lambda name: texts.say("To {name}", name=name))
            return (*to, *_say_if(fact.get("why"), lambda why: texts.say("The platform says: {why}", why=why)))
        case Happening.VIEWED | Happening.APPROVED | Happening.REJECTED | Happening.WITHDRAWN:
            return ()
        case _:
            assert_never(happening)


def _note_sending(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    signers = fact.get("signer", "")
    if fact.get("way") != Way.CERTIFIED:
        return (texts.say("Signer: {name}", name=signers),) if signers else ()
    in_order = fact.get("order") == "in order"
    order = texts.say("One after the other") if in_order else texts.say("In any order")
    return (texts.say("Signers: {names}", names=signers), texts.say("Signing with a certificate"), order)


def _note_sealing(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    return (
        *_say_if(fact.get("level"), lambda level: texts.say("Seal: {level}", level=_name_level(level, texts))),
        *_say_if(fact.get("shortfall"), lambda why: texts.say("No higher level: {why}", why=why)),
        *_say_if(fact.get("after"), lambda digest: texts.say("SHA-256 of the sealed PDF: {hash}", hash=digest)),
    )


def _name_level(level: str, texts: Texts) -> str:
    return describe_level(SealLevel(level), texts)


def _note_delegation(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    if "to" not in fact:
        return ()
    if "from" not in fact:
        return (texts.say("To {name}", name=fact["to"]),)
    return (texts.say("From {name} to {other}", name=fact["from"], other=fact["to"]),)


def name_drawing(entry: Entry, texts: Texts) -> str:
    """What a drawn signature is to who cannot see it."""
    return texts.say("Signature of {name}", name=entry.who)


def _note_answer(fact: dict[str, str], signature: LoggedSignature | None, texts: Texts) -> tuple[str, ...]:
    """The consent text that was shown (`version/language`), and how it was signed."""
    version, _, language = fact.get("consent", "").partition("/")
    notes: list[str] = []
    if version:
        notes.append(texts.say("Consent text: version {version} ({language})", version=version, language=language))
    match fact.get("signature"):
        case "drawn":
            notes.append(texts.say("With a drawn signature"))
        case "typed":
            notes.append(texts.say("With a typed name as signature"))
        case None:
            pass
        case other:
            notes.append(texts.say("Signature: {kind}", kind=other))
    return (*notes, *_note_signature(signature, texts))


def _note_signature(signature: LoggedSignature | None, texts: Texts) -> tuple[str, ...]:
    match signature.content if signature else None:
        case TypedSignature(name):
            return (texts.say("Signed as: {name}", name=clean(name)),)
        case Unreadable.ERASED:
            return (texts.say("The signature was erased."),)
        case Unreadable.DAMAGED:
            return (texts.say("The signature is damaged and cannot be shown."),)
        case bytes() | None:
            return ()
        case other:
            assert_never(other)


def _say_if(fact: str | None, say: Callable[[str], str]) -> tuple[str, ...]:
    return (say(fact),) if fact else ()
