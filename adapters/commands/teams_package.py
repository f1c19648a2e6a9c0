"""`paraaf manifest teams`."""

from collections.abc import Callable
from pathlib import Path

from adapters.setting_checks import check_address
from adapters.settings import Settings, SettingsError
from adapters.teams_settings import check_guid
from manifest.teams import build_package


def write_package(
    settings: Settings, output: Path, url: str | None, app_id: str | None, *, has_tabs: bool | None = None
) -> list[str]:
    """Write the package, and say what will not work. Raises `SettingsError`, and `OSError` for the file."""
    address = _check("--url", check_address, url) or settings.public_url
    app = _check("--app-id", check_guid, app_id) or settings.teams_app_id
    if app is None:
        raise SettingsError({"MICROSOFT_APP_ID": "missing; set it, or give --app-id"})
    output.write_bytes(build_package(app, address, has_tabs=settings.teams_tabs if has_tabs is None else has_tabs))
    if address.startswith("https://"):
        return []
    return [f"Teams takes only https addresses, and this is {address}."]


def _check(option: str, check: Callable[[str], str], value: str | None) -> str | None:
    try:
        return check(value) if value else None
    except ValueError as error:
        raise SettingsError({option: str(error)}) from None
