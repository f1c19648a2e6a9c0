"""What `paraaf doctor` finds out about signing: the key of personal data, and the database of places."""

from adapters.commands.finding import BROKEN, NOTE, OK, Finding
from adapters.geography import open_geography
from adapters.parts import check_key
from adapters.settings import Settings, SettingsError
from bot.domain.errors import KeyRefused, StoreUnavailable


async def examine_key(settings: Settings, *, has_tables: bool) -> Finding:
    """Whether what people drew and typed can be read; compared with the database where that has all its tables."""
    file, subject = settings.personal_key, "personal key"
    try:
        await check_key(settings, has_tables=has_tables)
        mode = file.stat().st_mode
    except KeyRefused as error:
        return Finding(BROKEN, subject, str(error))
    except StoreUnavailable as error:
        return Finding(BROKEN, subject, f"cannot be compared with the database: {error.reason}")
    except FileNotFoundError:
        return Finding(NOTE, subject, f"{file}: none yet; the next start makes it")
    if mode & 0o077:
        return Finding(NOTE, subject, f"{file}: others on this machine can read it; make it yours alone: chmod 600")
    return Finding(OK, subject, f"{file}; back it up: without it no signature can be read")


def examine_places(settings: Settings) -> Finding:
    """Whether places are derived from network addresses."""
    if settings.geoip is None:
        return Finding(OK, "places", "as people give them; no PARAAF_GEOIP_DB is set to derive others")
    try:
        open_geography(settings.geoip)
    except SettingsError as error:
        return Finding(BROKEN, "places", str(error))
    if not settings.proxies:
        words = "none is derived: set PARAAF_PROXIES, so that it is known who tells the addresses"
        return Finding(NOTE, "places", words)
    return Finding(OK, "places", f"derived as well, from {settings.geoip}")
