"""Log lines in words, and the dialogs with them, which fit whatever people wrote."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from bot.domain.envelope import EnvelopeState
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening, LogFilter, LoggedDocument, LoggedSignature, Subject, Unreadable
from bot.domain.signature import TypedSignature
from bot.texts import LANGUAGES, Texts, load_texts
from bot.use_cases.log_filter import make_filter, read_query, write_query
from bot.views.log_forms import ANY, LINES_IN_DIALOG, STATE, UNTIL, ShownLines, dossier_log_form, envelope_log_form
from bot.views.log_words import Entry, describe_line, name_document, say_when, say_where
from cards.adaptive_card import Wording, render_form
from cards.block_kit import render_view
from cards.limits import TEAMS_AIM
from cards.model import Image
from tests import builders as a

DUTCH = load_texts("nl")
PAGE = "https://paraaf.example/logs/" + "s" * 43
FIRST, SECOND = LoggedDocument("A.pdf", "a" * 64), LoggedDocument("B.pdf", "b" * 64)
SUBJECT = Subject(EnvelopeState.REJECTED, (FIRST, SECOND))
WORDING = Wording("nl", "", "", "")


def describe(
    happening: Happening,
    facts: Mapping[str, str],
    subject: Subject | None = SUBJECT,
    texts: Texts = DUTCH,
    signed: bytes | TypedSignature | Unreadable | None = None,
) -> Entry:
    signature = LoggedSignature(2, signed) if signed else None
    return describe_line(a.a_log_line(happening, facts=facts), subject, signature, texts)


@pytest.mark.parametrize(
    ("happening", "facts", "notes"),
    [
        (Happening.LINKED, {"channel": "C0"}, ("Gesprek: C0",)),
        (Happening.CONTACT_CONFIRMED, {"contact": "Karim", "account": "U0"}, ("U0 is Karim",)),
        (Happening.SENT, {"signer": "Karim"}, ("Ondertekenaar: Karim",)),
        (Happening.SENT, {"signer": "Karim", "asks": "adopt"},
         ("Ondertekenaar: Karim", "De jaarrekening vaststellen (algemene vergadering)")),
        (Happening.APPROVED, {"adopted_on": "2026-05-28"}, ("Jaarrekening vastgesteld op 28 mei 2026",)),
        (Happening.PAGES_OPENED, {"document": "A.pdf", "pages": "1-3"}, ("Pagina’s: 1-3",)),
        (Happening.APPROVED, {"consent": "1/nl", "signature": "drawn"},
         ("Akkoordtekst: versie 1 (nl)", "Met een getekende handtekening")),
        (Happening.APPROVED, {"signature": "typed"}, ("Met een getypte naam als handtekening",)),
        (Happening.SUPERSEDED, {"successor": "e2"}, ("Nieuwe versie: e2",)),
        (Happening.DELEGATION_ASKED, {"from": "Karim", "to": "Noor", "note": "Vakantie"}, ("Van Karim aan Noor",)),
        (Happening.DELEGATED, {"to": "Noor"}, ("Aan Noor",)),
        (Happening.FIELDS_PLACED, {"document": "A.pdf", "fields": "3"}, ("Velden: 3",)),
        (Happening.REMINDED, {"to": "Karim", "how": "direct"}, ("Aan Karim", "Met een persoonlijk bericht")),
        (Happening.REMINDED, {"to": "Karim", "how": "thread", "why": "cannot_dm"},
         ("Aan Karim", "Met een vermelding onder het verzoek", "Het platform meldt: cannot_dm")),
        (Happening.ESCALATED, {"from": "Karim", "to": "Sanne, Bas"}, ("Karim antwoordde niet", "Aan Sanne, Bas")),
        (Happening.UNDELIVERABLE, {"errand": "show card", "why": "is_archived"}, ("Het platform meldt: is_archived",)),
        (Happening.DELIVERY_RETRIED, {"errand": "show card", "why": "gone"}, ("Het platform meldt: gone",)),
        (Happening.DELIVERY_DROPPED, {"errand": "show card"}, ()),
    ],
)  # fmt: skip
def test_particulars_are_told(happening: Happening, facts: dict[str, str], notes: tuple[str, ...]) -> None:
    assert describe(happening, facts).notes == notes


@pytest.mark.parametrize(
    ("signed", "note"),
    [
        (TypedSignature("Karim <\u202eHaddad>"), "Getekend als: Karim <Haddad>"),
        (Unreadable.ERASED, "De handtekening is gewist."),
        (Unreadable.DAMAGED, "De handtekening is beschadigd en kan niet worden getoond."),
        (b"PNG", "Met een getekende handtekening"),
    ],
)
def test_what_was_signed_with_is_told(signed: bytes | TypedSignature | Unreadable, note: str) -> None:
    entry = describe(Happening.APPROVED, {"signature": "drawn"}, signed=signed)
    assert entry.notes[-1] == note
    assert (entry.drawing == signed) is isinstance(signed, bytes)


def test_a_drawing_is_shown_in_the_dialog_where_platforms_can_fetch_it() -> None:
    entry = describe(Happening.APPROVED, {"signature": "drawn"}, signed=b"PNG")
    shown = envelope_log_form("A.pdf", ShownLines([entry], older=False, page=PAGE, signatures=f"{PAGE}/s"), DUTCH)
    assert Image(f"{PAGE}/s/envelope-1/2.png", "Handtekening van Sanne de Vries") in shown.body
    left_out = envelope_log_form("A.pdf", ShownLines([entry], older=False, page=PAGE), DUTCH)
    assert not [part for part in left_out.body if isinstance(part, Image)]
    assert "De pagina toont de getekende handtekening." in str(left_out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_happening_has_words_of_its_own_even_without_facts(language: str) -> None:
    texts = load_texts(language)
    words = [describe(happening, {}, None, texts).what for happening in Happening]
    assert all(words)
    assert len(set(words)) == len(words)


def test_documents_bear_the_names_under_which_they_were_sent() -> None:
    both = describe(Happening.APPROVED, {"documents": f"{'a' * 64} {'b' * 64}"})
    assert both.documents == (FIRST, SECOND)
    assert name_document(FIRST, DUTCH) == "A.pdf (SHA-256 aaaaaaaaaaaa…)"
    unknown = describe(Happening.SENT, {"documents": "c" * 64}, None)
    assert unknown.documents == (LoggedDocument("c" * 12, "c" * 64),)
    assert describe(Happening.PAGES_OPENED, {"document": "B.pdf"}).documents == (SECOND,)
    assert describe(Happening.WITHDRAWN, {}).documents == (FIRST, SECOND)


def test_two_documents_of_the_same_bytes_keep_their_own_names() -> None:
    twins = Subject(EnvelopeState.OPEN, (FIRST, replace(FIRST, name="Kopie.pdf")))
    told = describe(Happening.SENT, {"documents": f"{'a' * 64} {'a' * 64}"}, twins)
    assert [document.name for document in told.documents] == ["A.pdf", "Kopie.pdf"]


def test_a_given_and_a_derived_place_are_never_mixed_up() -> None:
    assert say_where(describe(Happening.APPROVED, {"place": "Utrecht"}), DUTCH) == ("Utrecht (opgegeven)",)
    assert say_where(describe(Happening.APPROVED, {"derived_place": "Delft"}), DUTCH) == ("Delft (afgeleid)",)
    both = describe(Happening.APPROVED, {"place": "Utrecht", "derived_place": "Delft"})
    assert say_where(both, DUTCH) == ("Utrecht (opgegeven)", "Delft (afgeleid)")


def test_times_are_told_twice_and_tell_the_hour_that_comes_twice_apart() -> None:
    """On 25 October 2026 the clock in Amsterdam is set back from 03:00 to 02:00."""
    summer = replace(describe(Happening.SENT, {}), at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    winter = replace(summer, at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert say_when(summer, DUTCH)[0] == say_when(winter, DUTCH)[0] == "25 okt 2026 02:30:00 Europe/Amsterdam"
    assert say_when(summer, DUTCH)[1] == "25 okt 2026 00:30:00 UTC"
    assert say_when(winter, DUTCH)[1] == "25 okt 2026 01:30:00 UTC"


def test_what_turns_text_around_is_taken_out() -> None:
    told = describe(Happening.REJECTED, {"reason": "nee\u202efdp.exe", "place": "Ut\x00recht"})
    assert (told.quote, told.place) == ("neefdp.exe", "Utrecht")


def test_a_filter_covers_whole_days_in_amsterdam() -> None:
    wanted = make_filter(date(2026, 3, 28), date(2026, 3, 29), "U0", "open")  # the night of 29 March has 23 hours
    assert wanted.since == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert wanted.until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert read_query({"since": "2026-03-28", "until": "2026-03-29", "person": "U0", "status": "open"}) == wanted
    assert write_query(wanted) == "?since=2026-03-28&until=2026-03-29&person=U0&status=open"
    assert write_query(LogFilter()) == ""
    assert make_filter(None, None, ANY, ANY) == LogFilter()


@pytest.mark.parametrize(
    ("first", "last", "state", "field", "problem"),
    [
        (date(2026, 3, 2), date(2026, 3, 1), "", UNTIL, Problem.BEFORE_ITS_START),
        (None, date(9999, 12, 31), "", UNTIL, Problem.UNKNOWN),
        (date(1, 1, 1), None, "", UNTIL, Problem.UNKNOWN),
        (None, None, "weg", STATE, Problem.UNKNOWN),
    ],
)
def test_a_filter_that_means_nothing_is_refused(
    first: date | None, last: date | None, state: str, field: str, problem: Problem
) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_filter(first, last, "", state)
    assert refused.value.faults == {field: Fault(problem)}


HUGE = {
    "long": "Het bedrag klopt niet. " * 86,
    "escaped": "&<>\"'*_" * 285,
    "wide": "漢" * 2_000,
    "pictures": "👩‍👩‍👧‍👦" * 285,
    "lines": "a\n" * 1_000,
    "right to left": "שלום " * 400,
}


@pytest.mark.parametrize("words", HUGE.values(), ids=HUGE.keys())
@pytest.mark.parametrize("documents", [1, 10])
def test_dialogs_fit_whatever_people_wrote(words: str, documents: int) -> None:
    named = tuple(LoggedDocument(f"{number} {words}"[:255], "a" * 64) for number in range(documents))
    told = describe(Happening.APPROVED, {"reason": words, "place": words[:100]}, signed=b"PNG")
    entry = replace(told, documents=named, who=words[:80])
    lines = ShownLines([entry] * LINES_IN_DIALOG, older=True, page=PAGE, signatures=f"{PAGE}/signatures")
    people = [a.a_party(words[:80], a.an_account(f"U{number}")) for number in range(150)]
    forms = (
        envelope_log_form(words, lines, DUTCH),
        dossier_log_form(words[:200], lines, LogFilter(), people, "", DUTCH),
    )
    for form in forms:
        assert "nieuwste regel" in str(render_view(form))
        assert len(json.dumps(render_form(form, WORDING), ensure_ascii=False).encode()) <= TEAMS_AIM


def test_a_dialog_full_of_drawings_fits() -> None:
    entry = describe(Happening.APPROVED, {"signature": "drawn", "consent": "1/nl", "place": "Utrecht"}, signed=b"PNG")
    entry = replace(entry, request=str(uuid4()))
    lines = ShownLines([entry] * LINES_IN_DIALOG, older=True, page=PAGE, signatures=f"{PAGE}/signatures")
    form = dossier_log_form("Bakker B.V.", lines, LogFilter(), [], "", DUTCH)
    assert len([part for part in form.body if isinstance(part, Image)]) > LINES_IN_DIALOG / 2
    assert render_view(form)
    assert len(json.dumps(render_form(form, WORDING), ensure_ascii=False).encode()) <= TEAMS_AIM


def test_short_lines_are_all_shown_and_nothing_is_said_of_others() -> None:
    entry = describe(Happening.VIEWED, {"document": "A.pdf", "sha256": "a" * 64})
    form = envelope_log_form("A.pdf", ShownLines([entry] * LINES_IN_DIALOG, older=False, page=PAGE), DUTCH)
    assert str(form).count("Document geopend") == LINES_IN_DIALOG
    assert "nieuwste regel" not in str(form)
    older = envelope_log_form("A.pdf", ShownLines([entry] * LINES_IN_DIALOG, older=True, page=PAGE), DUTCH)
    assert f"Dit zijn de {LINES_IN_DIALOG} nieuwste regels" in str(older)


def test_an_empty_log_says_so() -> None:
    assert "Hier staat niets." in str(envelope_log_form("A.pdf", ShownLines([], older=False, page=PAGE), DUTCH))
