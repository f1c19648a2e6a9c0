"""The Teams app package: its manifest made from the template beside this module, with icons and languages."""

import json
import re
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from yarl import URL

from manifest.icons import COLOR, OUTLINE

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the package, so that the same app is the same package."""
_LOCALIZED = re.compile(r"(?:name|description)\.\w+|.*\.(?:title|description)|staticTabs\[\d+\]\.name")


def build_package(app_id: str, url: str, *, has_tabs: bool = False) -> bytes:
    """The package to upload to Teams, for the app with this id, whose pages browsers reach at `url`.

    Tabs belong in it once the app registration exposes an API, as docs/teams.md says. The same arguments give the same
    bytes.
    """
    manifest = render_manifest(app_id, url, has_tabs=has_tabs)
    contents = {
        "manifest.json": _write_json(manifest),
        **{f"{language}.json": _write_json(texts) for language, texts in _read_languages(manifest).items()},
        COLOR: _read(COLOR),
        OUTLINE: _read(OUTLINE),
    }
    package = BytesIO()
    with ZipFile(package, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name, _LONG_AGO), content, ZIP_DEFLATED)
    return package.getvalue()


def render_manifest(app_id: str, url: str, *, has_tabs: bool = False) -> dict[str, Any]:
    """The manifest alone, in Dutch."""
    manifest = _fill_in("teams.json", app_id, url)
    return manifest | _fill_in("teams.tabs.json", app_id, url) if has_tabs else manifest


def _fill_in(template: str, app_id: str, url: str) -> dict[str, Any]:
    address = URL(url)
    facts = {
        "{app}": app_id,
        "{url}": url.rstrip("/"),
        "{domain}": address.raw_authority if address.explicit_port else address.raw_host or "",
        "{version}": version("paraaf"),
    }
    filled = _read(template).decode()
    for name, fact in facts.items():
        filled = filled.replace(name, json.dumps(fact)[1:-1])
    manifest: dict[str, Any] = json.loads(filled)
    return manifest


def _read_languages(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The manifest's own texts in the form of a language file, and the English for the same texts."""
    english = json.loads(_read("teams.en.json"))
    dutch = {"$schema": english["$schema"], **{path: text for path, text in _list_texts(manifest) if path in english}}
    return {"nl": dutch, "en": {path: english[path] for path in english if path in dutch}}


def _list_texts(part: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for name, each in part.items():
            yield from _list_texts(each, f"{path}.{name}" if path else name)
    elif isinstance(part, list):
        for number, each in enumerate(part):
            yield from _list_texts(each, f"{path}[{number}]")
    elif isinstance(part, str) and _LOCALIZED.fullmatch(path):
        yield path, part


def _write_json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"


def _read(name: str) -> bytes:
    return files(__package__ or "manifest").joinpath(name).read_bytes()
