"""The documented limits of block elements and of the objects they are made of."""

import re
from collections.abc import Sequence

from tests.strict_slack.parts import (
    ID,
    Check,
    Invalid,
    Json,
    check_keys,
    check_length,
    check_many,
    check_picture_url,
    check_text,
    check_url,
    check_within,
    read_kind,
)


def check_element(element: Json, path: str, allowed: frozenset[str]) -> None:
    """Check any element where one of the kinds in `allowed` may stand."""
    kind = read_kind(element, path)
    if kind not in allowed:
        raise Invalid(f"{path}/type", f"{kind!r} is not allowed here")
    check_length(element.get("action_id"), f"{path}/action_id", ID)
    if "confirm" in element:
        _confirm(element["confirm"], f"{path}/confirm")
    if "placeholder" in element:
        check_text("plain_text", 150)(element["placeholder"], f"{path}/placeholder")
    _ELEMENTS[kind](element, path)


def check_image(image: Json, path: str) -> None:
    """Check an image element, as a section's accessory or inside a context block."""
    check_keys(image, path, {"type", "image_url", "alt_text"}, set())
    check_picture_url(image["image_url"], f"{path}/image_url")
    check_length(image["alt_text"], f"{path}/alt_text", 2_000)


def _button(element: Json, path: str) -> None:
    optional = {"action_id", "url", "value", "style", "confirm", "accessibility_label"}
    check_keys(element, path, {"type", "text"}, optional)
    check_text("plain_text", 75)(element["text"], f"{path}/text")
    check_length(element.get("value"), f"{path}/value", 2_000, empty=True)
    check_length(element.get("accessibility_label"), f"{path}/accessibility_label", 75)
    if "url" in element:
        check_url(element["url"], f"{path}/url")
    if "style" in element and element["style"] not in {"primary", "danger"}:
        raise Invalid(f"{path}/style", f"unknown style {element['style']!r}")


def _plain_text_input(element: Json, path: str) -> None:
    optional = {"action_id", "initial_value", "multiline", "min_length", "max_length", "placeholder", "focus_on_load"}
    check_keys(element, path, {"type"}, optional | {"dispatch_action_config"})
    most, least = element.get("max_length", 3_000), element.get("min_length", 0)
    check_within(most, f"{path}/max_length", 1, 3_000)
    check_within(least, f"{path}/min_length", 0, 3_000)
    if least > most:
        raise Invalid(f"{path}/min_length", f"{least} is above max_length {most}")
    check_length(element.get("initial_value"), f"{path}/initial_value", most, empty=True)


def _datepicker(element: Json, path: str) -> None:
    check_keys(element, path, {"type"}, {"action_id", "initial_date", "confirm", "placeholder", "focus_on_load"})
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", element.get("initial_date", "2000-01-01")):
        raise Invalid(f"{path}/initial_date", "must be YYYY-MM-DD")


def _file_input(element: Json, path: str) -> None:
    check_keys(element, path, {"type"}, {"action_id", "filetypes", "max_files"})
    check_within(element.get("max_files", 10), f"{path}/max_files", 1, 10)


def _static(most: int, *, several: bool, kind: str | None) -> Check:
    initial = "initial_options" if several else "initial_option"

    def check(element: Json, path: str) -> None:
        more = {"max_selected_items"} if several and most == 100 else set()  # check boxes have no such field
        more |= {"placeholder"} if most == 100 else set()
        check_keys(element, path, {"type", "options"}, {"action_id", initial, "confirm", "focus_on_load"} | more)
        check_many(element["options"], f"{path}/options", most, check_option(kind))
        _unique_values(element["options"], f"{path}/options")
        _initial(element, path, several=several, options=element["options"])

    return check


def _external(*, several: bool) -> Check:
    initial = "initial_options" if several else "initial_option"

    def check(element: Json, path: str) -> None:
        more = {"max_selected_items"} if several else set()
        optional = {"action_id", initial, "min_query_length", "confirm", "focus_on_load", "placeholder"}
        check_keys(element, path, {"type"}, optional | more)
        check_within(element.get("min_query_length", 3), f"{path}/min_query_length", 0, 100)
        _initial(element, path, several=several, options=None)

    return check


def _initial(element: Json, path: str, *, several: bool, options: Sequence[Json] | None) -> None:
    name = "initial_options" if several else "initial_option"
    if several and "max_selected_items" in element:
        check_within(element["max_selected_items"], f"{path}/max_selected_items", 1, 100)
    if name not in element:
        return
    chosen = element[name] if several else [element[name]]
    check_many(chosen, f"{path}/{name}", element.get("max_selected_items", 100) if several else 1, check_option(None))
    for option in chosen:
        if options is not None and option not in options:
            raise Invalid(f"{path}/{name}", "must be exactly one of the options")


def _overflow(element: Json, path: str) -> None:
    check_keys(element, path, {"type", "options"}, {"action_id", "confirm"})
    check_many(element["options"], f"{path}/options", 5, check_option("plain_text", "url"))


def check_option(kind: str | None, *more: str) -> Check:
    """What checks an option whose texts are of `kind`, or of any when that is None."""

    def check(option: Json, path: str) -> None:
        check_keys(option, path, {"text", "value"}, {"description", *more})
        check_text(kind, 75)(option["text"], f"{path}/text")
        check_length(option["value"], f"{path}/value", 150)
        if "description" in option:
            check_text(kind, 75)(option["description"], f"{path}/description")

    return check


def _unique_values(options: Sequence[Json], path: str) -> None:
    values = [option["value"] for option in options]
    if len(values) != len(set(values)):
        raise Invalid(path, "two options have one value")


def _confirm(confirm: Json, path: str) -> None:
    check_keys(confirm, path, {"title", "text", "confirm", "deny"}, {"style"})
    check_text("plain_text", 100)(confirm["title"], f"{path}/title")
    check_text(None, 300)(confirm["text"], f"{path}/text")
    check_text("plain_text", 30)(confirm["confirm"], f"{path}/confirm")
    check_text("plain_text", 30)(confirm["deny"], f"{path}/deny")
    if confirm.get("style", "primary") not in {"primary", "danger"}:
        raise Invalid(f"{path}/style", f"unknown style {confirm['style']!r}")


_ELEMENTS: dict[str, Check] = {
    "button": _button,
    "image": check_image,
    "plain_text_input": _plain_text_input,
    "datepicker": _datepicker,
    "file_input": _file_input,
    "checkboxes": _static(10, several=True, kind=None),
    "radio_buttons": _static(10, several=False, kind=None),
    "static_select": _static(100, several=False, kind="plain_text"),
    "multi_static_select": _static(100, several=True, kind="plain_text"),
    "external_select": _external(several=False),
    "multi_external_select": _external(several=True),
    "overflow": _overflow,
}
ACTIONABLE = frozenset(
    {"button", "checkboxes", "radio_buttons", "static_select", "external_select", "datepicker", "overflow"}
)
INPUTS = frozenset(_ELEMENTS) - {"button", "image", "overflow"}
