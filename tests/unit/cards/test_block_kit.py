import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards import limits
from cards.block_kit import is_link, name_search, read_source, render_message, render_options, render_view
from cards.block_kit.text import unescape
from cards.limits import TooLong, TooMany
from cards.model import (
    Actions,
    Anchor,
    Button,
    Card,
    Choice,
    Confirm,
    Element,
    Fact,
    Facts,
    FileInput,
    Form,
    Image,
    Input,
    Link,
    Look,
    Mention,
    Option,
    Plain,
    Search,
    Span,
    Strong,
    Text,
    TextInput,
    Toggle,
)
from cards.text import NOTHING, clean, is_blank
from tests.strict_slack.blocks import check_message, check_options, check_view

TYPED = st.text(alphabet=st.one_of(st.characters(codec=None), st.sampled_from("<>&*_~`:!@#|[]() \n")), max_size=300)
ISOLATES = re.compile("[\u2068\u2069\u2060\u200b]")
BUTTON = Button("approve", "Goedkeuren", "e1")


def show(*elements: Element) -> list[dict[str, Any]]:
    message = render_message(Card("", elements, "s"))
    check_message(message)
    blocks: list[dict[str, Any]] = message.get("blocks", [])
    return blocks


def read(blocks: list[dict[str, Any]]) -> str:
    """What is seen of sections, without the invisible characters that keep it in its place."""
    texts = [text for block in blocks for text in (block.get("fields") or block.get("elements") or [block["text"]])]
    return "".join(unescape(text["text"]) if text["type"] == "mrkdwn" else text["text"] for text in texts)


def look(text: str) -> str:
    return ISOLATES.sub("", clean(text)).replace("\n", "")


@given(TYPED)
def test_words_stay_as_they_were_typed(text: str) -> None:
    blocks = show(Text((Plain(text),)))
    assert look(read(blocks)) == ("" if is_blank(text) else look(text))


@given(TYPED)
def test_words_beside_a_mention_stay_as_they_were_typed(text: str) -> None:
    blocks = show(Text((Mention("U123", "Sanne"), Plain(text), Anchor("hier", "https://example.org"))))
    (block,) = blocks
    inside = block["text"]["text"].removeprefix("<@U123>").removesuffix("<https://example.org|hier>")
    assert look(unescape(inside)) == look(text)
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", inside)


@given(TYPED)
def test_strong_words_are_bold_or_as_they_are(text: str) -> None:
    blocks = show(Text((Plain("x "), Strong(text), Plain(" y"))))
    seen, typed = look(read(blocks)), look(f"x {text} y")
    # what makes it bold are stars as well
    assert seen.replace("*", "") == typed.replace("*", "")
    assert seen.count("*") >= typed.count("*")


@given(TYPED)
def test_a_quote_marks_every_line(text: str) -> None:
    for block in show(Text((Plain(text),), quote=True)):
        lines = unescape(block["text"]["text"]).split("\n")
        assert all(line.startswith("▎ ") for line in lines)


@given(TYPED)
def test_a_fact_keeps_its_value(text: str) -> None:
    (block,) = show(Facts((Fact("Naam", (Plain(text),)),)))
    label, value = block["fields"]
    assert label["text"] == "*Naam*"
    assert look(read([{"text": value}])) == (NOTHING if is_blank(text) else look(text))


@given(st.text(alphabet="ab &<*\n", min_size=2_000, max_size=2_400), st.booleans())
def test_a_long_text_goes_over_several_sections(text: str, mentioned: bool) -> None:  # noqa: FBT001 -- Hypothesis draws it
    spans: tuple[Span, ...] = (Mention("U123", "Sanne"), Plain(text)) if mentioned else (Plain(text),)
    blocks = show(Text(spans))
    seen = read(blocks).replace("<@U123>", "")
    assert look(seen).replace(" ", "") == look(text).replace(" ", "")


def test_long_text_is_cut_between_lines_then_words() -> None:
    lines = show(Text((Plain("\n".join(["regel " * 100] * 10)),)))
    assert all(block["text"]["text"].rstrip().endswith("regel") for block in lines)
    words = show(Text((Plain("woorden " * 700),)))
    assert [len(block["text"]["text"]) for block in words] == [3_000, 2_600]
    assert len(show(Text((Plain("x" * 5_000),)))) > 1


def test_a_letter_with_too_many_marks_comes_apart() -> None:
    blocks = show(Text((Plain("a" + "\u0301" * 4_000),)))
    assert read(blocks) == "a" + "\u0301" * 4_000


def test_a_link_too_long_for_a_section_is_refused() -> None:
    with pytest.raises(TooLong):
        show(Text((Anchor("x" * 3_000, "https://example.org"),)))


def test_a_mention_needs_an_id_of_slack() -> None:
    (block,) = show(Text((Mention("U07ABC", "Sanne"), Plain(" en "), Mention("29:1abc", "<!channel>"))))
    assert block["text"]["text"] == "<@U07ABC> en &lt;!channel&gt;"


def test_a_strong_word_stands_free() -> None:
    (block,) = show(Text((Plain("a"), Strong("b"), Plain("c"))))
    assert block["text"]["text"] == "a\u200b*b*\u200bc"


def test_exact_words_win_over_bold_ones() -> None:
    blocks = show(Text((Plain("Klant: "), Strong("Jansen & Zn"))), Text((Plain("Klant: "), Strong("Jansen_en_Zn"))))
    assert [block["text"]["text"] for block in blocks] == ["Klant: Jansen & Zn", "Klant: *Jansen_en_Zn*"]
    assert [block["text"]["type"] for block in blocks] == ["plain_text", "mrkdwn"]


def test_lines_without_markup_keep_their_breaks_everywhere() -> None:
    plain, marked = show(Text((Plain("een\ntwee"),)), Text((Plain("een\n*twee*"),)))
    assert plain["text"] == {"type": "mrkdwn", "text": "een\ntwee", "verbatim": True}
    assert marked["text"] == {"type": "plain_text", "text": "een\n*twee*", "emoji": False}


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://", "example.org", "data:text/html,x"]
)
def test_only_http_addresses_are_links(url: str) -> None:
    for element in (Text((Anchor("x", url),)), Actions((Link("x", url),)), Image(url, "x")):
        with pytest.raises(ValueError, match="Not an http address"):
            render_message(Card("", (element,), "s"))


def test_pictures_are_fetched_by_https_alone() -> None:
    with pytest.raises(ValueError, match="Not an https address"):
        render_message(Card("", (Image("http://example.org/1.png", "x"),), "s"))


@pytest.mark.parametrize(
    ("element", "what"),
    [
        (Actions((replace(BUTTON, label="x" * 76),)), "label of a button"),
        (Actions((replace(BUTTON, value="x" * 2_001),)), "value of approve"),
        (Actions((replace(BUTTON, action="x" * 256),)), "action of a button"),
        (Actions(()), "buttons of actions"),
        (Actions(tuple(replace(BUTTON, action=f"a{n}") for n in range(26))), "buttons of actions"),
        (Actions((replace(BUTTON, confirm=Confirm("x" * 101, "t", "y", "n")),)), "title of a question"),
        (Actions((replace(BUTTON, confirm=Confirm("t", "x" * 301, "y", "n")),)), "text of a question"),
        (Actions((Link("x", "https://example.org/" + "x" * 3_000),)), "address"),
        (Facts((Fact("x" * 2_000, (Plain("y"),)),)), "label of a fact"),
        (Text(tuple(Plain("word ") for _ in range(4_000))), "blocks of a message as JSON"),
    ],
)
def test_what_does_not_fit_a_message_is_refused(element: Element, what: str) -> None:
    with pytest.raises(limits.LimitExceeded) as caught:
        render_message(Card("", (element,), "s"))
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("field", "what"),
    [
        (TextInput("a", "x" * 2_001, 10), "label of a"),
        (TextInput("a", "x", 3_001), "longest text of a"),
        (TextInput("a", "x", 0), "longest text of a"),
        (TextInput("a", "x", 3, value="four"), "value of a"),
        (Choice("a", "x", ()), "options of a"),
        (Choice("a", "x", tuple(Option(str(n), "y") for n in range(101))), "options of a"),
        (Choice("a", "x", tuple(Option(str(n), "y") for n in range(11)), look=Look.LIST), "options of a"),
        (Choice("a", "x", (Option("1", "x" * 76),)), "label of option 1"),
        (Choice("a", "x", (Option("x" * 151, "y"),)), "option value"),
        (Choice("a", "x", Search("s"), most=101), "choices of a"),
        (Choice("a", "x", Search("s"), selected=(Option("1", "1"), Option("2", "2"))), "selected options of a"),
        (FileInput("a", "x", most=11), "files of a"),
        (Toggle("a", "x", "y" * 76, value=False), "text of a"),
    ],
)
def test_what_does_not_fit_a_view_is_refused(field: Input, what: str) -> None:
    with pytest.raises(limits.LimitExceeded) as caught:
        render_view(Form("f", "Titel", (field,), "Sluiten", "Verder"))
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("form", "what"),
    [
        (Form("f", "x" * 25, (Text((Plain("x"),)),), "Sluiten"), "title of f"),
        (Form("f", "x", (Text((Plain("x"),)),), "y" * 25), "close of f"),
        (Form("f", "x", (Text((Plain("x"),)),), "y", "z" * 25), "submit of f"),
        (Form("f", "x", (Text((Plain("x"),)),), "y", context="z" * 3_001), "context of f"),
        (Form("f", "x", (Text((Plain("x"),)),) * 101, "y"), "blocks of f"),
        (Form("f", "x", (), "y"), "blocks of f"),
    ],
)
def test_a_form_that_does_not_fit_is_refused(form: Form, what: str) -> None:
    with pytest.raises(limits.LimitExceeded) as caught:
        render_view(form)
    assert caught.value.what == what


def test_two_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one action"):
        render_message(Card("", (Actions((BUTTON, BUTTON)),), "s"))
    with pytest.raises(ValueError, match="one id"):
        render_message(Card("", (Actions((BUTTON,)), Actions((BUTTON,))), "s"))
    field = TextInput("a", "x", 10)
    with pytest.raises(ValueError, match="one id"):
        render_view(Form("f", "Titel", (field, field), "Sluiten", "Verder"))
    with pytest.raises(ValueError, match="nothing to submit"):
        render_view(Form("f", "Titel", (field,), "Sluiten"))
    with pytest.raises(ValueError, match="one value"):
        render_view(Form("f", "T", (Choice("a", "x", (Option("1", "x"), Option("1", "y"))),), "S", "V"))
    with pytest.raises(ValueError, match="does not offer"):
        render_view(Form("f", "T", (Choice("a", "x", (Option("1", "x"),), (Option("2", "y"),)),), "S", "V"))


@pytest.mark.parametrize(
    ("most", "look", "search", "kind"),
    [
        (1, Look.LIST, False, "radio_buttons"),
        (3, Look.LIST, False, "checkboxes"),
        (1, Look.MENU, False, "static_select"),
        (3, Look.MENU, False, "multi_static_select"),
        (1, Look.MENU, True, "external_select"),
        (3, Look.LIST, True, "multi_external_select"),
    ],
)
def test_a_choice_becomes_what_suits_it(most: int, look: Look, search: bool, kind: str) -> None:  # noqa: FBT001 -- a table
    options = (Option("1", "een"), Option("2", "twee"))
    field = Choice("signer", "Wie", Search("people") if search else options, options[:1], most, look)
    view = render_view(Form("f", "Titel", (field,), "Sluiten", "Verder"))
    check_view(view)
    element = view["blocks"][0]["element"]
    assert element["type"] == kind
    assert element["action_id"] == ("signer:people" if search else "signer")
    chosen = element["initial_option"] if most == 1 else element["initial_options"][0]
    assert chosen["value"] == "1"
    assert element.get("max_selected_items") == (3 if kind.startswith("multi") else None)


def test_a_search_tells_its_source() -> None:
    assert read_source(name_search("signer", "people")) == "people"
    assert read_source("signer") == ""
    with pytest.raises(ValueError, match="':'"):
        name_search("a:b", "people")


def test_a_link_is_recognised() -> None:
    (block,) = show(Actions((BUTTON, Link("Open", "https://example.org/?a=1&b=2"))))
    button, link = block["elements"]
    assert not is_link(button["action_id"])
    assert is_link(link["action_id"])
    assert link["url"] == "https://example.org/?a=1&b=2"


def test_options_found() -> None:
    answer = render_options(tuple(Option(str(n), f"Document {n}", "3 pagina's") for n in range(100)))
    check_options(answer)
    assert answer["options"][99]["value"] == "99"
    check_options(render_options(()))
    with pytest.raises(TooMany):
        render_options(tuple(Option(str(n), "x") for n in range(101)))
