"""Filling in a modal as in the real client: only what it offers, within its limits, and never less than it asks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.strict_slack.facts import ClientRefuses, File, Json, View
from tests.strict_slack.parts import count

Filled = str | date | bool | None | Sequence[str] | Sequence[File] | File

_MANY = {"checkboxes", "multi_static_select", "multi_external_select"}


def build_state(view: View, filled: dict[str, Filled]) -> Json:
    """`view.state.values` for what was filled in over what the view showed. Raises `ClientRefuses`."""
    inputs = view.inputs
    if unknown := set(filled) - set(inputs):
        raise ClientRefuses(f"The view has no inputs {sorted(unknown)}, only {sorted(inputs)}.")
    values: Json = {}
    for block_id, block in inputs.items():
        element = block["element"]
        state = (
            _fill(element, filled[block_id], view.offered.get(block_id, {}))
            if block_id in filled
            else _leave(element)
        )  # fmt: skip
        if not block.get("optional") and _is_empty(state):
            raise ClientRefuses(f"{block_id!r} has to be filled in.")
        values[block_id] = {element["action_id"]: state}
    return values


def _fill(element: Json, value: Filled, offered: dict[str, Json]) -> Json:
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": _type_text(element, value)}
    if kind == "datepicker":
        return {"type": kind, "selected_date": value.isoformat() if isinstance(value, date) else None}
    if kind == "file_input":
        files = [value] if isinstance(value, File) else [each for each in _list(value) if isinstance(each, File)]
        if len(files) > element.get("max_files", 10):
            raise ClientRefuses(f"Only {element.get('max_files', 10)} files.")
        return {
            "type": kind,
            "files": [{"id": file.id, "name": file.name, "size": len(file.content)} for file in files],
        }
    if isinstance(value, bool):
        return {"type": kind, "selected_options": element["options"][:1] if value else []}
    chosen = [_choose(element, each, offered) for each in _list(value)]
    if len(chosen) > element.get("max_selected_items", 100 if kind in _MANY else 1):
        raise ClientRefuses(f"Too many chosen: {len(chosen)}.")
    if kind in _MANY:
        return {"type": kind, "selected_options": chosen}
    return {"type": kind, "selected_option": chosen[0] if chosen else None}


def _leave(element: Json) -> Json:
    """What an input that nobody touched is sent as: what it showed."""
    kind = element["type"]
    if kind == "plain_text_input":
        return {"type": kind, "value": element.get("initial_value") or None}
    if kind == "datepicker":
        return {"type": kind, "selected_date": element.get("initial_date")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    if kind in _MANY:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    return {"type": kind, "selected_option": element.get("initial_option")}


def _type_text(element: Json, value: Any) -> str | None:  # noqa: ANN401 - a test may pass anything
    text = str(value or "")
    if count(text) > element.get("max_length", 3_000):
        raise ClientRefuses(f"Only {element.get('max_length', 3_000)} characters can be typed.")
    if text and count(text) < element.get("min_length", 0):
        raise ClientRefuses(f"At least {element['min_length']} characters.")
    if "\n" in text and not element.get("multiline"):
        raise ClientRefuses("This input has one line.")
    return text or None


def _choose(element: Json, wanted: object, offered: dict[str, Json]) -> Json:
    """An option by its label or its value, of those that are shown or were found by a search."""
    options: list[Json] = [*element.get("options", ()), *offered.values()]
    for option in options:
        if wanted in {option["value"], option["text"]["text"]}:
            return option
    labels = [option["text"]["text"] for option in options]
    raise ClientRefuses(f"{wanted!r} is not offered; there is {labels}.")


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return [value] if isinstance(value, str) or not isinstance(value, Sequence) else list(value)


def _is_empty(state: Json) -> bool:
    return not any(value for name, value in state.items() if name != "type")
