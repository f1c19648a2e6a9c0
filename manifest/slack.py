"""The Slack app manifest, made from the template beside this module for one public address."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

_URL_FIELDS = frozenset({"url", "request_url", "message_menu_options_url"})


def render_manifest(url: str, *, socket_mode: bool = False) -> dict[str, Any]:
    """The manifest of an app that Slack reaches at `url`, or that reaches Slack in Socket Mode and needs no address."""
    filled: dict[str, Any] = _fill(json.loads(_read_template()), url.rstrip("/"), keep_urls=not socket_mode)
    filled["settings"]["socket_mode_enabled"] = socket_mode
    return filled


def bot_scopes() -> frozenset[str]:
    """What the bot token must be allowed to do."""
    return frozenset(json.loads(_read_template())["oauth_config"]["scopes"]["bot"])


@cache
def _read_template() -> str:
    return files(__package__ or "manifest").joinpath("slack.json").read_text(encoding="utf-8")


def _fill(part: Any, url: str, *, keep_urls: bool) -> Any:  # noqa: ANN401 - any part of a JSON value
    if isinstance(part, dict):
        kept = {name: each for name, each in part.items() if keep_urls or name not in _URL_FIELDS}
        return {name: _fill(each, url, keep_urls=keep_urls) for name, each in kept.items()}
    if isinstance(part, list):
        return [_fill(each, url, keep_urls=keep_urls) for each in part]
    return part.replace("{url}", url) if isinstance(part, str) else part
