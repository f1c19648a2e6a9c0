"""Workflow templates in a TOML file, checked as a whole before anything is done with it; docs/workflow-templates.md."""

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError

from adapters.toml_lines import TomlLines
from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.outline import TITLE_LENGTH
from bot.domain.people import Cadence, OfficeId, Role
from bot.domain.signature import Drawing
from bot.domain.typed_text import DOCUMENTS, MESSAGE_LENGTH, tidy
from bot.domain.workflow import (
    PLACEHOLDERS,
    Match,
    WorkflowTemplate,
    find_alien_placeholders,
    find_placeholders,
    is_reserved,
    is_same_name,
    is_strong_enough,
)
from bot.texts import SOURCE_LANGUAGE, load_texts
from bot.use_cases.import_templates import TemplatesRefused, WrittenTemplate
from bot.views.delivery_words import say_minimum

_STRICT: Final = ConfigDict(extra="forbid", strict=True, frozen=True)
_WORDS: Final[Mapping[str, type[StrEnum]]] = {
    "kinds": Kind,
    "sender": Role,
    "way": Way,
    "drawing": Drawing,
    "asks": Asks,
}
"""The keys that take words of a list."""
_TAGS: Final = ("switch", "cadence")


def _check_placeholders(text: str) -> str:
    if aliens := find_alien_placeholders(text):
        allowed = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"{', '.join(aliens)} is not possible; there are: {allowed}")
    return text


def _check_characters(text: str) -> str:
    if tidy(text) != text.strip():
        raise ValueError("it holds characters that nobody sees; type it again")
    return text


_VISIBLE, _FILLED_IN = AfterValidator(_check_characters), AfterValidator(_check_placeholders)
_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$"), _VISIBLE]
_Names = Annotated[list[_Name], Field(min_length=1)]
_Days = Annotated[int, Field(ge=1, le=99)]
# A word of a list is a plain string in TOML.
_Kind = Annotated[Kind, Field(strict=False)]
_Role = Annotated[Role, Field(strict=False)]
_Way = Annotated[Way, Field(strict=False)]
_Drawing = Annotated[Drawing, Field(strict=False)]
_Asks = Annotated[Asks, Field(strict=False)]


class _Cadence(BaseModel):
    model_config = _STRICT
    first: _Days
    every: _Days
    late_every: _Days
    most: Annotated[int, Field(ge=0, le=99)]


_Reminders = Annotated[
    Annotated[bool, Tag(_TAGS[0])] | Annotated[_Cadence, Tag(_TAGS[1])],
    Discriminator(lambda value: _TAGS[isinstance(value, dict | _Cadence)]),
]


class _Template(BaseModel):
    model_config = _STRICT
    name: _Name
    kinds: Annotated[list[_Kind], Field(min_length=1)]
    sources: _Names = []
    clients: _Names = []
    groups: _Names = []
    except_clients: _Names = []
    except_groups: _Names = []
    title: Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH), _VISIBLE, _FILLED_IN] = "{document}"
    message: Annotated[str, Field(max_length=MESSAGE_LENGTH.stop - 1), _VISIBLE, _FILLED_IN] = ""
    sender: _Role
    way: _Way
    days_until_due: Annotated[int, Field(ge=0, le=365)] | None = None
    days_until_expiry: Annotated[int, Field(ge=1, le=730)] | None = None
    reminders: _Reminders = True
    drawing: _Drawing | None = None
    asks: _Asks = Asks.APPROVE
    standard_documents: Annotated[list[_Name], Field(min_length=1, max_length=DOCUMENTS.stop - 2)] = []


class _File(BaseModel):
    model_config = _STRICT
    template: Annotated[list[_Template], Field(min_length=1)]


def read_templates(content: bytes, office: OfficeId) -> tuple[WrittenTemplate, ...]:
    """The templates in a file, in its order. Raises `TemplatesRefused` with every fault in it."""
    try:
        text = content.decode("utf-8-sig")
        written = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise TemplatesRefused(["this is not text in UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise TemplatesRefused([f"this is not TOML: {error}."]) from error
    lines = TomlLines(text)
    try:
        file = _File.model_validate(written)
    except ValidationError as error:
        raise TemplatesRefused(_word_errors(error, written, lines)) from error
    faults = [
        f"{_say_where(('template', number, key), written, lines)}: {fault}"
        for number, each in enumerate(file.template)
        for key, fault in (*_find_faults(each), *_find_twins(each, file.template[:number]))
    ]
    if faults:
        raise TemplatesRefused(faults)
    return tuple(
        WrittenTemplate(
            _build(each, office),
            tuple(each.standard_documents),
            _say_where(("template", number, "standard_documents"), written, lines),
        )
        for number, each in enumerate(file.template)
    )


def _build(written: _Template, office: OfficeId) -> WorkflowTemplate:
    match = Match(
        kinds=frozenset(written.kinds),
        sources=frozenset(written.sources),
        clients=frozenset(written.clients),
        groups=frozenset(written.groups),
        except_clients=frozenset(written.except_clients),
        except_groups=frozenset(written.except_groups),
    )
    cadence = written.reminders
    return WorkflowTemplate(
        office=office,
        name=written.name,
        match=match,
        message=written.message.strip(),
        title=written.title,
        sender=written.sender,
        way=written.way,
        days_until_due=written.days_until_due,
        reminders=cadence is not False,
        cadence=Cadence(**cadence.model_dump()) if isinstance(cadence, _Cadence) else None,
        drawing=written.drawing,
        asks=written.asks,
        days_until_expiry=written.days_until_expiry,
    )


def _find_faults(written: _Template) -> Iterator[tuple[str, str]]:
    """What each key says that cannot be, by the rules of `bot.domain.workflow`."""
    for kind in dict.fromkeys(written.kinds):
        if not is_strong_enough(written.way, kind):
            reason = say_minimum(kind, load_texts(SOURCE_LANGUAGE))
            yield "kinds" if is_reserved(kind) else "way", f"not for {kind}: {reason}"
    for key, text in (("title", written.title), ("message", written.message)):
        if "due" in find_placeholders(text) and written.days_until_due is None:
            yield key, "{due} needs a due date; set days_until_due."
    if written.days_until_expiry is not None and written.days_until_expiry < (written.days_until_due or 0):
        yield "days_until_expiry", f"at least {written.days_until_due}, as days_until_due says."
    if written.asks is Asks.ADOPT and set(written.kinds) != {Kind.ANNUAL_ACCOUNTS}:
        yield "asks", f"only a {Kind.ANNUAL_ACCOUNTS} is adopted; make a template for that kind alone."
    if written.way is Way.CERTIFIED and written.drawing not in {None, Drawing.REQUIRED}:
        yield "drawing", "leave it out: who signs with a certificate always draws."


def _find_twins(written: _Template, before: list[_Template]) -> Iterator[tuple[str, str]]:
    if any(is_same_name(each.name, written.name) for each in before):
        yield "name", "an earlier template in this file has this name; choose another."


def _word_errors(error: ValidationError, written: Mapping[str, Any], lines: TomlLines) -> Iterator[str]:
    for each in error.errors():
        at = tuple(part for part in each["loc"] if part not in _TAGS)
        yield f"{_say_where(at, written, lines)}: {_word_error(each['type'], at, each['msg'], each['input'])}"


def _word_error(kind: str, at: tuple[int | str, ...], message: str, given: object) -> str:
    key = next((part for part in reversed(at) if isinstance(part, str)), "")
    match kind:
        case "extra_forbidden":
            known = _list_keys(at)
            meant = get_close_matches(key, known, 1)
            return (
                f"there is no such key{f'; did you mean {meant[0]}?' if meant else '.'} There are: {', '.join(known)}."
            )
        case "missing":
            return "is missing."
        case "enum":
            return f"“{given}” is not possible; choose from: {', '.join(_WORDS[key])}."
        case "string_pattern_mismatch":
            return f"“{given}” begins or ends with a blank, or has several lines."
        case _:
            message = message.removeprefix("Value error, ")
            return f"{message[:1].lower()}{message[1:]}."


def _list_keys(at: tuple[int | str, ...]) -> list[str]:
    """The keys that there are beside the one at this place."""
    models: Mapping[int, type[BaseModel]] = {1: _File, 3: _Template}
    return list(models.get(len(at), _Cadence).model_fields)


def _say_where(at: tuple[int | str, ...], written: Mapping[str, Any], lines: TomlLines) -> str:
    """Where something stands, such as `line 3, template “IB”, kinds`."""
    if len(at) < 2 or not isinstance(at[1], int):  # noqa: PLR2004 - the file itself, and the number of a template in it
        return f"line {lines.find_top(str(at[0]))}, {at[0]}"
    template, keys = written["template"][at[1]], [each for each in at[2:] if isinstance(each, str)]
    name = template.get("name") if isinstance(template, dict) else None
    line = lines.find(at[1], keys[0] if keys else "")
    return ", ".join([f"line {line}", f"template “{name}”" if name else f"template {at[1] + 1}", *keys])
