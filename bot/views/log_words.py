"""Log lines in words: who, what, when, where, the same in dialogs, on pages, in PDF and CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.envelope import EnvelopeState
from bot.domain.evidence import Receipt
from bot.domain.log import LoggedDocument, LoggedSignature, LogLine, Subject
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_words import SHORT_HASH, name_entry, name_state
from bot.views.happening_words import name_happening
from bot.views.log_notes import note_answer, note_happening
from cards.text import clean


@dataclass(frozen=True, slots=True)
class Entry:
    """A log line in words. What people wrote is `clean` and has no markup.

    `notes` are particulars, `quote` the literal words of who did it. `place` was given by the person, `derived_place`
    follows from their network; either is empty where the line does not say, and neither stands in for the other.
    `signature` is what was signed with, where the line tells of that. `state` is the envelope's now, None for a line
    about the dossier alone; `request` its id. `receipt` is where the evidence has the line, `evidence_follows` that it
    will have it; `proves_state` says that its entry proves the `state`. `adopted_on` is
    the day on which annual accounts were adopted, as `2026-05-28`.
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
    adopted_on: str = ""

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
        notes=(*note_happening(line.happening, fact, texts), *note_answer(fact, signature, texts)),
        quote=fact.get("reason") or fact.get("note") or "",
        place=fact.get("place", ""),
        derived_place=fact.get("derived_place", ""),
        signature=signature,
        state=subject.state if subject else None,
        request=line.envelope or "",
        receipt=line.receipt,
        evidence_follows=line.evidence_follows,
        proves_state=line.receipt is not None and subject is not None and line.receipt == subject.evidence,
        adopted_on=fact.get("adopted_on", ""),
    )


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


def name_drawing(entry: Entry, texts: Texts) -> str:
    """What a drawn signature is to who cannot see it."""
    return texts.say("Signature of {name}", name=entry.who)
