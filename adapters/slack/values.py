"""What was filled in, from the state of a view."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from adapters.slack.api import Json
from bot.conversation import FileRef, Value
from bot.domain.people import Platform
from cards.block_kit.naming import TOGGLED


def read_values(view: Json, tenant: str) -> dict[str, Value]:
    """The value of every input of a submitted view, by block id.

    Slack never sends nothing for an input that must be filled in, but a stand-in may do so for one that was not
    touched, even though it showed a value. Such an input has the value that the view offered.
    """
    blocks = {str(block.get("block_id")): block for block in view.get("blocks") or ()}
    state: Mapping[str, Json] = (view.get("state") or {}).get("values") or {}
    return {block_id: _read_block(blocks.get(block_id, {}), elements, tenant) for block_id, elements in state.items()}


def read_files(files: Iterable[Json], tenant: str) -> tuple[FileRef, ...]:
    """Files of a message or an upload.

    In a conversation shared with others Slack may tell no more than the id (`file_access: check_file_info`).
    """
    return tuple(
        FileRef(Platform.SLACK, tenant, str(file["id"]), str(file.get("name") or ""))
        for file in files
        if file.get("id")
    )


def _read_block(block: Json, elements: Json, tenant: str) -> Value:
    given: Json = next(iter(elements.values()), {})
    asked: Json = block.get("element") or {}
    value = _read_element(given, tenant)
    if value in (None, ()) and block and not block.get("optional", False):
        value = _read_offer(asked, tenant) or value
    return bool(value) if _is_toggle(asked) else value


def _is_toggle(asked: Json) -> bool:
    options = asked.get("options") or ()
    return asked.get("type") == "checkboxes" and [option.get("value") for option in options] == [TOGGLED]


def _read_offer(asked: Json, tenant: str) -> Value:
    """The value that an element started with, read as if it had been sent."""
    offered = {
        name.replace("initial_", "selected_").replace("selected_value", "value"): value
        for name, value in asked.items()
        if name.startswith("initial_")
    }
    return _read_element({"type": asked.get("type"), **offered}, tenant)


_Read = Callable[[Json, str], Value]


def _read_element(given: Json, tenant: str) -> Value:
    read = _READERS.get(str(given.get("type")))
    return read(given, tenant) if read else None


def _read_text(given: Json, _: str) -> Value:
    return given.get("value") or None


def _read_option(given: Json, _: str) -> Value:
    option: Json | None = given.get("selected_option")
    return str(option["value"]) if option else None


def _read_options(given: Json, _: str) -> Value:
    return tuple(str(option["value"]) for option in given.get("selected_options") or ())


def _read_day(given: Json, _: str) -> Value:
    day = given.get("selected_date")
    return date.fromisoformat(day) if day else None


def _read_user(given: Json, _: str) -> Value:
    return given.get("selected_user") or None


def _read_users(given: Json, _: str) -> Value:
    return tuple(str(user) for user in given.get("selected_users") or ())


def _read_uploads(given: Json, tenant: str) -> Value:
    return read_files(given.get("files") or (), tenant)


_READERS: Mapping[str, _Read] = {
    "plain_text_input": _read_text,
    "static_select": _read_option,
    "external_select": _read_option,
    "radio_buttons": _read_option,
    "multi_static_select": _read_options,
    "multi_external_select": _read_options,
    "checkboxes": _read_options,
    "datepicker": _read_day,
    "users_select": _read_user,
    "multi_users_select": _read_users,
    "file_input": _read_uploads,
}
