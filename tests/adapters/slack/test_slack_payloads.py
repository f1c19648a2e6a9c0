"""Everything that a real client was seen to send is understood; `tests/payloads/slack` holds the recordings."""

import json
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from adapters.slack.reading import read_command, read_press, read_submission
from tests.adapters.slack.stage import Stage
from tests.strict_slack.delivery import Sent

PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "slack").glob("*.json"))
ANSWERED = ("block_actions", "event_", "slash_command", "view_closed", "view_submission")
RAW = [path for path in PAYLOADS if path.name.startswith("http_")]


def load(path: Path) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(path.read_text())
    return payload


def test_there_are_recordings_of_every_kind() -> None:
    names = [path.name for path in PAYLOADS]
    assert RAW
    assert all(any(name.startswith(kind) for name in names) for kind in ANSWERED)


@pytest.mark.parametrize(
    "path", [path for path in PAYLOADS if path.name.startswith(ANSWERED)], ids=lambda path: path.stem
)
async def test_is_acknowledged(stage: Stage, path: Path) -> None:
    payload = load(path)
    assert await stage.slack.delivery.deliver(payload, form="command" in payload) == {}
    await stage.adapter.stop()
    once = ("slash", "view_submission", "block_actions_button", "block_actions_url_button", "block_actions_in_thread")
    # Nothing to show for a press on the home tab is a reason to show the tab anew.
    asked = 2 if path.stem == "block_actions_app_home" else path.name.startswith((*once, "event_app_home_opened"))
    assert len(stage.router.handled) == asked


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
async def test_a_request_as_it_came_in_is_parsed(path: Path) -> None:
    raw = load(path)
    request = AsyncBoltRequest(body=raw["body"], headers=raw["headers"])
    if "command" in request.body:
        assert read_command(request.body, "T0").name == "sign"
    elif request.body["type"] == "event_callback":
        assert request.body["event_id"]
    else:
        press = read_press(request.body, "T0")
        assert press
        assert press.action == "approve"


@pytest.mark.parametrize("path", RAW, ids=lambda path: path.stem)
async def test_an_old_recording_is_a_replay(stage: Stage, path: Path) -> None:
    raw = load(path)
    kept = {name: raw["headers"][name] for name in ("X-Slack-Signature", "X-Slack-Request-Timestamp", "Content-Type")}
    answer = await stage.slack.delivery.send(Sent(raw["body"].encode(), kept))
    assert answer.status == 401


def test_an_opened_view_carries_what_a_submission_needs() -> None:
    view = load(next(path for path in PAYLOADS if path.stem == "views_open_answer"))["view"]
    submission = read_submission({"user": {"id": "U1"}, "view": view}, "T0VERMEER")
    assert (submission.form, submission.context, submission.values) == ("send", "pm", {})
