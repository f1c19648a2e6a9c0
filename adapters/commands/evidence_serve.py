"""`paraaf evidence serve`."""

from collections.abc import Sequence

from adapters.commands.until_asked import run_until_asked
from adapters.evidence.server import EvidenceServer
from adapters.log import set_up_logging
from adapters.settings import Settings, SettingsError


async def serve(settings: Settings, public: str | None, users: Sequence[str]) -> None:
    """Run until SIGTERM or SIGINT. Raises `SettingsError`, and what `EvidenceServer.start` raises."""
    listens = _read_public(public) if public else None
    set_up_logging()
    server = EvidenceServer(settings, listens, users)
    await run_until_asked(server.start, server.stop)


def _read_public(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= 65_535:  # noqa: PLR2004 - the largest port
        raise SettingsError({"--public": "write HOST:PORT, such as 127.0.0.1:8090"})
    return host.strip("[]"), int(port)
