import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.reading import read_command, read_home, read_lookup, read_press, read_shortcut, read_submission
from adapters.slack.values import read_values
from bot.conversation import Actor, Command, FileRef, Lookup, Press
from bot.domain.people import Account, Platform
from bot.domain.places import Place

HOME = "T0VERMEER"
PAYLOADS = Path(__file__).parents[2] / "payloads" / "slack"


def recorded(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return payload


def an_actor(user: str, name: str, team: str = HOME, office: str = HOME) -> Actor:
    return Actor(Account(Platform.SLACK, team, user), office, name)


def a_place(thread: str | None = None, channel: str = "C0BAKKER") -> Place:
    return Place(Platform.SLACK, HOME, channel, thread)


def test_command() -> None:
    assert read_command(recorded("slash_command"), HOME) == Command(
        an_actor("U0STAFF1", "sanne"), a_place(), "sign", "modal"
    )


def test_press() -> None:
    assert read_press(recorded("block_actions_button"), HOME) == Press(
        an_actor("U0CLIENT1", "karel"), a_place(), "approve", "r1"
    )


@pytest.mark.parametrize(
    "name",
    ["block_actions_datepicker", "block_actions_overflow", "block_actions_static_select"],
)
def test_what_is_no_button_of_a_card_is_nothing(name: str) -> None:
    assert read_press(recorded(name), HOME) is None


def test_a_press_on_the_home_tab_is_in_the_chat_with_the_app() -> None:
    press = Press(an_actor("U0STAFF1", "sanne"), a_place(channel="U0STAFF1"), "homebtn", "v")
    payload = recorded("block_actions_app_home")
    assert read_press(payload, HOME) == press
    # As Slack's own reference shows it (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
    del payload["channel"]
    payload["container"] = {"type": "view", "view_id": "V0HOME"}
    payload["view"] = {"id": "V0HOME", "type": "home", "app_installed_team_id": HOME}
    assert read_press(payload, HOME) == press


def test_a_press_in_a_dialog_is_nothing() -> None:
    payload = recorded("block_actions_app_home")
    payload["view"] = {"id": "V0MODAL", "type": "modal"}
    assert read_press(payload, HOME) is None


def test_the_home_tab_asks_for_everything_of_who_opened_it() -> None:
    opened = recorded("event_app_home_opened")
    place = a_place(channel="U0STAFF1")
    command = Command(an_actor("U0STAFF1", ""), place, "home", "taken", is_personal=True)
    assert read_home(opened, HOME) == command
    opened["event"]["tab"] = "messages"
    assert read_home(opened, HOME) is None
    assert read_home(recorded("event_message"), HOME) is None


def test_a_command_in_a_direct_message_is_personal() -> None:
    payload = recorded("slash_command")
    payload["channel_id"] = "D0SANNE"
    assert read_command(payload, HOME).is_personal


def test_a_link_is_no_press() -> None:
    payload = recorded("block_actions_url_button")
    payload["actions"][0]["action_id"] = "open_link:2"
    assert read_press(payload, HOME) is None


def test_a_press_on_the_first_message_of_a_thread_is_not_inside_it() -> None:
    payload = recorded("block_actions_button")
    payload["message"]["thread_ts"] = payload["message"]["ts"]
    press = read_press(payload, HOME)
    assert press
    assert press.place == a_place()


def test_a_press_on_a_reply_is_in_the_thread() -> None:
    payload = recorded("block_actions_button")
    payload["message"]["thread_ts"] = "1.5"
    press = read_press(payload, HOME)
    assert press
    assert press.place == a_place("1.5")


def test_a_press_on_a_private_message_in_a_thread() -> None:
    payload = recorded("block_actions_button")
    del payload["message"]
    payload["container"] |= {"thread_ts": "1.5", "is_ephemeral": True}
    press = read_press(payload, HOME)
    assert press
    assert press.place == a_place("1.5")


def test_a_press_from_another_organisation() -> None:
    payload = recorded("block_actions_button")
    payload["user"]["team_id"] = "T0BAKKER"
    press = read_press(payload, HOME)
    assert press
    assert press.actor == an_actor("U0CLIENT1", "karel", team="T0BAKKER")
    assert press.place == a_place()


def test_a_press_of_an_installation_on_a_whole_organisation() -> None:
    payload = recorded("block_actions_button") | {"team": None}
    press = read_press(payload, HOME)
    assert press
    assert press.actor.office_tenant == HOME


def test_a_press_at_a_foreign_installation_keeps_its_tenant() -> None:
    payload = recorded("block_actions_button") | {"team": {"id": "T0FOREIGN"}}
    press = read_press(payload, HOME)
    assert press
    assert press.actor.office_tenant == "T0FOREIGN"


def test_a_submission_from_another_organisation_finds_our_installation() -> None:
    payload = recorded("view_submission_filled")
    payload["team"] = {"id": "T0BAKKER"}
    payload["user"]["team_id"] = "T0BAKKER"
    payload["view"]["app_installed_team_id"] = HOME
    assert read_submission(payload, HOME).actor == an_actor("U0STAFF1", "sanne", team="T0BAKKER")
    del payload["view"]["app_installed_team_id"]
    assert read_submission(payload, HOME).actor.office_tenant == HOME


def test_a_submission_at_a_foreign_installation_keeps_its_tenant() -> None:
    payload = recorded("view_submission_filled")
    payload["view"]["app_installed_team_id"] = "T0FOREIGN"
    assert read_submission(payload, HOME).actor.office_tenant == "T0FOREIGN"


def test_submission() -> None:
    submission = read_submission(recorded("view_submission_filled"), HOME)
    assert (submission.form, submission.context) == ("send", "pm")
    assert submission.values == {
        "docs": ("d1", "d2"),
        "signer": "U0CLIENT2",
        "msg": "Graag vandaag nog een lange reden",
        "due": date(2026, 12, 24),
        "remind": "n",
        "ext": None,
        "files": (),
        "multi": (),
        "usr": None,
    }


def test_what_was_not_touched_has_the_value_that_was_offered_where_one_is_asked() -> None:
    values = read_submission(recorded("view_submission_untouched"), HOME).values
    assert (values["docs"], values["signer"]) == (("d1",), "U0CLIENT1")
    # these may be left empty, so nothing means nothing
    assert (values["msg"], values["due"], values["remind"]) == (None, None, None)


def test_the_offer_of_texts_and_days() -> None:
    payload = recorded("view_submission_untouched")
    for block in payload["view"]["blocks"]:
        block.pop("optional", None)
    values = read_submission(payload, HOME).values
    assert (values["msg"], values["due"], values["remind"]) == ("beginwaarde", date(2026, 12, 1), "y")


def test_one_key_for_one_form_in_one_view() -> None:
    first, corrected = recorded("view_submission_untouched"), recorded("view_submission_filled")
    corrected["view"]["id"] = first["view"]["id"]
    corrected["view"]["hash"] = "another"
    key = read_submission(first, HOME).key
    assert read_submission(corrected, HOME).key == key
    corrected["view"]["callback_id"] = "link"
    assert read_submission(corrected, HOME).key != key
    first["view"]["id"] = "V2"
    assert read_submission(first, HOME).key != key


def a_view(element: dict[str, Any], state: dict[str, Any], *, optional: bool = True) -> dict[str, Any]:
    block = {"type": "input", "block_id": "b", "optional": optional, "element": element}
    return {"blocks": [block], "state": {"values": {"b": {"b": {"type": element["type"], **state}}}}}


ON = {"text": {"type": "plain_text", "text": "Remind"}, "value": "on"}
FILE = {"id": "F1", "name": "x.pdf", "size": 3}


@pytest.mark.parametrize(
    ("element", "state", "value"),
    [
        ({"type": "checkboxes", "options": [ON]}, {"selected_options": [ON]}, True),
        ({"type": "checkboxes", "options": [ON], "initial_options": [ON]}, {"selected_options": []}, False),
        ({"type": "checkboxes", "options": [{**ON, "value": "item-1"}]}, {"selected_options": []}, ()),
        ({"type": "file_input"}, {"files": [FILE]}, (FileRef(Platform.SLACK, HOME, "F1", "x.pdf"),)),
        ({"type": "file_input"}, {"selected_option": None}, ()),
        ({"type": "multi_external_select"}, {"selected_options": [ON]}, ("on",)),
        ({"type": "external_select"}, {"selected_option": ON}, "on"),
        ({"type": "users_select"}, {"selected_user": "U1"}, "U1"),
        ({"type": "multi_users_select"}, {"selected_users": ["U1", "U2"]}, ("U1", "U2")),
        ({"type": "plain_text_input"}, {"value": ""}, None),
        ({"type": "something_new"}, {"value": "x"}, None),
    ],
)
def test_value(element: dict[str, Any], state: dict[str, Any], value: object) -> None:
    assert read_values(a_view(element, state), HOME) == {"b": value}


def test_shortcut_on_a_message_with_files() -> None:
    files = recorded("event_message_file_share")["event"]["files"]
    payload = {
        "type": "message_action",
        "callback_id": "sign",
        "team": {"id": HOME},
        "user": {"id": "U0STAFF1", "name": "sanne", "team_id": HOME},
        "channel": {"id": "C0BAKKER"},
        "message": {"ts": "2.2", "thread_ts": "1.5", "files": [*files, {"id": "F9", "file_access": "check_file_info"}]},
    }
    command = read_shortcut(payload, HOME)
    assert command
    assert (command.name, command.words, command.place) == ("sign", "", a_place("1.5"))
    assert [(file.id, file.name) for file in command.files] == [
        ("FMWU3FD5L70", "test.pdf"),
        ("FMWU3FD5W71", "n.txt"),
        ("F9", ""),
    ]


def test_a_global_shortcut_is_nothing() -> None:
    assert read_shortcut({"type": "shortcut", "callback_id": "sign"}, HOME) is None


def test_lookup() -> None:
    payload = recorded("view_submission_filled") | {
        "type": "block_suggestion",
        "action_id": "client:clients",
        "block_id": "client",
        "value": "bak",
    }
    assert read_lookup(payload, HOME) == Lookup(an_actor("U0STAFF1", "sanne"), "clients", "bak", "pm")
