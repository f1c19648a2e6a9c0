import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.adaptive_card import FORM_KEY, Wording, render_card, render_form
from cards.adaptive_card.text import escape, tame
from cards.limits import TEAMS_BYTES, TooLong, TooMany
from cards.model import (
    Actions,
    Anchor,
    Button,
    Card,
    Choice,
    DateInput,
    Divider,
    Element,
    Fact,
    Facts,
    FileInput,
    Form,
    FormErrors,
    Image,
    Input,
    Link,
    Look,
    Mention,
    Option,
    Personal,
    Plain,
    Search,
    Span,
    Strong,
    Style,
    Text,
    TextInput,
    Toggle,
)
from cards.text import clean, is_blank

TYPED = st.text(
    alphabet=st.one_of(st.characters(codec=None), st.sampled_from("<>&*_~`:!@#|[](){}\\- \n1.")), max_size=200
)
WORDING = Wording("nl", "Vul dit in.", "Upload bestanden op de webpagina.", "Pagina openen")
NO_ERRORS = FormErrors({})
PERSON = "29:1bQyH7vJ3mW9aX2cL5kN8pR4sT6uV0wY"
INVISIBLE = re.compile("[\u2060\u2068\u2069]")


def show(*elements: Element) -> dict[str, Any]:
    return render_card(Card("", elements, "s"), lang="nl")


def ask(
    *parts: Element | Input, errors: FormErrors = NO_ERRORS, typed: Mapping[str, object] = NO_ERRORS.by_input
) -> list[dict[str, Any]]:
    body: list[dict[str, Any]] = render_form(
        Form("f", "Titel", parts, "Sluiten", "Verder"), WORDING, errors=errors, typed=typed
    )["body"]
    return body


def read(items: list[dict[str, Any]]) -> str:
    """The literal text of rich text blocks, wherever they stand."""
    seen = ""
    for item in items:
        seen += "".join(run["text"] for run in item.get("inlines", ())) + read(item.get("items", []))
        seen += "".join(read(column["items"]) for column in item.get("columns", ()))
    return seen


def look(text: str) -> str:
    return re.sub(r"\s", "", INVISIBLE.sub("", clean(text)))


@given(TYPED, st.booleans(), st.booleans())
def test_words_stay_as_they_were_typed(text: str, muted: bool, quote: bool) -> None:  # noqa: FBT001 -- Hypothesis draws them
    body = show(Text((Plain(text),), muted, quote), Text((Plain("einde"),)))["body"]
    assert look(read(body)) == look("" if is_blank(text) else text) + "einde"


@given(TYPED)
def test_strong_words_and_values_stay_as_they_were_typed(text: str) -> None:
    body = show(Text((Plain("a "), Strong(text), Plain(" b"))), Facts((Fact("Naam", (Plain(f"x{text}"),)),)))["body"]
    # a line that shows nothing is left out
    shown = [line for line in clean(f"a{text}b\nNaam\nx{text}").split("\n") if not is_blank(line)]
    assert look(read(body)) == look("".join(shown))


def test_a_line_that_shows_nothing_is_left_out() -> None:
    body = show(Facts((Fact("Naam", (Plain("x\r\xad\ny"),)),)))["body"]
    assert read(body) == "Naamxy"


@given(TYPED)
def test_no_function_is_expanded(text: str) -> None:
    card = show(Text((Plain("{{" + text),)), Text((Mention(PERSON, "{{x"), Plain("{{" + text))))
    assert "{{" not in str(card["body"]).replace("{{'", "")


@given(TYPED)
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    written = escape(text)
    assert look(re.sub(r"\\(.)", r"\1", written)) == look(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`\[\]<>&]", re.sub(r"\\.", "", written))


def test_many_lines_share_a_block() -> None:
    few = show(Text((Plain("a\n" * 60),)))["body"]
    many = show(Text((Plain("a\n" * 1_000),)))["body"]
    assert len(few) == 60
    assert [item["inlines"][0]["text"].count("\n") for item in many] == [1_000]


def test_a_mention_is_named_in_the_card() -> None:
    other = "8ba1b3f6-2f5a-4c6d-9d5e-0a1b2c3d4e5f"
    card = show(
        Text(
            (Mention(PERSON, "Joris <b>[x](y)"), Plain(" en "), Mention(other, "Piet"), Plain(" *vet* "), Strong("af"))
        ),
        Text((Mention("U07ABC", "Slacker"), Anchor("hier", "https://example.org"))),
        Facts((Fact("Aan", (Mention(other, "Piet"),)),)),
    )
    first, second, _ = card["body"]
    assert first["type"] == "TextBlock"
    assert first["text"] == "<at>Joris bx(y)</at> en <at>Piet</at> \\*vet\\* **af**"
    assert second["type"] == "RichTextBlock"
    assert card["msteams"]["entities"] == [
        {"type": "mention", "text": "<at>Joris bx(y)</at>", "mentioned": {"id": PERSON, "name": "Joris bx(y)"}},
        {"type": "mention", "text": "<at>Piet</at>", "mentioned": {"id": other, "name": "Piet"}},
    ]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://", "example.org"])
def test_only_http_addresses_are_links(url: str) -> None:
    elements = (Text((Anchor("x", url),)), Text((Anchor("x", url), Mention(PERSON, "P"))), Actions((Link("x", url),)))
    for element in elements:
        with pytest.raises(ValueError, match="Not an http address"):
            show(element)


def test_pictures_are_fetched_by_https_alone() -> None:
    with pytest.raises(ValueError, match="Not an https address"):
        show(Image("http://example.org/1.png", "x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](javascript:alert(1))", "[x]\u2060(javascript:alert(1))"),
        ("<https://evil.example>", "<\u2060https://evil.example>"),
        ("{{DATE(x)}}", "{\u2060{DATE(x)}}"),
        ("a\nb", "a b"),
        ("", "–"),
        ("Bijlage_1 *concept*.pdf", "Bijlage_1 *concept*.pdf"),
    ],
)
def test_a_label_opens_nothing(text: str, expected: str) -> None:
    assert tame(text) == expected


def test_a_button_has_a_way_for_older_clients() -> None:
    (row,) = show(Actions((Button("approve", "Goedkeuren", "e1", Style.PRIMARY),)))["body"]
    (action,) = row["actions"]
    assert (action["type"], action["verb"], action["style"]) == ("Action.Execute", "approve", "positive")
    assert action["data"] == {"action": "approve", "value": "e1"}
    older = action["fallback"]
    assert (older["type"], older["title"], older["style"]) == ("Action.Submit", "Goedkeuren", "positive")
    assert older["data"] == {**action["data"], "msteams": {"type": "task/fetch"}}


def test_a_button_that_opens_a_page_asks_for_a_dialog_at_every_client() -> None:
    (row,) = show(Actions((Button("view", "Bekijken", "e1", opens_page=True),)))["body"]
    (action,) = row["actions"]
    assert action["type"] == "Action.Submit"
    assert action["data"] == {"action": "view", "value": "e1", "msteams": {"type": "task/fetch"}}
    assert "fallback" not in action


def test_viewers_get_a_view_of_their_own() -> None:
    card = Card("", (Text((Plain("a"),)),), "s", Personal("show", "e1", (PERSON,)))
    viewers = [PERSON, *(f"29:other-person-{number:03}" for number in range(59))]
    refresh = render_card(card, lang="nl", viewers=viewers)["refresh"]
    assert refresh["userIds"] == viewers
    assert refresh["action"] == {
        "type": "Action.Execute",
        "verb": "show",
        "data": {"action": "show", "value": "e1"},
    }
    with pytest.raises(TooMany) as caught:
        render_card(card, lang="nl", viewers=[*viewers, "29:one-too-many"])
    assert (caught.value.limit, caught.value.actual) == (60, 61)


def test_without_viewers_or_a_view_of_their_own_nothing_is_refreshed() -> None:
    card = Card("", (Text((Plain("a"),)),), "s", Personal("show", "e1", (PERSON,)))
    assert "refresh" not in render_card(card, lang="nl")
    assert "refresh" not in render_card(replace(card, personal=None), lang="nl", viewers=[PERSON])
    with pytest.raises(TooLong):
        render_card(replace(card, personal=Personal("show", "x" * 2_001, ())), lang="nl", viewers=[PERSON])


REASON = Form("reject", "Afkeuren", (TextInput("reason", "Reden", 100),), "Sluiten", "Versturen", "e1")
BACK = Button("show", "Terug", "e1")


def test_a_form_in_a_dialog_is_submitted() -> None:
    (submit,) = render_form(REASON, WORDING, nonce="n1", carried={"shape": "s", "form": "forged"})["actions"]
    assert submit["type"] == "Action.Submit"
    assert submit["data"] == {FORM_KEY: {"form": "reject", "context": "e1", "nonce": "n1", "shape": "s"}}
    assert "fallback" not in submit


def test_a_form_in_a_message_has_a_title_and_a_way_back() -> None:
    card = render_form(REASON, WORDING, nonce="n1", inline=True, back=BACK)
    assert read(card["body"]) == "Afkeuren"
    send, back = card["actions"]
    assert (send["type"], send["verb"], send["title"]) == ("Action.Execute", "reject", "Versturen")
    assert send["data"] == {FORM_KEY: {"form": "reject", "context": "e1", "nonce": "n1"}}
    assert (send["fallback"]["type"], send["fallback"]["data"]) == ("Action.Submit", send["data"])
    assert "associatedInputs" not in send
    assert (back["type"], back["verb"], back["title"]) == ("Action.Execute", "show", "Terug")
    assert back["data"] == {"action": "show", "value": "e1"}
    assert back["associatedInputs"] == back["fallback"]["associatedInputs"] == "none"
    assert back["fallback"]["data"] == {**back["data"], "msteams": {"type": "task/fetch"}}
    # it would wipe what is being typed
    assert "refresh" not in card


def test_what_only_informs_in_a_message_can_be_left() -> None:
    form = Form("documents", "Documenten", (Text((Plain("a"),)),), "Sluiten")
    (back,) = render_form(form, WORDING, inline=True, back=BACK)["actions"]
    assert back["verb"] == "show"
    assert "actions" not in render_form(form, WORDING, inline=True)
    with pytest.raises(ValueError, match="a way back"):
        render_form(form, WORDING, back=BACK)


def test_the_context_may_be_longer_than_elsewhere() -> None:
    (submit,) = render_form(replace(REASON, context="x" * 20_000), WORDING)["actions"]
    assert len(submit["data"][FORM_KEY]["context"]) == 20_000
    with pytest.raises(TooLong):
        render_form(replace(REASON, context="x" * 20_001), WORDING)


def test_files_are_brought_to_a_page() -> None:
    label, uploads, row = ask(FileInput("upload", "Of upload", 3, page="https://paraaf.example/uploads/s3cret"))
    assert read([label, uploads]) == "Of upload" + WORDING.uploads
    assert row["actions"] == [
        {"type": "Action.OpenUrl", "title": "Pagina openen", "url": "https://paraaf.example/uploads/s3cret"}
    ]
    with pytest.raises(ValueError, match="http"):
        ask(FileInput("upload", "Of upload", 3, page="javascript:alert(1)"))


def test_a_divider_parts_what_it_stands_between() -> None:
    first, second = show(Text((Plain("a"),)), Divider(), Divider(), Text((Plain("b"),)), Divider())["body"]
    assert "separator" not in first
    assert second["separator"] is True


def test_a_card_too_big_is_refused() -> None:
    with pytest.raises(TooLong) as caught:
        show(Text((Plain("x" * TEAMS_BYTES),)))
    assert caught.value.limit == TEAMS_BYTES
    with pytest.raises(TooMany):
        show(Actions(()))


def test_inputs_say_what_is_missing_and_what_was_wrong() -> None:
    errors = FormErrors({"reason": "Te kort.", "upload": "Te groot."})
    reason, hint, wrong, label, uploads, big = ask(
        TextInput("reason", "Reden", 100, hint="Kort"), FileInput("upload", "Bestand", 3), errors=errors
    )
    assert (reason["isRequired"], reason["errorMessage"], reason["maxLength"]) == (True, "Vul dit in.", 100)
    assert read([hint]) == "Kort"
    assert (read([wrong]), wrong["inlines"][0]["color"]) == ("Te kort.", "Attention")
    assert read([label, uploads, big]) == "Bestand" + WORDING.uploads + "Te groot."


def test_what_is_wrong_with_no_input_of_the_form_is_told_as_well() -> None:
    wrong, field = ask(TextInput("reason", "Reden", 100), errors=FormErrors({"documents": "Kies een document."}))
    assert (read([wrong]), wrong["inlines"][0]["color"]) == ("Kies een document.", "Attention")
    assert field["type"] == "Input.Text"


def test_what_was_typed_stays() -> None:
    options = (Option("1", "een"), Option("2", "twee"), Option("3", "drie"))
    typed = {
        "text": "x",
        "one": "2",
        "some": ("1", "3"),
        "none": (),
        "day": date(2026, 11, 27),
        "tick": False,
        "found": "d9",
    }
    body = ask(
        TextInput("text", "x", 10, value="oud"),
        Choice("one", "x", options, options[:1]),
        Choice("some", "x", options, options[:1], most=3),
        Choice("none", "x", options, options[:1], most=3),
        DateInput("day", "x"),
        Toggle("tick", "x", "y", value=True),
        Choice("found", "x", Search("documents")),
        Choice("untouched", "x", options, options[:1]),
        typed=typed,
    )
    assert {item["id"]: item.get("value") for item in body} == {
        "text": "x",
        "one": "2",
        "some": "1,3",
        "none": None,
        "day": "2026-11-27",
        "tick": "false",
        "found": "d9",
        "untouched": "1",
    }


def test_a_choice_becomes_what_suits_it() -> None:
    options = (Option("1", "een", "hint"), Option("2", "twee"))
    listed, menu, search = ask(
        Choice("a", "x", options, look=Look.LIST, most=2),
        Choice("b", "x", options),
        Choice("c", "x", Search("people"), options[:1]),
    )
    assert (listed["style"], listed["isMultiSelect"]) == ("expanded", True)
    assert listed["choices"][0] == {"title": "een · hint", "value": "1"}
    assert (menu["style"], menu["isMultiSelect"]) == ("compact", False)
    assert search["choices.data"] == {"type": "Data.Query", "dataset": "people"}
    assert [choice["value"] for choice in search["choices"]] == ["1"]


def test_a_form_that_cannot_be_is_refused() -> None:
    field = TextInput("a", "x", 10)
    for parts in ((field, field), (TextInput(FORM_KEY, "x", 10),)):
        with pytest.raises(ValueError, match="one id"):
            ask(*parts)
    with pytest.raises(ValueError, match="nothing to submit"):
        render_form(Form("f", "T", (field,), "S"), WORDING)
    with pytest.raises(ValueError, match="comma"):
        ask(Choice("a", "x", (Option("1,2", "x"),), most=2))


def test_spans_of_one_line_stand_together() -> None:
    spans: tuple[Span, ...] = (Plain("a\n\nb"), Strong("c\nd"))
    blocks = show(Text(spans))["body"]
    assert [read([block]) for block in blocks] == ["a", "bc", "d"]
    assert [block.get("spacing") for block in blocks] == [None, None, "None"]
