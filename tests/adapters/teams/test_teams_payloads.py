"""Everything that a real client was seen to send is understood; `tests/payloads/teams` holds the recordings."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.activity import read_place, read_reference
from adapters.teams.reading import Asked, Reader, Surface
from adapters.teams.seals import Seal
from bot.conversation import Command, Interaction, Press, Submission
from bot.domain.people import Account, Platform
from bot.domain.places import ConversationKind, Place, Reference
from tests.adapters.teams.stage import Stage

PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "teams").glob("*.json"))
TENANT = "11111111-1111-4111-8111-111111111111"
BOT = "28:aaaaaaaa-0000-4000-8000-000000000001"
SERVICE = "http://127.0.0.1:56150/_connector"
READER = Reader(Seal(b"key"))
KINDS = {"channel": ConversationKind.CHANNEL, "group": ConversationKind.GROUP, "personal": ConversationKind.PERSONAL}
ASKS = {
    "invoke_execute": (Press, Surface.CARD),
    "invoke_fetchTask": (Command, Surface.DIALOG),
    "invoke_submitAction_page": (Submission, Surface.DIALOG),
    "invoke_taskFetch": (Press, Surface.DIALOG),
    "message_submit": (Press, Surface.CHAT),
    "message": (Command, Surface.CHAT),
}


def load(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((PAYLOADS[0].parent / f"{name}.json").read_text())
    return payload


def read(activity: dict[str, Any]) -> Asked | None:
    if activity["type"] == "message":
        return READER.read_message(activity)
    return READER.read_invoke(activity) if activity["type"] == "invoke" else None


def expect(name: str) -> tuple[type[Interaction], Surface] | None:
    return next((told for prefix, told in ASKS.items() if name.startswith(prefix)), None)


def test_there_are_recordings_of_every_kind() -> None:
    names = [path.stem for path in PAYLOADS]
    assert all(any(name.startswith(prefix) for name in names) for prefix in ASKS)
    assert len([name for name in names if expect(name) is None]) > 10


@pytest.mark.parametrize("name", [path.stem for path in PAYLOADS])
def test_is_understood(name: str) -> None:
    asked, expected = read(load(name)), expect(name)
    if expected is None:
        assert asked is None
        return
    assert asked
    kind, surface = expected
    assert (type(asked.interaction), asked.surface) == (kind, surface)
    actor = asked.interaction.actor
    assert (actor.account.platform, actor.account.tenant, actor.office_tenant) == (Platform.TEAMS, TENANT, TENANT)
    assert actor.account.user.startswith("29:1")
    assert (actor.place, actor.locale) == (read_place(load(name)), "en-US" if "taskFetch" not in name else None)


@pytest.mark.parametrize("name", [path.stem for path in PAYLOADS])
def test_tells_how_to_reach_the_conversation(name: str) -> None:
    activity = load(name)
    reference = read_reference(activity)
    kind = {"channel": "channel", "groupChat": "group"}.get(activity["conversation"]["conversationType"], "personal")
    channel = activity["conversation"]["id"].partition(";")[0]
    assert reference == Reference(Place(Platform.TEAMS, TENANT, channel), SERVICE, KINDS[kind], BOT)


@pytest.mark.parametrize("name", [path.stem for path in PAYLOADS])
async def test_is_acknowledged(stage: Stage, name: str) -> None:
    activity = load(name)
    assert (await stage.teams.delivery.send(stage.teams.delivery.sign(activity))).status == 200
    expected = expect(name)
    assert (len(stage.router.handled) > 0) == (expected is not None)


def test_a_command_in_a_channel() -> None:
    asked = read(load("message_general"))
    assert asked
    assert asked.interaction == Command(
        asked.interaction.actor,
        Place(Platform.TEAMS, TENANT, "19:delinde-team@thread.tacv2", "1795489616934"),
        "sign",
        "hallo",
    )
    assert asked.interaction.actor.name == "Sanne de Vries"


def test_a_press_in_a_chat_is_in_no_thread() -> None:
    asked = read(load("invoke_execute_group"))
    assert asked
    press = asked.interaction
    assert isinstance(press, Press)
    assert press.place == Place(Platform.TEAMS, TENANT, "19:bakkerij@thread.v2")
    assert (press.action, press.value, asked.back) == ("approve", "e1", "e1")
    assert press.actor.account == Account(Platform.TEAMS, TENANT, "29:1karel-van-dam-000003")


def test_a_form_that_is_not_ours_comes_back_as_text() -> None:
    asked = read(load("invoke_submitAction_page"))
    assert asked
    submission = asked.interaction
    assert isinstance(submission, Submission)
    assert (submission.form, submission.context, asked.sent) == ("send", "c", None)
    assert submission.values["docs"] == "d1,d2"
    assert submission.values["remind"] == "true"
