"""Workflow templates as TOML, as `adapters.template_file` reads it, and in a line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from bot.domain.accounts import Asks
from bot.domain.dossier import ItemId
from bot.domain.workflow import WorkflowTemplate


def write_template(template: WorkflowTemplate, paths: Mapping[ItemId, str]) -> str:
    """A table that can be imported; `paths` are those of the standard documents."""
    keys = write_keys(template, paths)
    return "\n".join(["[[template]]", *(f"{key} = {value}" for key, value in keys.items())])


def write_keys(template: WorkflowTemplate, paths: Mapping[ItemId, str]) -> dict[str, str]:
    """The keys of a template with their values in TOML, without those that have their default."""
    match, cadence = template.match, template.cadence
    values: dict[str, str | None] = {
        "name": _write_text(template.name),
        "kinds": _write_names(match.kinds),
        "sources": _write_names(match.sources),
        "clients": _write_names(match.clients),
        "groups": _write_names(match.groups),
        "except_clients": _write_names(match.except_clients),
        "except_groups": _write_names(match.except_groups),
        "title": _write_text(template.title),
        "message": _write_text(template.message) if template.message else None,
        "sender": _write_text(template.sender),
        "way": _write_text(template.way),
        "days_until_due": None if template.days_until_due is None else str(template.days_until_due),
        "days_until_expiry": None if template.days_until_expiry is None else str(template.days_until_expiry),
        "reminders": None if template.reminders else "false",
        "drawing": _write_text(template.drawing) if template.drawing else None,
        "asks": _write_text(template.asks) if template.asks is Asks.ADOPT else None,
        "standard_documents": _write_list(paths[item] for item in template.standard_items if item in paths),
    }
    if cadence:
        values["reminders"] = f"{{ {', '.join(f'{name} = {days}' for name, days in asdict(cadence).items())} }}"
    return {key: value for key, value in values.items() if value is not None}


def describe(template: WorkflowTemplate) -> str:
    """A template in one line."""
    match = template.match
    parts = [
        ", ".join(sorted(match.kinds)),
        f"from {', '.join(sorted(match.sources))}" if match.sources else "from any source",
        _describe_clients(template),
        f"sent by {template.sender}",
        template.way.value,
        "no due date" if template.days_until_due is None else f"due after {template.days_until_due} days",
        *([] if template.days_until_expiry is None else [f"valid for {template.days_until_expiry} days"]),
        *([] if template.reminders else ["no reminders"]),
    ]
    return f"{template.name}: {'; '.join(parts)}"


def _describe_clients(template: WorkflowTemplate) -> str:
    match = template.match
    named = [*sorted(match.clients), *(f"group {group}" for group in sorted(match.groups))]
    excepted = [*sorted(match.except_clients), *(f"group {group}" for group in sorted(match.except_groups))]
    return ", ".join(named or ["any client"]) + (f" except {', '.join(excepted)}" if excepted else "")


def _write_text(text: str) -> str:
    """A basic string; one of several lines where that reads better and nothing in it has to be escaped."""
    if "\n" in text and not any(char in '"\\' or not (char.isprintable() or char == "\n") for char in text):
        return f'"""\n{text}"""'
    return json.dumps(text, ensure_ascii=False)  # which escapes as TOML does


def _write_names(names: Iterable[str]) -> str | None:
    return _write_list(sorted(names))


def _write_list(texts: Iterable[str]) -> str | None:
    written = [_write_text(text) for text in texts]
    return f"[{', '.join(written)}]" if written else None
