"""The dialogs of the logs: the newest lines, and where the rest is. `bot.use_cases.logs` reads their inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from itertools import accumulate, takewhile

from bot.domain.envelope import EnvelopeState, Party
from bot.domain.log import LOG_READING_TIME, LogFilter
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_words import name_state
from bot.views.log_words import Entry, list_origins, name_document, name_drawing, say_evidence, say_when, say_where
from cards.limits import OPTION_LABEL, OPTIONS_IN_MENU
from cards.model import (
    Anchor,
    Choice,
    DateInput,
    Divider,
    Element,
    Form,
    Image,
    Input,
    Option,
    Plain,
    Span,
    Strong,
    Text,
)
from cards.text import shorten

LOG_FORM, DOSSIER_LOG = "log", "dossier_log"
SINCE, UNTIL, PERSON, STATE = "since", "until", "person", "status"
ANY = "any"
"""The option that filters nothing: a menu cannot be emptied once something was chosen in it."""

LINES_IN_DIALOG = 30
"""Each takes two blocks, of the 100 that Slack has (`cards.limits.SLACK_VIEW_BLOCKS`), and more for a long reason."""
_ROOM = 24_000
"""Bytes of words in a dialog. Teams takes 80,000 in all (`cards.limits.TEAMS_AIM`), and every line comes with marks."""
_MARKS = 250
"""Bytes for what surrounds the words of a line."""
_PICTURE = 500
"""Bytes for a drawn signature: its address, and the name of whose it is once more."""
PEOPLE_OFFERED = OPTIONS_IN_MENU - 1
"""As many as a menu holds beside `ANY`."""


@dataclass(frozen=True, slots=True)
class ShownLines:
    """The newest lines, and whether there are `older` ones; `page` is the address where all of them are.

    `signatures` is what the addresses of drawn ones begin with, before the id of the envelope and the signer's number;
    empty where a platform would not fetch them.
    """

    entries: Sequence[Entry]
    older: bool
    page: str
    signatures: str = ""


def envelope_log_form(title: str, lines: ShownLines, texts: Texts) -> Form:
    """The lines of one envelope, or of a signer's own in one conversation, which `title` names."""
    body = (Text((Strong(title),)), *_show_page(lines, texts), *show_lines(lines, texts))
    return Form(LOG_FORM, texts.say("Transaction log"), body, texts.say("Close"))


def dossier_log_form(
    client: str, lines: ShownLines, wanted: LogFilter, people: Sequence[Party], context: str, texts: Texts
) -> Form:
    """The newest lines of a client's dossier, with what they can be filtered by."""
    return Form(
        id=DOSSIER_LOG,
        title=texts.say("Dossier log"),
        body=(
            Text((Plain(texts.say("Client") + ": "), Strong(client))),
            *_ask_filter(wanted, people, texts),
            *_show_page(lines, texts),
            *show_lines(lines, texts),
        ),
        submit=texts.say("Filter"),
        close=texts.say("Close"),
        context=context,
    )


def show_lines(lines: ShownLines, texts: Texts) -> tuple[Element, ...]:
    """The newest lines that fit into a dialog, and a word on those that do not."""
    if not lines.entries:
        return (Text((Plain(texts.say("There is nothing here.")),), muted=True),)
    costs = accumulate(_measure(entry, texts) for entry in lines.entries[:LINES_IN_DIALOG])
    number = max(1, sum(1 for _ in takewhile(lambda cost: cost <= _ROOM, costs)))
    chosen = lines.entries[:number]
    shown = (
        *_show_origins(chosen, texts),
        *(part for entry in chosen for part in _show_entry(entry, lines.signatures, texts)),
    )
    if number == len(lines.entries) and not lines.older:
        return shown
    rest = texts.count(
        "This is the newest line; the others are on the page.",
        "These are the {number} newest lines; the others are on the page.",
        number,
    )
    return (*shown, Divider(), Text((Strong(rest),)))


def read_days(wanted: LogFilter) -> tuple[date | None, date | None]:
    """The first and the last day of a filter in the office's zone."""
    first = wanted.since.astimezone(OFFICE_ZONE).date() if wanted.since else None
    last = (wanted.until.astimezone(OFFICE_ZONE) - timedelta(microseconds=1)).date() if wanted.until else None
    return first, last


def offer_people(people: Sequence[Party], texts: Texts) -> dict[str, str]:
    """The names to filter by, by the value of the option."""
    return {ANY: texts.say("Everybody")} | {each.account.user: each.name for each in people[:PEOPLE_OFFERED]}


def offer_states(texts: Texts) -> dict[str, str]:
    """The states to filter by, by the value of the option."""
    return {ANY: texts.say("Every status")} | {state.value: name_state(state, texts) for state in EnvelopeState}


def _ask_filter(wanted: LogFilter, people: Sequence[Party], texts: Texts) -> tuple[Input, ...]:
    first, last = read_days(wanted)
    return (
        DateInput(SINCE, texts.say("From day"), first, required=False),
        DateInput(UNTIL, texts.say("Until and including"), last, required=False),
        _choose(PERSON, texts.say("Person"), offer_people(people, texts), wanted.person),
        _choose(STATE, texts.say("Status"), offer_states(texts), wanted.state or ""),
    )


def _choose(field: str, label: str, offered: Mapping[str, str], chosen: str) -> Choice:
    options = {value: Option(value, shorten(name, OPTION_LABEL)) for value, name in offered.items()}
    selected = options.get(chosen, options[ANY])
    return Choice(field, label, tuple(options.values()), selected=(selected,), required=False)


def _show_page(lines: ShownLines, texts: Texts) -> tuple[Element, ...]:
    note = texts.say(
        "This link is yours alone and works for {minutes} minutes.", minutes=LOG_READING_TIME // timedelta(minutes=1)
    )
    link = Anchor(texts.say("Open the page to print, with PDF and CSV"), lines.page)
    return (Text((Plain("🖨️ "), link)), Text((Plain(note),), muted=True))


def _show_origins(entries: Sequence[Entry], texts: Texts) -> tuple[Element, ...]:
    told = [texts.say("Evidence log: {origin}", origin=origin) for origin in list_origins(entries)]
    return tuple(Text((Plain(each),), muted=True) for each in told)


def _show_entry(entry: Entry, signatures: str, texts: Texts) -> tuple[Element, ...]:
    told = [f"📄 {name_document(document, texts)}" for document in entry.documents]
    told += [*entry.notes, *(f"📍 {place}" for place in say_where(entry, texts))]
    told += [f"🔏 {proof}" for proof in (say_evidence(entry, texts),) if proof]
    lead: tuple[Span, ...] = (Strong(entry.what), Plain(f" · {entry.who}"))
    words = "\n".join(["", *say_when(entry, texts), *told])
    quote = (Text((Plain(entry.quote),), quote=True),) if entry.quote else ()
    return (Text((*lead, Plain(words))), *quote, *_show_drawing(entry, signatures, texts))


def _show_drawing(entry: Entry, signatures: str, texts: Texts) -> tuple[Element, ...]:
    if entry.signature is None or entry.drawing is None:
        return ()
    if not signatures:
        return (Text((Plain(texts.say("The page shows the drawn signature.")),), muted=True),)
    address = f"{signatures}/{entry.request}/{entry.signature.number}.png"
    return (Image(address, name_drawing(entry, texts)),)


def _measure(entry: Entry, texts: Texts) -> int:
    """The bytes that an entry takes at most, whatever is escaped in it."""
    words = (entry.what, entry.who, *say_when(entry, texts), *entry.notes, *say_where(entry, texts), entry.quote)
    words += (say_evidence(entry, texts),)
    names = (name_document(document, texts) for document in entry.documents)
    picture = _PICTURE if entry.drawing else 0
    return sum(len(escape(each).encode()) for each in (*words, *names)) + _MARKS + picture
