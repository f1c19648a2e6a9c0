from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cards.adaptive_card import FORM_KEY, Wording, render_card, render_form
from cards.model import Card, Mention, Plain, Strong, Text
from tests.unit.cards.cases import (
    BACK,
    CARDS,
    ERRORS,
    FORMS,
    PERSONAL,
    REJECT,
    SEND,
    SEND_WITH_PAGE,
    STRANGE_NAMES,
    TYPED,
    VIEWERS,
)

WORDING = Wording("nl", "Vul dit in.", "Upload bestanden op de webpagina.", "Pagina openen")
Show = Callable[[Mapping[str, Mapping[str, object]]], dict[str, Any]]


@pytest.fixture(scope="module")
def shown(show_cards: Show) -> dict[str, Any]:
    """Every card and form that stands for the others, as Microsoft's renderer shows it."""
    cards = {name: {"card": render_card(card, lang="nl")} for name, card in CARDS.items()}
    forms = {f"{name} form": {"card": render_form(form, WORDING)} for name, form in FORMS.items()}
    inline = {
        f"{name} in a message": {"card": render_form(form, WORDING, inline=True, back=BACK)}
        for name, form in FORMS.items()
        if name != "send"
    }
    others = {
        "personal": {"card": render_card(PERSONAL, lang="nl", viewers=VIEWERS)},
        "refused": {"card": render_form(REJECT, WORDING, errors=ERRORS, typed=TYPED, inline=True, back=BACK)},
    }
    return show_cards(cards | forms | inline | others)


def test_the_renderer_has_nothing_to_complain_about(shown: dict[str, Any]) -> None:
    # a choice whose options are all looked up has none of its own; Teams shows those, this renderer knows no look-ups
    lookup = "An Input.ChoiceSet must have at least one choice defined."
    assert shown["send form"]["events"].count(lookup) == 1
    complaints = {name: each["events"] for name, each in shown.items() if each["events"] and name != "send form"}
    assert complaints == {}
    assert set(shown["send form"]["events"]) == {lookup}


def test_the_renderer_does_complain(show_cards: Show) -> None:
    wrong = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [
            {"type": "Marquee"},
            {"type": "Input.Text", "id": "a", "isRequired": True},
            {"type": "Input.Text", "id": "a"},
        ],
    }
    assert len(show_cards({"wrong": {"card": wrong}})["wrong"]["events"]) >= 3


def test_words_of_people_are_shown_and_open_nothing(shown: dict[str, Any]) -> None:
    strange = shown["strange"]
    for seen in ("[klik](javascript:alert(1))", "<script>alert(1)</script>", "*vet* _schuin_", "rekening_fdp.exe"):
        assert seen in strange["text"].replace("\u2060", "")
    assert strange["links"] == ["https://example.org/?a=1&b=%3Cc%3E%7Cd"]
    assert strange["markup"] == []
    assert "{{DATE" in strange["text"].replace("\u2060", "")
    assert not any("\u202e" in each["text"] for each in shown.values())


def test_what_stands_beside_a_mention_opens_nothing(show_cards: Show) -> None:
    texts = (
        *STRANGE_NAMES[:8],
        "# kop",
        "1. een",
        "- twee",
        "+ drie",
        "> vier",
        "__vijf__ \\ zes",
        "![a](b)",
        "[a]: https://b.example",
    )
    person = "29:1bQyH7vJ3mW9aX2cL5kN8pR4sT6uV0wY"
    cards = {text: Card("", (Text((Plain(text), Strong(" en "), Mention(person, "Joris"))),), "s") for text in texts}
    shown = show_cards({text: {"card": render_card(card, lang="nl")} for text, card in cards.items()})
    for text, each in shown.items():
        seen = each["text"].translate(dict.fromkeys(map(ord, "\u2060\u2068\u2069")))
        assert seen == text.replace("\u202e", "") + " en <at>Joris</at>"
        assert (each["links"], each["markup"], each["pictures"]) == ([], [], 0)


def test_labels_and_options_open_nothing(shown: dict[str, Any]) -> None:
    form = shown["many_options form"]
    assert (form["links"], form["markup"], form["pictures"]) == ([], [], 0)
    assert "[klik](javascript:alert(1))" in form["text"].replace("\u2060", "")


def test_every_text_is_shown_in_full(show_cards: Show) -> None:
    names = {str(number): Card("", (Text((Plain(name),)),), "s") for number, name in enumerate(STRANGE_NAMES[:8])}
    shown = show_cards({number: {"card": render_card(card, lang="nl")} for number, card in names.items()})
    for number, card in names.items():
        text = card.elements[0]
        assert isinstance(text, Text)
        expected = "".join(span.text for span in text.spans if isinstance(span, Plain)).replace("\u202e", "")
        assert shown[number]["text"].replace("\u2060", "") == expected


def test_a_press_carries_action_and_value(show_cards: Show) -> None:
    card = render_card(CARDS["open"], lang="nl")
    pressed = show_cards({"open": {"card": card, "press": ["Goedkeuren"]}})["open"]["pressed"]
    assert pressed == [
        {
            "type": "Action.Execute",
            "title": "Goedkeuren",
            "verb": "approve",
            "data": {"action": "approve", "value": "e1"},
        }
    ]


def test_a_question_comes_before_what_it_guards(show_cards: Show) -> None:
    card = render_card(CARDS["open"], lang="nl")
    actions = [action for item in card["body"] if item["type"] == "ActionSet" for action in item["actions"]]
    (question,) = [action for action in actions if action["type"] == "Action.ShowCard"]
    assert question["title"] == "Intrekken"
    shown = show_cards({"question": {"card": question["card"], "press": ["Intrekken"]}})["question"]
    assert shown["text"].startswith("Verzoek intrekken?Niemand kan het dan nog tekenen.")
    assert [each["data"] for each in shown["pressed"]] == [{"action": "withdraw", "value": "e1"}]


def test_an_empty_reason_cannot_be_sent(show_cards: Show) -> None:
    form = render_form(REJECT, WORDING)
    shown = show_cards(
        {
            "empty": {"card": form, "press": ["Afkeuren"]},
            "filled": {"card": form, "fill": {"reason": "Bedrag klopt niet"}, "press": ["Afkeuren"]},
        }
    )
    assert shown["empty"]["pressed"] == []
    assert WORDING.missing in shown["empty"]["text"]
    assert WORDING.missing not in shown["filled"]["text"]
    (sent,) = shown["filled"]["pressed"]
    assert sent["type"] == "Action.Submit"
    assert sent["data"] == {FORM_KEY: {"form": "reject", "context": "e1", "nonce": ""}, "reason": "Bedrag klopt niet"}


def test_an_empty_reason_cannot_be_sent_from_a_message_either(show_cards: Show) -> None:
    form = render_form(REJECT, WORDING, nonce="n1", inline=True, back=BACK)
    shown = show_cards(
        {
            "empty": {"card": form, "press": ["Afkeuren"]},
            "filled": {"card": form, "fill": {"reason": "Bedrag klopt niet"}, "press": ["Afkeuren"]},
        }
    )
    assert shown["empty"]["pressed"] == []
    assert WORDING.missing in shown["empty"]["text"]
    (sent,) = shown["filled"]["pressed"]
    assert (sent["type"], sent["verb"]) == ("Action.Execute", "reject")
    carried = {"form": "reject", "context": "e1", "nonce": "n1"}
    assert sent["data"] == {FORM_KEY: carried, "reason": "Bedrag klopt niet"}


@pytest.mark.parametrize("typed", ["", "Bedrag klopt niet"])
def test_the_way_back_is_open_whatever_is_typed(show_cards: Show, typed: str) -> None:
    form = render_form(REJECT, WORDING, inline=True, back=BACK)
    shown = show_cards({"back": {"card": form, "fill": {"reason": typed}, "press": ["Terug"]}})["back"]
    (sent,) = shown["pressed"]
    assert (sent["type"], sent["verb"]) == ("Action.Execute", "show")
    assert sent["data"] == {"action": "show", "value": "e1"}
    assert WORDING.missing not in shown["text"]


def test_a_client_without_execute_asks_for_a_dialog(show_cards: Show) -> None:
    """What it does with a button: it takes the fallback in its place."""
    (row,) = [item for item in render_card(CARDS["open"], lang="nl")["body"] if item["type"] == "ActionSet"][:1]
    older = {"type": "AdaptiveCard", "version": "1.3", "body": [], "actions": [a["fallback"] for a in row["actions"]]}
    shown = show_cards({"older": {"card": older, "press": ["Goedkeuren"]}})["older"]
    (sent,) = shown["pressed"]
    assert sent["type"] == "Action.Submit"
    assert sent["data"] == {"action": "approve", "value": "e1", "msteams": {"type": "task/fetch"}}


def test_the_upload_page_can_be_opened_while_nothing_is_filled_in(show_cards: Show) -> None:
    form = render_form(SEND_WITH_PAGE, WORDING)
    shown = show_cards({"page": {"card": form, "press": ["Pagina openen"]}})["page"]
    assert WORDING.uploads in shown["text"]
    (opened,) = shown["pressed"]
    assert (opened["type"], opened["url"]) == ("Action.OpenUrl", "https://paraaf.example/uploads/Zm9vYmFy")


def test_a_refusal_keeps_what_was_typed_and_says_what_is_wrong(show_cards: Show) -> None:
    form = render_form(REJECT, WORDING, errors=ERRORS, typed=TYPED)
    shown = show_cards({"refused": {"card": form, "press": ["Afkeuren"]}})["refused"]
    assert "Minstens 3 zichtbare tekens." in shown["text"]
    assert shown["pressed"][0]["data"]["reason"] == TYPED["reason"]


def test_a_form_comes_back_as_it_was_offered(show_cards: Show) -> None:
    shown = show_cards(
        {
            "send": {
                "card": render_form(SEND, WORDING),
                "fill": {"signer": "c2", "message": "Graag"},
                "press": ["Versturen"],
            }
        }
    )["send"]
    (sent,) = shown["pressed"]
    assert sent["data"]["documents"] == "d9"
    assert sent["data"]["signer"] == "c2"
    assert sent["data"]["due"] == "2026-11-27"
    assert sent["data"]["remind"] == "true"
    assert sent["data"]["message"] == "Graag"
