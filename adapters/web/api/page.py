"""The page about the interface, made from its description."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from adapters.web.api.operations import BASE
from adapters.web.api.problems import ProblemType
from adapters.web.html import Html, join, tag
from adapters.web.pages import lay_out
from bot.texts import texts_for

Described = Mapping[str, Any]


def show_api(document: Described) -> web.Response:
    """The page: in English, as names of fields are."""
    body = join(
        (
            tag("p", document["info"]["description"].replace("`", "“", 1).replace("`", "”", 1)),
            tag("p", tag("a", "openapi.json", href="openapi.json")),
            *(_show_operation(path, method, each) for path, method, each in _list_operations(document)),
            *(_show_schema(name, each) for name, each in document["components"]["schemas"].items()),
            tag("h2", "Problems"),
            *(_show_problem(kind) for kind in ProblemType),
        )
    )
    return lay_out(200, "Paraaf API", body, texts_for("en"))


def _list_operations(document: Described) -> list[tuple[str, str, Described]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def _show_operation(path: str, method: str, operation: Described) -> Html:
    return join(
        (
            tag("h2", operation["summary"], id=operation["operationId"]),
            tag("p", tag("code", f"{method.upper()} {BASE}{path}")),
            tag("p", operation.get("description", "")),
            *(tag("pre", tag("code", each["source"])) for each in operation.get("x-codeSamples", ())),
            _list_words((each["name"], each.get("description", "")) for each in operation.get("parameters", ())),
            *(
                _show_body(kind, each["schema"])
                for kind, each in operation.get("requestBody", {}).get("content", {}).items()
            ),
            _list_words((status, each["description"]) for status, each in sorted(operation["responses"].items())),
        )
    )


def _show_body(kind: str, schema: Described) -> Html:
    return join((tag("p", tag("code", kind)), _list_fields(schema)))


def _show_schema(name: str, schema: Described) -> Html:
    if "enum" in schema:
        return join((tag("h2", name, id=name), tag("p", ", ".join(map(str, schema["enum"])))))
    return join((tag("h2", name, id=name), _list_fields(schema)))


def _list_fields(schema: Described) -> Html:
    needed = schema.get("required", ())
    return _list_words(
        (name if name in needed else f"{name} (optional)", _tell_field(field))
        for name, field in schema.get("properties", {}).items()
    )


def _tell_field(field: Described) -> str:
    referred = str(field.get("$ref", "")).rpartition("/")[2]
    kinds = field.get("type", "")
    kind = referred or (kinds if isinstance(kinds, str) else " or ".join(kinds))
    limit = f", at most {field['maxLength']} characters" if "maxLength" in field else ""
    choice = f": {', '.join(field['enum'])}" if "enum" in field else ""
    return f"{kind}{limit}{choice}. {field.get('description', '')}".strip()


def _show_problem(kind: ProblemType) -> Html:
    return tag("p", tag("b", f"{kind.status} "), kind.title, id=kind.anchor)


def _list_words(pairs: Iterable[tuple[str, str]]) -> Html:
    listed = [join((tag("dt", tag("code", name)), tag("dd", words))) for name, words in pairs]
    return tag("dl", *listed) if listed else Html()
