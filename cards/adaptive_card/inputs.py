"""Inputs of a form, with what was typed and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypeAlias, assert_never

from cards import limits
from cards.adaptive_card.text import Json, tame, write_lines
from cards.model import Choice, DateInput, FileInput, Input, Look, Option, Plain, Search, TextInput, Toggle
from cards.text import is_blank

Typed: TypeAlias = Mapping[str, object]
"""What was sent, by input id: text or the value of an option, several values, a day, a tick, or nothing."""


def fill_in(field: Input, typed: Typed) -> Input:
    """`field` with what was typed into it; as it is when nothing came back for it."""
    value = typed.get(field.id)
    match field, value:
        case TextInput(), str():
            return replace(field, value=value)
        case DateInput(), date() | None if field.id in typed:
            return replace(field, value=value)
        case Toggle(), bool():
            return replace(field, value=value)
        case Choice(), str() | tuple() | None if field.id in typed:
            values = (value,) if isinstance(value, str) else tuple(str(each) for each in value or ())
            return replace(field, selected=tuple(_find_option(field, each) for each in values if each))
        case _:
            return field


def render_input(field: Input, missing: str, complaint: str = "") -> list[Json]:
    """What asks for `field`: the input itself, with a hint and a complaint below it where there are any.

    `missing` is what a client says when a required input is empty. Raises LimitExceeded, and ValueError for a file
    input, which Adaptive Cards lack.
    """
    items: list[Json] = []
    hint = "" if isinstance(field, Toggle) else field.hint
    if not is_blank(hint):
        items += write_lines((Plain(limits.fit(hint, limits.INPUT_HINT, f"hint of {field.id}")),), muted=True)
    items += render_complaint(complaint)
    element = {
        **_render_element(field),
        "id": limits.fit(field.id, limits.ID, "input id"),
        "label": tame(limits.fit(field.label, limits.INPUT_LABEL, f"label of {field.id}")),
    }
    if not isinstance(field, Toggle) and field.required:
        element |= {"isRequired": True, "errorMessage": missing}
    return [element, *items]


def render_complaint(complaint: str) -> list[Json]:
    """What was wrong with an input; nothing for none. Raises TooLong."""
    if is_blank(complaint):
        return []
    text = limits.fit(complaint, limits.INPUT_HINT, "error of an input")
    return write_lines((Plain(text),), look={"color": "Attention", "weight": "Bolder"})


def _render_element(field: Input) -> Json:
    match field:
        case TextInput():
            limits.fit(field.value, field.longest, f"value of {field.id}")
            value = {"value": field.value} if field.value else {}
            return {"type": "Input.Text", "isMultiline": field.multiline, "maxLength": field.longest, **value}
        case Choice():
            return _render_choice(field)
        case DateInput():
            return {"type": "Input.Date", **({"value": field.value.isoformat()} if field.value else {})}
        case Toggle():
            ticked = "true" if field.value else "false"
            return {"type": "Input.Toggle", "title": tame(field.text), "value": ticked, "wrap": True}
        case FileInput():
            raise ValueError(f"Adaptive Cards have no input for files: {field.id!r}")
        case _:
            assert_never(field)


def _render_choice(field: Choice) -> Json:
    limits.count(field.selected, field.most, f"selected options of {field.id}")
    element: Json = {"type": "Input.ChoiceSet", "isMultiSelect": field.most > 1, "wrap": True}
    if isinstance(field.options, Search):
        choices = field.selected
        element |= {"style": "filtered", "choices.data": {"type": "Data.Query", "dataset": field.options.source}}
    else:
        choices = limits.count(field.options, limits.OPTIONS_IN_MENU, f"options of {field.id}", least=1)
        element["style"] = "expanded" if field.look is Look.LIST else "compact"
    element["choices"] = [_render_option(option, field) for option in choices]
    if field.selected:
        element["value"] = ",".join(option.value for option in field.selected)
    return element


def _render_option(option: Option, field: Choice) -> Json:
    if field.most > 1 and "," in option.value:
        raise ValueError(f"An option of {field.id!r} has a comma in its value, which separates chosen values.")
    title = tame(option.label) if is_blank(option.hint) else f"{tame(option.label)} · {tame(option.hint)}"
    return {"title": title, "value": limits.fit(option.value, limits.OPTION_VALUE, "option value")}


def _find_option(field: Choice, value: str) -> Option:
    known = field.selected if isinstance(field.options, Search) else field.options
    return next((option for option in known if option.value == value), Option(value, value))
