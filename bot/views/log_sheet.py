"""A log laid out to be read on paper: the same on the page, in PDF and in CSV."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.envelope import Envelope, Party
from bot.domain.log import LogFilter
from bot.domain.people import Client, Office
from bot.texts import OFFICE_ZONE, Texts
from bot.views.adoption import tell_adoption
from bot.views.envelope_words import name_state
from bot.views.log_forms import read_days
from bot.views.log_words import (
    Entry,
    list_origins,
    name_document,
    name_drawing,
    say_evidence,
    say_state,
    say_when,
    say_where,
)
from cards.text import clean


@dataclass(frozen=True, slots=True)
class Picture:
    """A `png` in base64, and in words what it is."""

    png: str
    alt: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line: `details`, `quote` and `picture` are about `what`, each of `when` and `where` bears its label.

    `evidence` says which entry has it; `proof` is the id of the request whose state that entry proves.
    """

    when: tuple[str, ...]
    who: str
    what: str
    details: tuple[str, ...]
    quote: str
    where: tuple[str, ...]
    state: str
    picture: Picture | None = None
    evidence: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on it, in words. `facts` are labels with values above the rows, `notes` stand below them.

    `warning` says what of the log is not on it; empty where all of it is.
    """

    language: str
    title: str
    office: str
    made: str
    page_of: str
    facts: tuple[tuple[str, str], ...]
    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a sheet is of, for whom, and when it was made."""

    office: Office
    client: Client | None
    envelope: Envelope | None
    viewer: Party
    at: datetime
    is_dossier: bool


def make_sheet(occasion: Occasion, entries: Sequence[Entry], facts: Sequence[tuple[str, str]], texts: Texts) -> Sheet:
    """The sheet with these lines; `facts` say what they were filtered by."""
    return Sheet(
        language=texts.language,
        title=name_log(occasion, texts),
        office=clean(occasion.office.name),
        made=_say_made(occasion, texts),
        # The PDF counts its own pages.
        page_of=texts.say("Page {page} of {pages}", page="%(page)s", pages="%(pages)s"),
        facts=(*_tell_subject(occasion, texts), *facts, *_tell_origins(entries, texts)),
        headings=(texts.say("When"), texts.say("Who"), texts.say("What"), texts.say("Where"), texts.say("Status now")),
        rows=tuple(_lay_out(entry, texts) for entry in entries),
        notes=(
            texts.say("A place is given by the person, or derived from the network that they used; each says which."),
            texts.say("The status is that of the request when this was made, whatever it was at the time of a line."),
        ),
    )


def name_log(occasion: Occasion, texts: Texts) -> str:
    """What the log is called."""
    return texts.say("Dossier log") if occasion.is_dossier else texts.say("Transaction log")


def tell_filter(wanted: LogFilter, person: str, texts: Texts) -> tuple[tuple[str, str], ...]:
    """What the lines were filtered by; `person` is a name."""
    first, last = read_days(wanted)
    told: list[tuple[str, str]] = []
    if first:
        told.append((texts.say("From day"), texts.day(first)))
    if last:
        told.append((texts.say("Until and including"), texts.day(last)))
    if wanted.person:
        told.append((texts.say("Person"), clean(person)))
    if wanted.state:
        told.append((texts.say("Status"), name_state(wanted.state, texts)))
    return tuple(told)


def _tell_subject(occasion: Occasion, texts: Texts) -> tuple[tuple[str, str], ...]:
    told: list[tuple[str, str]] = []
    if occasion.client:
        told.append((texts.say("Client"), clean(f"{occasion.client.number} · {occasion.client.name}")))
    if envelope := occasion.envelope:
        told.append((texts.say("Request"), envelope.id))
        told.append((texts.say("From"), clean(envelope.sender.name)))
        told.append((texts.say("Signer"), clean(", ".join(each.name for each in envelope.signers))))
        told.append((texts.say("Status now"), name_state(envelope.state, texts)))
        told += tell_adoption(envelope, texts)
        told += [(texts.say("Document"), f"{clean(each.name)}\nSHA-256 {each.sha256}") for each in envelope.documents]
    elif not occasion.is_dossier:
        told.append((texts.say("Signer"), clean(occasion.viewer.name)))
    return tuple(told)


def _tell_origins(entries: Sequence[Entry], texts: Texts) -> tuple[tuple[str, str], ...]:
    return tuple((texts.say("Evidence log"), origin) for origin in list_origins(entries))


def _say_made(occasion: Occasion, texts: Texts) -> str:
    return texts.say(
        "Made for {name} at {moment} Europe/Amsterdam ({utc} UTC)",
        name=occasion.viewer.name,
        moment=texts.second(occasion.at.astimezone(OFFICE_ZONE)),
        utc=texts.second(occasion.at.astimezone(UTC)),
    )


def _lay_out(entry: Entry, texts: Texts) -> SheetRow:
    return SheetRow(
        when=say_when(entry, texts),
        who=entry.who,
        what=entry.what,
        details=(*(name_document(document, texts) for document in entry.documents), *entry.notes),
        quote=entry.quote,
        where=say_where(entry, texts),
        state=say_state(entry, texts),
        picture=Picture(b64encode(entry.drawing).decode(), name_drawing(entry, texts)) if entry.drawing else None,
        evidence=say_evidence(entry, texts),
        proof=entry.request if entry.proves_state else "",
    )
