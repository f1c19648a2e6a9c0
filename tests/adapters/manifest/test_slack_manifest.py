"""The Slack app manifest: within Slack's limits, and asking for what is used and nothing else.

Limits: https://docs.slack.dev/reference/app-manifest.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.door import PATH
from manifest.slack import bot_scopes, render_manifest
from tests.strict_slack import SCOPES

ADAPTER = Path(__file__).parents[3] / "adapters" / "slack"

SCOPES_OF: Mapping[str, frozenset[str]] = {
    # What each method needs, by its page under https://docs.slack.dev/reference/methods.
    "apps.connections.open": frozenset(),  # takes the app-level token
    "auth.test": frozenset(),
    "chat.getPermalink": frozenset(),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": frozenset({"channels:history", "groups:history", "im:history", "mpim:history"}),
    "conversations.create": frozenset({"groups:write"}),  # private ones only
    "conversations.invite": frozenset({"groups:write"}),  # to private ones only
    "conversations.list": frozenset({"groups:read"}),  # private ones only
    "conversations.members": frozenset({"channels:read", "groups:read", "im:read", "mpim:read"}),
    "conversations.open": frozenset({"im:write"}),  # with one person only
    "conversations.replies": frozenset({"channels:history", "groups:history", "im:history", "mpim:history"}),
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "files.info": frozenset({"files:read"}),
    "files.list": frozenset({"files:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.info": frozenset({"users:read", "users:read.email"}),
    "users.lookupByEmail": frozenset({"users:read.email"}),
    "views.open": frozenset(),
    "views.publish": frozenset(),
    "views.update": frozenset(),
}

FAMILIES = {method.split(".")[0] for method in SCOPES_OF}


def strings(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for each in part.values():
            yield from strings(each)
    elif isinstance(part, list):
        for each in part:
            yield from strings(each)
    elif isinstance(part, str):
        yield part


@pytest.fixture
def manifest() -> dict[str, Any]:
    return render_manifest("https://x.example/")


def test_every_address_leads_to_the_door(manifest: dict[str, Any]) -> None:
    door = f"https://x.example{PATH}"
    assert [command["url"] for command in manifest["features"]["slash_commands"]] == [door, door]
    interactivity = manifest["settings"]["interactivity"]
    assert interactivity == {"is_enabled": True, "request_url": door, "message_menu_options_url": door}
    assert manifest["settings"]["event_subscriptions"]["request_url"] == door
    assert not any("{" in text for text in strings(manifest))


def test_the_home_tab_is_shown_and_told_of(manifest: dict[str, Any]) -> None:
    home = manifest["features"]["app_home"]
    assert (home["home_tab_enabled"], home["messages_tab_enabled"]) == (True, True)
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]


def test_in_socket_mode_there_is_no_address() -> None:
    manifest = render_manifest("https://x.example", socket_mode=True)
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert not any("://" in text for text in strings(manifest))


def test_what_people_start_it_with(manifest: dict[str, Any]) -> None:
    assert [each["command"] for each in manifest["features"]["slash_commands"]] == ["/sign", "/ondertekenen"]
    assert all("taken" in each["usage_hint"] for each in manifest["features"]["slash_commands"])
    (shortcut,) = manifest["features"]["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"], shortcut["name"]) == ("message", "sign", "Laten ondertekenen")


def test_texts_keep_to_the_limits(manifest: dict[str, Any]) -> None:
    shown, features = manifest["display_information"], manifest["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4_000
    assert re.fullmatch("#[0-9a-f]{6}", shown["background_color"])
    assert len(features["bot_user"]["display_name"]) <= 80
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z]{1,31}", command["command"])
        assert len(command["description"]) <= 2_000
        assert len(command["usage_hint"]) <= 1_000
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150


def test_the_scopes_are_those_of_the_methods_that_are_called(manifest: dict[str, Any]) -> None:
    source = "\n".join(path.read_text() for path in sorted(ADAPTER.glob("*.py")))
    called = {
        method for method in re.findall(r'"([a-z]+(?:\.[a-z]+)+[A-Za-z]*)"', source) if method.split(".")[0] in FAMILIES
    }
    assert called == SCOPES_OF.keys()
    needed = frozenset({"commands"}).union(*SCOPES_OF.values())
    assert bot_scopes() == needed
    assert manifest["oauth_config"]["scopes"]["bot"] == sorted(needed)


def test_the_strict_slack_grants_no_more() -> None:
    assert bot_scopes() >= SCOPES
