"""Where networks are, from a database in MaxMind's format: one file, read here and asked of nobody else."""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import maxminddb

from adapters.settings import SettingsError
from bot.domain.typed_text import PLACE_LENGTH, tidy
from bot.ports import Geography

_LANGUAGE = "en"
"""The only one in which every maker of such databases names every place."""


def open_geography(file: Path | None) -> Geography | None:
    """The places in this file, or None without one. Raises `SettingsError` for a file that is no such database."""
    if file is None:
        return None
    try:
        # In memory: a file that is replaced while it is mapped could end the process.
        return MaxMindGeography(maxminddb.open_database(file, maxminddb.MODE_MEMORY))
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise SettingsError({"PARAAF_GEOIP_DB": f"{file} is no database of places: {error}"}) from error


class MaxMindGeography:
    """Keeps `bot.ports.Geography`: the city, where that is known, and the country."""

    def __init__(self, reader: maxminddb.Reader) -> None:
        self._reader = reader

    def locate(self, network: str) -> str | None:
        found: object = None
        # Nobody knows the place of an IPv6 address in a database of IPv4, nor that of a record that is damaged.
        with suppress(ValueError, maxminddb.InvalidDatabaseError):
            found = self._reader.get(ip_address(network))
        if not isinstance(found, Mapping):
            return None
        names = (_name(found.get(part)) for part in ("city", "country"))
        return ", ".join(name for name in names if name)[: PLACE_LENGTH.stop - 1] or None


def _name(part: Any) -> str:  # noqa: ANN401 - whatever the maker of the database put there
    try:
        return tidy(part["names"][_LANGUAGE])
    except (KeyError, TypeError):
        return ""
