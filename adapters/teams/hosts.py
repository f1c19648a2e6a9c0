"""Which hosts are Microsoft's, and what may be sent to which of them."""

from dataclasses import dataclass, field
from typing import Final

from yarl import URL

CONNECTORS: Final = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    }
)
"""Microsoft's connector services for Teams: the public cloud, and the American government's three."""

GRAPH: Final = "https://graph.microsoft.com"
LOGIN: Final = "https://login.microsoftonline.com"

_FILES: Final = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us")
# SharePoint and OneDrive for work, where Teams keeps all files; its pre-authorised addresses are there as well.

_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Hosts:
    """What may be called. `local` are origins of stand-ins on this machine, which count as Microsoft's as well."""

    local: frozenset[URL] = frozenset()
    graph: URL = field(default_factory=lambda: URL(GRAPH))

    def is_connector(self, url: URL) -> bool:
        """Whether this is a connector service, which may be given the app's token."""
        return self.is_local(url) or (_is_plain_https(url) and url.host in CONNECTORS)

    def is_graph(self, url: URL) -> bool:
        """Whether this is Microsoft Graph, which may be given a token for it."""
        return _find_origin(url) == self.graph.origin()

    def keeps_files(self, url: URL) -> bool:
        """Whether files of people lie there; nothing there is ever given a token."""
        return self.is_local(url) or (_is_plain_https(url) and (url.host or "").endswith(_FILES))

    def is_local(self, url: URL) -> bool:
        """Whether this is a stand-in."""
        return _find_origin(url) in self.local


def _find_origin(url: URL) -> URL | None:
    return url.origin() if url.scheme in {"http", "https"} and url.host and not _has_user(url) else None


def _is_plain_https(url: URL) -> bool:
    return url.scheme == "https" and url.port == _HTTPS_PORT and not _has_user(url)


def _has_user(url: URL) -> bool:
    return url.user is not None or url.password is not None
