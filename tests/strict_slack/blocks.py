"""The documented limits of Block Kit, checked without mercy and without knowing how Paraaf renders anything.

Sources: Slack's reference pages of blocks, block elements, composition objects and views, and what
`slack_sdk.models` checks; the sum over a message is undocumented (slackapi/bolt-js issues 2509 and 2867).
Lengths are counted in UTF-16 units, the larger of the two ways in which "characters" can be read.

`check_message`, `check_view`, `check_options` and `check_errors` return nothing or raise `Invalid` with the path.
"""

import json
from collections.abc import Sequence

from tests.strict_slack.elements import ACTIONABLE, INPUTS, check_element, check_image, check_option
from tests.strict_slack.parts import (
    ID,
    Check,
    Invalid,
    Json,
    check_keys,
    check_length,
    check_many,
    check_markup,
    check_picture_url,
    check_text,
    count,
    read_kind,
)

__all__ = ["Invalid", "check_errors", "check_message", "check_options", "check_view"]

BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
MESSAGE_TEXT = 40_000
MESSAGE_JSON = 13_000
VIEW_BYTES = 250_000


def check_message(message: Json) -> None:
    """Check what `chat.postMessage` and `chat.update` accept as `text` and `blocks`."""
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Invalid("/text", "a message with blocks needs a text for notifications", "no_text")
    if count(text) > MESSAGE_TEXT:
        raise Invalid("/text", f"{count(text)} characters, {MESSAGE_TEXT} allowed", "msg_too_long")
    check_markup(text, "/text")
    blocks = message.get("blocks")
    if blocks is None:
        return
    _blocks(blocks, "/blocks", BLOCKS_IN_MESSAGE, "message")
    size = count(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    if size > MESSAGE_JSON:
        raise Invalid("/blocks", f"{size} characters in all, {MESSAGE_JSON} allowed", "msg_blocks_too_long")


def check_view(view: Json) -> None:
    """Check what `views.open`, `views.push`, `views.update` (modals) and `views.publish` (home) accept."""
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        raise Invalid("/type", f"unknown view type {kind!r}", "invalid_arguments")
    own = (
        {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
        if kind == "modal"
        else set()
    )
    check_keys(view, "", {"type", "blocks"}, {"callback_id", "private_metadata", "external_id"} | own)
    _blocks(view["blocks"], "/blocks", BLOCKS_IN_VIEW, kind)
    check_length(view.get("callback_id"), "/callback_id", ID, empty=True)
    check_length(view.get("external_id"), "/external_id", ID, empty=True)
    check_length(view.get("private_metadata"), "/private_metadata", 3_000, empty=True)
    if kind == "modal":
        _modal(view)
    size = len(json.dumps(view, ensure_ascii=False).encode())
    if size > VIEW_BYTES:
        raise Invalid("", f"{size} bytes, {VIEW_BYTES} allowed", "view_too_large")


def check_options(answer: Json) -> None:
    """Check an answer to `block_suggestion`."""
    check_keys(answer, "", {"options"}, set())
    check_many(answer["options"], "/options", 100, check_option("plain_text"), least=0)


def check_errors(answer: Json, view: Json) -> None:
    """Check an answer to `view_submission` with errors: each key is the block_id of an input of `view`."""
    check_keys(answer, "", {"response_action", "errors"}, set())
    if answer["response_action"] != "errors" or not answer["errors"]:
        raise Invalid("/errors", "response_action errors needs errors")
    inputs = {block.get("block_id") for block in view["blocks"] if block["type"] == "input"}
    for block_id, text in answer["errors"].items():
        if block_id not in inputs:
            raise Invalid(f"/errors/{block_id}", "no input block has this block_id")
        check_length(text, f"/errors/{block_id}", 2_000)


def _modal(view: Json) -> None:
    if "title" not in view:
        raise Invalid("/title", "a modal needs a title", "invalid_arguments")
    for part in ("title", "submit", "close"):
        if part in view:
            check_text("plain_text", 24)(view[part], f"/{part}")
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        raise Invalid("/submit", "a modal with inputs needs a submit text", "invalid_arguments")


def _blocks(blocks: object, path: str, most: int, surface: str) -> None:
    if not isinstance(blocks, Sequence) or isinstance(blocks, str):
        raise Invalid(path, "must be a list")
    if not 1 <= len(blocks) <= most:
        raise Invalid(path, f"{len(blocks)} blocks, 1 to {most} allowed")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        here = f"{path}/{number}"
        kind = read_kind(block, here)
        if kind not in _BLOCKS:
            raise Invalid(f"{here}/type", f"unsupported block {kind!r}")
        block_id = block.get("block_id")
        check_length(block_id, f"{here}/block_id", ID)
        if block_id in seen:
            raise Invalid(f"{here}/block_id", f"{block_id!r} is used twice")
        if block_id is not None:
            seen.add(block_id)
        _BLOCKS[kind](block, here)
        if kind == "input" and block["element"]["type"] == "file_input" and surface != "modal":
            raise Invalid(f"{here}/element", "file_input is for modals only")


def _section(block: Json, path: str) -> None:
    check_keys(block, path, {"type"}, {"block_id", "text", "fields", "accessory", "expand"})
    if "text" not in block and "fields" not in block:
        raise Invalid(path, "a section needs text or fields")
    if "text" in block:
        check_text(None, 3_000)(block["text"], f"{path}/text")
    if "fields" in block:
        check_many(block["fields"], f"{path}/fields", 10, check_text(None, 2_000))
    if "accessory" in block:
        check_element(block["accessory"], f"{path}/accessory", ACTIONABLE | {"image", "multi_static_select"})


def _header(block: Json, path: str) -> None:
    check_keys(block, path, {"type", "text"}, {"block_id"})
    check_text("plain_text", 150)(block["text"], f"{path}/text")


def _divider(block: Json, path: str) -> None:
    check_keys(block, path, {"type"}, {"block_id"})


def _image_block(block: Json, path: str) -> None:
    check_keys(block, path, {"type", "image_url", "alt_text"}, {"block_id", "title"})
    check_picture_url(block["image_url"], f"{path}/image_url")
    check_length(block["alt_text"], f"{path}/alt_text", 2_000)
    if "title" in block:
        check_text("plain_text", 2_000)(block["title"], f"{path}/title")


def _context(block: Json, path: str) -> None:
    check_keys(block, path, {"type", "elements"}, {"block_id"})
    check_many(block["elements"], f"{path}/elements", 10, _context_element)


def _context_element(element: Json, path: str) -> None:
    if read_kind(element, path) == "image":
        check_image(element, path)
    else:
        check_text(None, 3_000)(element, path)


def _actions(block: Json, path: str) -> None:
    check_keys(block, path, {"type", "elements"}, {"block_id"})
    check_many(
        block["elements"], f"{path}/elements", 25, lambda element, here: check_element(element, here, ACTIONABLE)
    )
    ids = [element.get("action_id") for element in block["elements"]]
    named = [action_id for action_id in ids if action_id is not None]
    if len(named) != len(set(named)):
        raise Invalid(f"{path}/elements", f"an action_id is used twice: {named}")


def _actionable(element: Json, path: str) -> None:
    check_element(element, path, ACTIONABLE)


def _input(block: Json, path: str) -> None:
    check_keys(block, path, {"type", "label", "element"}, {"block_id", "hint", "optional", "dispatch_action"})
    check_text("plain_text", 2_000)(block["label"], f"{path}/label")
    if "hint" in block:
        check_text("plain_text", 2_000)(block["hint"], f"{path}/hint")
    if not isinstance(block.get("optional", False), bool):
        raise Invalid(f"{path}/optional", "must be true or false")
    check_element(block["element"], f"{path}/element", INPUTS)


_BLOCKS: dict[str, Check] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "image": _image_block,
    "context": _context,
    "actions": _actions,
    "input": _input,
}
