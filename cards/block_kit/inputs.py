"""Inputs of a form as input blocks."""

from typing import assert_never

from cards import limits
from cards.block_kit.naming import TOGGLED, name_search
from cards.block_kit.text import Json, label
from cards.model import Choice, DateInput, FileInput, Input, Look, Option, Search, TextInput, Toggle
from cards.text import is_blank


def render_input(field: Input) -> Json:
    """The input block of a field; raises LimitExceeded."""
    block: Json = {
        "type": "input",
        "block_id": limits.fit(field.id, limits.ID, "input id"),
        "label": label(field.label, limits.INPUT_LABEL, f"label of {field.id}"),
        "element": _render_element(field),
        "optional": isinstance(field, Toggle) or not field.required,
    }
    if not isinstance(field, Toggle) and not is_blank(field.hint):
        block["hint"] = label(field.hint, limits.INPUT_HINT, f"hint of {field.id}")
    return block


def render_option(option: Option) -> Json:
    """An option object; raises TooLong."""
    rendered: Json = {
        "text": label(option.label, limits.OPTION_LABEL, f"label of option {option.value}"),
        "value": limits.fit(option.value, limits.OPTION_VALUE, "option value"),
    }
    if not is_blank(option.hint):
        rendered["description"] = label(option.hint, limits.OPTION_HINT, f"hint of option {option.value}")
    return rendered


def _render_element(field: Input) -> Json:
    match field:
        case TextInput():
            return _render_text(field)
        case Choice(options=options):
            return _render_search(field, options) if isinstance(options, Search) else _render_choice(field, options)
        case DateInput():
            chosen = {"initial_date": field.value.isoformat()} if field.value else {}
            return {"type": "datepicker", "action_id": field.id, **chosen}
        case Toggle():
            option = {"text": label(field.text, limits.OPTION_LABEL, f"text of {field.id}"), "value": TOGGLED}
            ticked = {"initial_options": [option]} if field.value else {}
            return {"type": "checkboxes", "action_id": field.id, "options": [option], **ticked}
        case FileInput():
            _check_number(field.most, limits.FILES, f"files of {field.id}")
            return {"type": "file_input", "action_id": field.id, "max_files": field.most}
        case _:
            assert_never(field)


def _render_text(field: TextInput) -> Json:
    if not 1 <= field.longest <= limits.TYPED_TEXT:
        raise limits.TooLong(f"longest text of {field.id}", limits.TYPED_TEXT, field.longest)
    element: Json = {
        "type": "plain_text_input",
        "action_id": field.id,
        "multiline": field.multiline,
        "max_length": field.longest,
    }
    if field.value:
        element["initial_value"] = limits.fit(field.value, field.longest, f"value of {field.id}")
    return element


def _render_choice(field: Choice, options: tuple[Option, ...]) -> Json:
    listed = field.look is Look.LIST
    most = limits.OPTIONS_IN_LIST if listed else limits.OPTIONS_IN_MENU
    rendered = [render_option(option) for option in limits.count(options, most, f"options of {field.id}", least=1)]
    chosen = _select(field, options)
    element: Json = {"action_id": field.id, "options": rendered}
    if field.most == 1:
        kind = "radio_buttons" if listed else "static_select"
        return {"type": kind, **element, **({"initial_option": chosen[0]} if chosen else {})}
    if chosen:
        element["initial_options"] = chosen
    if listed:  # check boxes know no maximum: whoever reads the answer counts
        return {"type": "checkboxes", **element}
    return {"type": "multi_static_select", **element, "max_selected_items": field.most}


def _select(field: Choice, options: tuple[Option, ...]) -> list[Json]:
    """The chosen options exactly as they stand among `options`, which Slack demands."""
    by_value = {option.value: option for option in options}
    if len(by_value) != len(options):
        raise ValueError(f"Two options of {field.id!r} have one value.")
    limits.count(field.selected, field.most, f"selected options of {field.id}")
    if unknown := [option.value for option in field.selected if option.value not in by_value]:
        raise ValueError(f"{field.id!r} selects what it does not offer: {unknown}")
    return [render_option(by_value[option.value]) for option in field.selected]


def _render_search(field: Choice, search: Search) -> Json:
    chosen = [
        render_option(each) for each in limits.count(field.selected, field.most, f"selected options of {field.id}")
    ]
    action_id = limits.fit(name_search(field.id, search.source), limits.ID, "action id")
    # 0: the most likely options show before anything is typed
    element: Json = {"action_id": action_id, "min_query_length": 0}
    if field.most == 1:
        return {"type": "external_select", **element, **({"initial_option": chosen[0]} if chosen else {})}
    _check_number(field.most, limits.OPTIONS_IN_MENU, f"choices of {field.id}")
    selected = {"initial_options": chosen} if chosen else {}
    return {"type": "multi_external_select", **element, **selected, "max_selected_items": field.most}


def _check_number(number: int, limit: int, what: str) -> None:
    if not 1 <= number <= limit:
        raise limits.TooMany(what, limit, number)
