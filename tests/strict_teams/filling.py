"""Filling in a card as in the real client: only what it offers, within its limits, and never less than it asks."""

from collections.abc import Mapping, Sequence
from datetime import date

from tests.strict_teams.facts import ClientRefuses, Json, View
from tests.strict_teams.reading import see

Filled = str | date | bool | None | Sequence[str]


def fill_in(view: View, filled: Mapping[str, Filled]) -> Json:
    """What is sent for the inputs of a view; empty ones are left out. Raises `ClientRefuses`."""
    inputs = view.inputs
    if unknown := set(filled) - set(inputs):
        raise ClientRefuses(f"The view has no inputs {sorted(unknown)}, only {sorted(inputs)}.")
    values: Json = {}
    for name, element in inputs.items():
        value = _fill(view, name, element, filled[name]) if name in filled else str(element.get("value") or "")
        if element["type"] == "Input.Toggle" and not value:
            value = str(element.get("valueOff", "false"))
        if element.get("isRequired") and not value.strip():
            raise ClientRefuses(f"{name!r} has to be filled in.")
        if value:
            values[name] = value
    return values


def _fill(view: View, name: str, element: Json, value: Filled) -> str:
    match element["type"]:
        case "Input.Text":
            return _type_text(element, "" if value is None else str(value))
        case "Input.Date":
            return value.isoformat() if isinstance(value, date) else ""
        case "Input.Toggle":
            ticked = element.get("valueOn", "true") if value else element.get("valueOff", "false")
            return str(ticked)
        case "Input.ChoiceSet":
            wanted = [] if value is None else [value] if isinstance(value, str) else list(_texts(value))
            chosen = [_choose(view, name, each) for each in wanted]
            if len(chosen) > 1 and not element.get("isMultiSelect"):
                raise ClientRefuses(f"Only one of {name!r} can be chosen.")
            return ",".join(chosen)
        case other:
            raise ClientRefuses(f"Nobody can fill in {other}.")


def _texts(value: Filled) -> Sequence[str]:
    assert isinstance(value, Sequence)
    return value


def _type_text(element: Json, text: str) -> str:
    most = element.get("maxLength")
    if most is not None and len(text.encode("utf-16-le", "surrogatepass")) // 2 > most:
        raise ClientRefuses(f"Only {most} characters can be typed.")
    if "\n" in text and not element.get("isMultiline"):
        raise ClientRefuses("This input has one line.")
    return text


def _choose(view: View, name: str, wanted: str) -> str:
    """The value of an option: by value, by its label, or by its label's first part (`label · more about it`)."""
    options = view.options(name)
    if wanted in options:
        return wanted
    seen = see(wanted)
    exactly = [value for value, label in options.items() if label == seen]
    roughly = [value for value, label in options.items() if label.startswith(f"{seen} · ")]
    for found in (exactly, roughly):
        if len(found) == 1:
            return found[0]
    raise ClientRefuses(f"{wanted!r} is not offered; there is {list(options.values())}.")
