"""The strict checks of Block Kit refuse what Slack documents as wrong, and that alone."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.strict_slack.blocks import Invalid, check_errors, check_message, check_options, check_view

Json = dict[str, Any]


def text(length: int = 1, kind: str = "plain_text") -> Json:
    return {"type": kind, "text": "x" * length}


def option(value: str = "1", length: int = 1) -> Json:
    return {"text": text(length), "value": value}


def options(number: int) -> list[Json]:
    return [option(str(each)) for each in range(number)]


def section(**more: object) -> Json:
    return {"type": "section", "text": text(), **more}


def button(**more: object) -> Json:
    return {"type": "button", "text": text(), "action_id": "a", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def field(element: Json, **more: object) -> Json:
    return {"type": "input", "block_id": "i", "label": text(), "element": element, **more}


def message(*blocks: Json) -> Json:
    return {"text": "x", "blocks": list(blocks)}


def modal(*blocks: Json, **more: object) -> Json:
    return {"type": "modal", "title": text(24), "submit": text(24), "blocks": list(blocks), **more}


GOOD_BLOCKS = [
    section(text=text(3_000)),
    {"type": "section", "fields": [text(200)] * 10},
    section(text={"type": "mrkdwn", "text": "<@U123> &amp; <https://a.example|b> &lt;!here&gt;", "verbatim": True}),
    {"type": "header", "text": text(150)},
    {"type": "divider"},
    {"type": "context", "elements": [text()] * 10},
    {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "x"},
    actions(*(button(action_id=str(number)) for number in range(25))),
    actions(button(style="danger", value="x" * 2_000, url="https://a.example")),
]
GOOD_INPUTS = [
    {"type": "plain_text_input", "max_length": 3_000, "initial_value": "x" * 3_000},
    {"type": "checkboxes", "options": options(10), "initial_options": options(3)},
    {"type": "radio_buttons", "options": options(10), "initial_option": option("3")},
    {"type": "static_select", "options": options(100), "initial_option": option("99")},
    {"type": "multi_static_select", "options": options(100), "max_selected_items": 5},
    {"type": "external_select", "min_query_length": 0},
    {"type": "multi_external_select", "max_selected_items": 2, "initial_options": options(2)},
    {"type": "datepicker", "initial_date": "2026-11-27"},
    {"type": "file_input", "max_files": 10},
]
BAD_BLOCKS = {
    "section of 3,001": section(text=text(3_001)),
    "3,000 emoji": section(text={"type": "plain_text", "text": "🎉" * 1_501}),
    "11 fields": {"type": "section", "fields": [text()] * 11},
    "field of 2,001": {"type": "section", "fields": [text(2_001)]},
    "empty section": {"type": "section"},
    "blank": section(text={"type": "plain_text", "text": "  "}),
    "header of 151": {"type": "header", "text": text(151)},
    "mrkdwn header": {"type": "header", "text": text(kind="mrkdwn")},
    "unknown block": {"type": "marquee"},
    "unknown key": section(colour="red"),
    "11 in a context": {"type": "context", "elements": [text()] * 11},
    "26 buttons": actions(*(button(action_id=str(number)) for number in range(26))),
    "no buttons": actions(),
    "one action twice": actions(button(), button()),
    "button of 76": actions(button(text=text(76))),
    "value of 2,001": actions(button(value="x" * 2_001)),
    "style": actions(button(style="default")),
    "javascript": actions(button(url="javascript:alert(1)")),
    "confirm of 301": actions(button(confirm={"title": text(), "text": text(301), "confirm": text(), "deny": text()})),
    "input in actions": actions({"type": "plain_text_input"}),
    "channel mention": section(text={"type": "mrkdwn", "text": "<!channel>"}),
    "bad mention": section(text={"type": "mrkdwn", "text": "<@Sanne>"}),
    "ampersand": section(text={"type": "mrkdwn", "text": "a & b"}),
    "image that Slack does not fetch": {"type": "image", "image_url": "http://a.example/b.png", "alt_text": "x"},
    "image without alt": {"type": "image", "image_url": "https://a.example"},
    "file in a message": field({"type": "file_input"}),
    "block_id of 256": section(block_id="x" * 256),
}
BAD_INPUTS: dict[str, Json] = {
    "max_length": {"type": "plain_text_input", "max_length": 3_001},
    "value beyond max_length": {"type": "plain_text_input", "max_length": 3, "initial_value": "four"},
    "11 check boxes": {"type": "checkboxes", "options": options(11)},
    "most of check boxes": {"type": "checkboxes", "options": options(3), "max_selected_items": 2},
    "11 radio buttons": {"type": "radio_buttons", "options": options(11)},
    "101 options": {"type": "static_select", "options": options(101)},
    "no options": {"type": "static_select", "options": []},
    "option of 76": {"type": "static_select", "options": [option(length=76)]},
    "value of 151": {"type": "static_select", "options": [option("x" * 151)]},
    "one value twice": {"type": "static_select", "options": options(2) + options(1)},
    "initial elsewhere": {"type": "static_select", "options": options(2), "initial_option": option("9")},
    "too many initial": {"type": "multi_external_select", "max_selected_items": 1, "initial_options": options(2)},
    "date": {"type": "datepicker", "initial_date": "27-11-2026"},
    "11 files": {"type": "file_input", "max_files": 11},
    "button": button(),
    "action_id of 256": {"type": "datepicker", "action_id": "x" * 256},
}
BAD_VIEWS = {
    "title of 25": modal(section(), title=text(25)),
    "submit of 25": modal(section(), submit=text(25)),
    "101 blocks": modal(*[section()] * 101),
    "no blocks": modal(),
    "metadata of 3,001": modal(section(), private_metadata="x" * 3_001),
    "unknown key": modal(section(), colour="red"),
    "unknown type": {**modal(section()), "type": "page"},
    "title of a home": {"type": "home", "title": text(), "blocks": [section()]},
    "250 KB": modal(*[section(text=text(3_000))] * 84),
}


@pytest.mark.parametrize("block", GOOD_BLOCKS, ids=lambda block: str(block["type"]))
def test_what_slack_takes_passes(block: Json) -> None:
    check_message(message(block))
    check_view(modal(block))


@pytest.mark.parametrize("element", GOOD_INPUTS, ids=lambda element: str(element["type"]))
def test_inputs_that_slack_takes_pass(element: Json) -> None:
    check_view(modal(field(element)))


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_what_slack_refuses_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match=r"^/blocks/0"):
        check_message(message(BAD_BLOCKS[name]))


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_inputs_that_slack_refuses_are_refused(name: str) -> None:
    with pytest.raises(Invalid, match=r"^/blocks/0/element"):
        check_view(modal(field(BAD_INPUTS[name])))


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_views_that_slack_refuses_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        check_view(BAD_VIEWS[name])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda it: it.pop("text"), "no_text"),
        (lambda it: it.update(text="x" * 40_001), "msg_too_long"),
        (lambda it: it.update(text="<!channel>"), "invalid_blocks"),
        (lambda it: it.update(blocks=[section()] * 51), "invalid_blocks"),
        (lambda it: it.update(blocks=[]), "invalid_blocks"),
        (lambda it: it.update(blocks=[section(text=text(3_000))] * 5), "msg_blocks_too_long"),
        (lambda it: it.update(blocks=[section(block_id="a")] * 2), "invalid_blocks"),
    ],
)
def test_messages_that_slack_refuses_are_refused(change: Callable[[Json], object], code: str) -> None:
    wrong = deepcopy(message(section()))
    change(wrong)
    with pytest.raises(Invalid) as caught:
        check_message(wrong)
    assert caught.value.code == code


def test_inputs_need_a_way_to_submit_them() -> None:
    view = modal(field({"type": "datepicker"}))
    check_view(view)
    del view["submit"]
    with pytest.raises(Invalid, match=r"^/submit"):
        check_view(view)


def test_errors_name_inputs_of_the_view() -> None:
    view = modal(field({"type": "datepicker"}))
    check_errors({"response_action": "errors", "errors": {"i": "Kies een dag."}}, view)
    for wrong in ({"other": "x"}, {}, {"i": ""}, {"i": "x" * 2_001}):
        with pytest.raises(Invalid):
            check_errors({"response_action": "errors", "errors": wrong}, view)


def test_options_found() -> None:
    check_options({"options": options(100)})
    check_options({"options": []})
    with pytest.raises(Invalid):
        check_options({"options": options(101)})
