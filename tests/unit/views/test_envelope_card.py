"""The card of an envelope in every state, and the notes in its thread."""

from dataclasses import replace
from datetime import date

import pytest

from bot.domain.envelope import Envelope, EnvelopeId, Pointer
from bot.domain.evidence import Receipt
from bot.domain.expiry import expire, find_end
from bot.texts import load_texts
from bot.views import notes
from bot.views.envelope_card import APPROVE, DELEGATE, LOG, REJECT, REMIND, VIEW, WITHDRAW, Viewer, show_envelope
from bot.views.envelope_words import flatten, show_status
from cards.block_kit import render_message
from cards.block_kit.text import unescape
from cards.limits import SLACK_MESSAGE_BLOCKS
from cards.model import Actions, Button, Card, Facts, Mention, Text
from tests import builders as a

DUTCH = load_texts("nl")
LONG = "Zéér lange naam met emoji 👩‍👩‍👧‍👦 en <!channel> *opmaak* " * 5
RIGHT_TO_LEFT = "שרה כהן \u202egpj.exe"


def buttons(card: Card) -> list[str]:
    rows = [element for element in card.elements if isinstance(element, Actions)]
    return [item.action for row in rows for item in row.items if isinstance(item, Button)]


def rejected() -> Envelope:
    return a.an_envelope().answer(a.an_account(), a.a_rejection())


def superseded() -> Envelope:
    return rejected().supersede(EnvelopeId("new"), a.a_party(), a.at(60))


def in_every_state() -> dict[str, Envelope]:
    return {
        "open": a.an_envelope(),
        "completed": a.an_envelope().answer(a.an_account(), a.an_approval()),
        "rejected": rejected(),
        "withdrawn": a.an_envelope().withdraw(a.a_party(), a.at(5)),
        "superseded": superseded(),
        "expired": expire(a.an_envelope(expires_at=find_end(date(2026, 6, 1))))[0],
    }


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("open", "Wacht op Karim Haddad"),
        ("completed", "✅ Ondertekend · Karim Haddad"),
        ("rejected", "❌ Afgekeurd · Karim Haddad"),
        ("withdrawn", "↩️ Ingetrokken · Sanne de Vries"),
        ("superseded", "🔁 Vervangen · Sanne de Vries"),
        ("expired", "⌛ Verlopen · geldig tot en met 1 juni 2026"),
    ],
)
def test_everybody_reads_the_state(state: str, words: str) -> None:
    assert flatten(show_status(in_every_state()[state], DUTCH, a.at())).startswith(words)


def find_muted(card: Card) -> list[str]:
    return [flatten(each.spans) for each in card.elements if isinstance(each, Text) and each.muted]


RECEIPT = Receipt(f"paraaf.example/evidence/{a.OFFICE}", 7, "0123456789abcdef" * 4)


@pytest.mark.parametrize(
    "viewer", [None, Viewer(a.a_staff_account(), is_staff=True), Viewer(a.an_account(), is_staff=False)]
)
@pytest.mark.parametrize("state", ["completed", "rejected", "withdrawn", "superseded", "expired"])
def test_a_finished_card_says_where_it_is_proved_or_that_this_follows(state: str, viewer: Viewer | None) -> None:
    finished = in_every_state()[state]
    assert find_muted(show_envelope(finished, DUTCH, a.at(), viewer)) == ["Bewijs volgt"]

    proved = replace(finished, evidence=RECEIPT, evidence_follows=False)
    shown = find_muted(show_envelope(proved, DUTCH, a.at(), viewer))
    assert shown == [f"Bewijs: paraaf.example/evidence/{a.OFFICE} nr. 7 · 0123456789ab"]


def test_nothing_is_said_of_a_proof_before_the_end_or_from_before_there_was_evidence() -> None:
    before = replace(rejected(), evidence_follows=False)
    for envelope in (a.an_envelope(), before):
        assert not find_muted(show_envelope(envelope, DUTCH, a.at()))


def test_only_an_open_envelope_can_be_answered_or_withdrawn() -> None:
    for state, envelope in in_every_state().items():
        shown = buttons(show_envelope(envelope, DUTCH, a.at()))
        assert shown == ([VIEW, APPROVE, REJECT, DELEGATE, REMIND, WITHDRAW, LOG] if state == "open" else [VIEW, LOG])


def test_each_place_says_where_it_comes_from() -> None:
    approval = a.an_approval(place="Utrecht", derived_place="Gent, Belgium")
    card = show_envelope(a.an_envelope().answer(a.an_account(), approval), DUTCH, a.at())

    rows = [row for element in card.elements if isinstance(element, Facts) for row in element.rows]
    places = [flatten(row.value) for row in rows if row.label == "Plaats"]
    assert places == ["Utrecht · opgegeven", "Gent, Belgium · afgeleid van het netwerk"]


def test_the_signer_is_mentioned_while_the_answer_is_awaited() -> None:
    assert Mention("U0CLIENT", "Karim Haddad") in show_status(a.an_envelope(), DUTCH, a.at())


def test_after_the_due_date_it_says_late_and_still_asks() -> None:
    card = show_envelope(a.an_envelope(due=date(2026, 3, 1)), DUTCH, a.at())

    assert "te laat" in card.summary
    assert APPROVE in buttons(card)


def test_until_when_it_is_valid_is_said_while_it_can_be_answered() -> None:
    limited = a.an_envelope(expires_at=find_end(date(2026, 6, 1)))
    for envelope, valid in ((limited, ["1 juni 2026"]), (expire(limited)[0], []), (a.an_envelope(), [])):
        card = show_envelope(envelope, DUTCH, a.at())
        rows = [row for element in card.elements if isinstance(element, Facts) for row in element.rows]
        assert [flatten(row.value) for row in rows if row.label == "Geldig tot en met"] == valid


def test_the_note_of_an_expiry_names_who_did_not_answer_and_asks_the_sender() -> None:
    signers = (
        a.a_signer(decision=a.an_approval()),
        *(a.a_signer(a.an_account(f"U{each}"), name=each) for each in "MP"),
    )
    late = a.an_envelope(expires_at=a.at(5), signers=signers)
    words = notes.note_expiry(expire(late)[0], DUTCH)
    assert words.summary.startswith("Sanne de Vries — Dit verzoek is verlopen: M, P hebben niet op tijd geantwoord.")
    assert "Verstuur het opnieuw met /sign" in str(words)
    assert (
        "Karim Haddad heeft niet op tijd"
        in notes.note_expiry(expire(replace(late, signers=(a.a_signer(),)))[0], DUTCH).summary
    )


def test_old_and_new_point_at_each_other() -> None:
    new = a.an_envelope(supersedes=Pointer(EnvelopeId("old"), "https://x.example/1"))

    assert "https://x.example/1" in str(show_envelope(new, DUTCH, a.at()))
    assert "Vervangen door" in str(show_envelope(superseded(), DUTCH, a.at()))


def find_mrkdwn(rendered: object) -> list[str]:
    if isinstance(rendered, list):
        return [text for each in rendered for text in find_mrkdwn(each)]
    if not isinstance(rendered, dict):
        return []
    own = [rendered["text"]] if rendered.get("type") == "mrkdwn" else []
    return own + [text for each in rendered.values() for text in find_mrkdwn(each)]


def everything_at_its_limit() -> Envelope:
    documents = tuple(a.a_document(name=f"{number} {LONG}"[:251] + ".pdf") for number in range(10))
    return a.an_envelope(
        documents=documents,
        signers=(a.a_signer(name=LONG),),
        sender=a.a_party(RIGHT_TO_LEFT),
        message="<&*_~`" * 166 + "eind",
        due=date(2026, 12, 31),
    )


def test_the_longest_card_fits_and_keeps_its_last_word() -> None:
    rendered = render_message(show_envelope(everything_at_its_limit(), DUTCH, a.at()))

    assert len(rendered["blocks"]) <= SLACK_MESSAGE_BLOCKS
    assert "eind" in str(rendered["blocks"])
    assert "<!" not in rendered["text"]
    assert not [text for text in find_mrkdwn(rendered["blocks"]) if "<!" in text]


def test_the_longest_reason_is_told_whole() -> None:
    reason = "&<>*" * 500
    envelope = a.an_envelope().answer(a.an_account(), a.a_rejection(reason))
    blocks = render_message(notes.note_rejection(envelope, DUTCH))["blocks"]

    told = "".join(unescape(block["text"]["text"]) for block in blocks if block["type"] == "section")
    assert reason in told.replace("\n", "")


def test_notes_mention_whom_they_are_for() -> None:
    envelopes = in_every_state()
    sender, signer = Mention("U0STAFF", "Sanne de Vries"), Mention("U0CLIENT", "Karim Haddad")

    assert repr(sender) in repr(notes.note_rejection(envelopes["rejected"], DUTCH))
    assert repr(sender) in repr(notes.note_completion(envelopes["completed"], DUTCH))
    assert repr(signer) in repr(notes.note_withdrawal(envelopes["withdrawn"], DUTCH))
    assert repr(signer) in repr(notes.note_successor(envelopes["superseded"], DUTCH))
