"""The note in which staff are asked, and the one that tells their answer."""

import pytest

from bot.domain import delegation as rules
from bot.domain.delegation import Delegation
from bot.domain.envelope import Envelope
from bot.domain.people import ContactId
from bot.texts import load_texts
from bot.views.delegation import ALLOW, REFUSE_IT, TAKE_BACK, delegate_form, note_answer, note_delegation, refuse_form
from bot.views.envelope_card import Viewer
from cards.block_kit import render_message, render_view
from cards.model import Actions, Button, Card, Choice, Mention, Option, Search
from tests import builders as a

DUTCH, ENGLISH = load_texts("nl"), load_texts("en")
STAFF = Viewer(a.a_staff_account(), is_staff=True)
SIGNER, OTHER = (Viewer(a.an_account(user), is_staff=False) for user in ("U0CLIENT", "U0OTHER"))
DELEGATION = a.a_delegation()
LONG = "Wilhelmina-Alexandra <!channel> *van der* Zeeuwen 👩‍👩‍👧‍👦 " * 5


def asked(delegation: Delegation = DELEGATION) -> tuple[Envelope, Delegation]:
    return rules.ask(a.an_envelope(), delegation), delegation


def buttons(card: Card) -> list[str]:
    rows = [element for element in card.elements if isinstance(element, Actions)]
    return [item.action for row in rows for item in row.items if isinstance(item, Button)]


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [(None, [ALLOW, REFUSE_IT, TAKE_BACK]), (STAFF, [ALLOW, REFUSE_IT]), (SIGNER, [TAKE_BACK]), (OTHER, [])],
)
def test_everybody_sees_their_own_buttons(viewer: Viewer | None, seen: list[str]) -> None:
    assert buttons(note_delegation(*asked(), DUTCH, viewer)) == seen


def test_no_buttons_remain_once_it_is_over() -> None:
    envelope, delegation = asked()
    for after in (
        envelope.answer(a.an_account(), a.an_approval()),
        envelope.withdraw(a.a_party(), a.at(9)),
        rules.refuse(envelope, delegation.id, "", a.a_party(), a.at(9)),
        rules.allow(envelope, delegation.id, ContactId("mila"), a.a_party(), a.at(9)),
        rules.take_back(envelope, delegation.id, delegation.signer, a.at(9)),
    ):
        assert buttons(note_delegation(after, after.delegations[0], DUTCH)) == []


def test_the_sender_is_mentioned_and_the_reason_quoted() -> None:
    card = note_delegation(*asked(a.a_delegation(note="Mila doet de cijfers")), ENGLISH)
    assert repr(Mention("U0STAFF", "Sanne de Vries")) in repr(card)
    assert "Karim Haddad asks to pass this task on to Mila Haddad." in card.summary
    assert "Mila doet de cijfers" in repr(card)


def test_the_longest_words_fit() -> None:
    envelope, delegation = asked(
        a.a_delegation(note="<&*_" * 250, signer=a.a_party(LONG, a.an_account()), taker=a.a_party(LONG))
    )
    render_message(note_delegation(envelope, delegation, DUTCH))
    render_view(refuse_form(delegation, DUTCH))
    after = rules.refuse(envelope, delegation.id, "<&*_" * 250, a.a_party(LONG), a.at(9))
    rendered = str(render_message(note_answer(after, after.delegations[0], DUTCH)))
    assert "<!" not in rendered


def test_above_a_hundred_people_are_searched_for() -> None:
    def offer(number: int) -> Choice:
        options = [Option(f"U{each}", f"Gast {each}") for each in range(number)]
        form = delegate_form(a.an_envelope(), a.an_account(), options, DUTCH)
        render_view(form)
        [choice] = [part for part in form.body if isinstance(part, Choice)]
        return choice

    assert len(tuple(offer(100).options)) == 100  # type: ignore[arg-type]  # no search
    assert offer(101).options == Search("takers/envelope-1")
