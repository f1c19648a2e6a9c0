"""What an operator decides about Microsoft Teams, and what can be wrong with it."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import SecretStr
from yarl import URL

LOGIN = "https://login.microsoftonline.com"
METADATA = "https://login.botframework.com/v1/.well-known/openidconfiguration"
GRAPH = "https://graph.microsoft.com"
FRAMES = ("https://teams.microsoft.com", "https://*.teams.microsoft.com", "https://*.cloud.microsoft")
"""Where the clients of Teams run that show pages in frames (Microsoft: "Prerequisites to create your Teams tab").

Outlook and the Microsoft 365 app are left out: the bot is not there.
"""
_MULTI_TENANT_AUTHORITY = "botframework.com"
"""Who hands out the tokens of an app of several tenants; those of a single tenant come from that tenant."""
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AppType(StrEnum):
    """Where an app asks for its tokens. It says nothing of whose people may use it."""

    SINGLE = "SingleTenant"
    MULTI = "MultiTenant"


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """How to reach Teams and be reached by it.

    Exactly one of `password` and `certificate` is there, unless it `is_open`: then requests are believed without a
    token and carry none, which only a client on this machine can use, at `service_url`. `tenant` is that of the app's
    registration. `private_key` is a file of its own where the file of the certificate does not hold it. The addresses
    are Microsoft's unless stand-ins are used.
    """

    app_id: str
    app_type: AppType
    tenant: str | None
    password: SecretStr | None
    certificate: Path | None
    private_key: Path | None
    is_open: bool
    has_tabs: bool
    service_url: str | None
    login_url: str
    metadata_url: str
    graph_url: str

    @property
    def authority(self) -> str:
        """Who hands out the app's tokens, as it stands in the address of the login."""
        if self.app_type is AppType.MULTI:
            return _MULTI_TENANT_AUTHORITY
        return self.tenant or _MULTI_TENANT_AUTHORITY


def check_guid(value: str) -> str:
    """An id as Microsoft Entra shows it, in lower case. Raises `ValueError`."""
    if not _GUID.fullmatch(value.lower()):
        raise ValueError("write an id such as 0a1b2c3d-0000-4000-8000-0123456789ab")
    return value.lower()


def check_app_type(value: str) -> AppType:
    """Raises `ValueError` that names the choices."""
    for each in AppType:
        if value.casefold() == each.casefold():
            return each
    raise ValueError(f"choose {AppType.SINGLE} or {AppType.MULTI}; Paraaf knows no managed identities")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches this host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def find_teams_faults(given: TeamsSettings, host: str, public_url: str) -> dict[str, str]:
    """What is wrong or missing, by the name of the setting; `given.app_id` is empty where there is none."""
    if not given.app_id:
        return _find_faults_without_app(given)
    faults = _find_address_faults(given)
    if given.is_open:
        return faults | _find_open_faults(given, host, public_url)
    return faults | _find_proof_faults(given)


def _find_faults_without_app(given: TeamsSettings) -> dict[str, str]:
    others = (given.tenant, given.password, given.certificate, given.private_key, given.service_url)
    if not given.is_open and not any(others):
        return {}
    return {"MICROSOFT_APP_ID": "missing; copy Application (client) ID from the app registration in Microsoft Entra"}


def _find_address_faults(given: TeamsSettings) -> dict[str, str]:
    if given.service_url and not is_loopback(URL(given.service_url).host or ""):
        where = "this is for a client on this machine alone, such as http://127.0.0.1:56150/_connector"
        return {"PARAAF_TEAMS_SERVICE_URL": where}
    return {}


def _find_open_faults(given: TeamsSettings, host: str, public_url: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not is_loopback(host):
        faults["PARAAF_HOST"] = "with PARAAF_TEAMS_OPEN anybody who reaches Paraaf is believed; use 127.0.0.1"
    if not is_loopback(URL(public_url).host or ""):
        faults["PARAAF_PUBLIC_URL"] = "with PARAAF_TEAMS_OPEN others must not reach Paraaf; leave it empty"
    if not given.service_url:
        faults["PARAAF_TEAMS_SERVICE_URL"] = "missing; with PARAAF_TEAMS_OPEN say where the local client is"
    if given.has_tabs:
        faults["PARAAF_TEAMS_TABS"] = "not with PARAAF_TEAMS_OPEN: a tab asks Microsoft who somebody is"
    if given.password or given.certificate:
        faults["PARAAF_TEAMS_OPEN"] = "not for an app that has a secret or certificate; leave one of them empty"
    return faults


def _find_proof_faults(given: TeamsSettings) -> dict[str, str]:
    faults: list[tuple[str, str]] = []
    if given.app_type is AppType.SINGLE and not given.tenant:
        whence = "copy Directory (tenant) ID from the app registration, or set MICROSOFT_APP_TYPE=MultiTenant"
        faults.append(("MICROSOFT_APP_TENANT_ID", f"missing; {whence}"))
    if given.password and given.certificate:
        faults.append(("MICROSOFT_APP_PASSWORD", "leave this or MICROSOFT_APP_CERTIFICATE empty"))
    if not given.password and not given.certificate:
        whence = "make a client secret under Certificates & secrets, or set MICROSOFT_APP_CERTIFICATE"
        faults.append(("MICROSOFT_APP_PASSWORD", f"missing; {whence}"))
    if given.private_key and not given.certificate:
        faults.append(("MICROSOFT_APP_CERTIFICATE", "missing; MICROSOFT_APP_PRIVATE_KEY is nothing without it"))
    return dict(faults)
