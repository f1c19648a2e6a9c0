"""The description of the interface, put together from those of its operations (OpenAPI 3.1)."""

from collections.abc import Iterable, Mapping

from adapters.web.api.operations import BASE, Operation
from adapters.web.api.problems import SCHEMA

_WHAT = (
    "Deliver documents that are to be signed or approved. Every source package has a token, which the office makes "
    "with `paraaf sources add`; it sees what it delivered itself, and nothing else."
)


def describe_api(public_url: str, operations: Iterable[Operation]) -> dict[str, object]:
    """The OpenAPI document."""
    paths: dict[str, dict[str, object]] = {}
    schemas: dict[str, object] = {"Problem": SCHEMA}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation.fragment
        for name, schema in operation.schemas.items():
            schemas |= _hoist(name, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Paraaf", "version": "1", "description": _WHAT},
        "servers": [{"url": public_url + BASE}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The package's token."}},
        },
    }


def _hoist(name: str, schema: object) -> dict[str, object]:
    """A schema and those that it defines inside, each under its own name."""
    if not isinstance(schema, Mapping):
        return {name: schema}
    inner = schema.get("$defs", {})
    return {**inner, name: {key: value for key, value in schema.items() if key != "$defs"}}
