"""Reminders fit into a message of every platform, however long the names are and however many there are."""

from dataclasses import replace
from datetime import date

from bot.domain.envelope import Envelope
from bot.texts import load_texts
from bot.views.reminders import LISTED, list_reminders, note_reminder, remind, tell_escalation
from cards.adaptive_card import render_card
from cards.block_kit import render_message
from cards.model import Card
from tests import builders as a

DUTCH = load_texts("nl")
SIGNER = a.a_signer()


def a_long_one(number: int) -> Envelope:
    documents = (a.a_document(name="Jaarrekening " + "é" * 240 + ".pdf"),)
    sender = a.a_party("Van " + "W" * 200)
    card = replace(a.a_message(), link="https://teams.example/l/message/" + "x" * 400)
    return a.an_envelope(f"{number:036}", documents=documents, sender=sender, due=date(2026, 3, 1), card=card)


def render(card: Card) -> str:
    return str(render_message(card)) + str(render_card(card, lang="nl"))


def test_the_longest_list_fits_and_tells_of_the_rest() -> None:
    envelopes = [a_long_one(number) for number in range(LISTED + 3)]
    words = render(list_reminders(envelopes, DUTCH, a.at()))
    assert "En nog 3" in words
    assert words.count("te laat") == 2 * LISTED
    assert "En nog" not in render(list_reminders(envelopes[:LISTED], DUTCH, a.at()))


def test_every_other_message_fits() -> None:
    envelope = a_long_one(1)
    assert "Herinner me morgen" in render(remind(envelope, SIGNER, DUTCH, a.at()))
    assert "neemt niet deel" in render(tell_escalation(envelope, SIGNER, "Bas " + "x" * 200, DUTCH))
    for addressee in (SIGNER, a.a_party()):
        assert addressee.name in render(note_reminder(envelope, SIGNER, addressee, DUTCH))


def test_before_the_card_was_posted_nothing_points_at_it() -> None:
    envelope = a.an_envelope()
    cards = (list_reminders([envelope, envelope], DUTCH, a.at()), note_reminder(envelope, SIGNER, SIGNER, DUTCH))
    assert "http" not in "".join(str(card) for card in cards)
