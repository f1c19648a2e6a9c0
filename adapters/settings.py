"""What an operator decides, from the environment and from a file `.env` in the working directory.

The environment wins over the file. A setting that is empty counts as not given.
"""

import difflib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from yarl import URL

from adapters.proxy_settings import Networks, read_networks
from adapters.seal_settings import SealSettings
from adapters.setting_checks import (
    check_address,
    check_api,
    check_blobs,
    check_database,
    check_host,
    check_redis,
    check_service,
    find_file,
)
from adapters.slack_settings import SlackSettings, find_slack_faults
from adapters.teams_settings import (
    GRAPH,
    LOGIN,
    METADATA,
    AppType,
    TeamsSettings,
    check_app_type,
    check_guid,
    find_teams_faults,
)

DATABASE = "paraaf.db"
"""The SQLite file in the data directory."""

PERSONAL_KEY = "personal.key"
"""The file with the master key in the data directory."""

EVIDENCE, EVIDENCE_SECRET = "evidence", "evidence.secret"
"""The folder of the evidence in the data directory, and the file there with what its keys are encrypted with."""


class SettingsError(Exception):
    """Settings are missing or wrong: `faults` by the name of the setting, each with what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


_Service = Annotated[str, AfterValidator(check_service)]
_Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
_File = Annotated[Path, AfterValidator(find_file)]
_Guid = Annotated[str, AfterValidator(check_guid)]


class Settings(SealSettings, BaseSettings):
    """All settings; `load_settings` makes them. Paths are absolute, URLs name the driver, a `repr` shows no secret."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: _Folder = Field(default=Path("var"), validate_default=True, validation_alias="PARAAF_DATA_DIR")
    database: Annotated[SecretStr, AfterValidator(check_database)] | None = Field(
        default=None, validation_alias="PARAAF_DATABASE_URL"
    )
    inbox: _Folder | None = Field(default=None, validation_alias="PARAAF_INBOX")
    delivery_limit: int = Field(default=100, ge=1, le=1_000, validation_alias="PARAAF_DELIVERY_MB")
    redis: Annotated[SecretStr, AfterValidator(check_redis)] | None = Field(
        default=None, validation_alias="PARAAF_REDIS_URL"
    )
    blobs: Annotated[SecretStr, AfterValidator(check_blobs)] | None = Field(
        default=None, validation_alias="PARAAF_BLOBS_URL"
    )
    public_address: Annotated[str, AfterValidator(check_address)] | None = Field(
        default=None, validation_alias="PARAAF_PUBLIC_URL"
    )
    host: str = Field(default="127.0.0.1", validation_alias="PARAAF_HOST")
    port: int = Field(default=8080, ge=0, le=65_535, validation_alias="PARAAF_PORT")
    proxies: Annotated[Networks, NoDecode, BeforeValidator(read_networks)] = Field(
        default=(), validation_alias="PARAAF_PROXIES"
    )
    webhooks_loopback: bool = Field(default=False, validation_alias="PARAAF_WEBHOOKS_LOOPBACK")
    geoip: _File | None = Field(default=None, validation_alias="PARAAF_GEOIP_DB")
    evidence_folder: _Folder | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_DIR")
    evidence_secret_file: _File | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_SECRET_FILE")
    evidence_name: Annotated[str, AfterValidator(check_host)] | None = Field(
        default=None, validation_alias="PARAAF_EVIDENCE_NAME"
    )
    evidence_url: str | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_URL")
    evidence_certificate: _File | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_CERT")
    evidence_key: _File | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_KEY")
    evidence_authority: _File | None = Field(default=None, validation_alias="PARAAF_EVIDENCE_CA")
    evidence_public: bool = Field(default=False, validation_alias="PARAAF_EVIDENCE_PUBLIC")
    tsa_url: Annotated[str, AfterValidator(check_address)] | None = Field(
        default=None, validation_alias="PARAAF_TSA_URL"
    )
    tsa_roots: _File | None = Field(default=None, validation_alias="PARAAF_TSA_ROOTS")
    tsa_every: float = Field(default=60.0, ge=0, validation_alias="PARAAF_TSA_EVERY")
    witnesses: _File | None = Field(default=None, validation_alias="PARAAF_WITNESSES")
    traces_url: Annotated[str, AfterValidator(check_address)] | None = Field(
        default=None, validation_alias="PARAAF_TRACES_URL"
    )
    slack_signing_secret: SecretStr | None = Field(default=None, validation_alias="SLACK_SIGNING_SECRET")
    slack_bot_token: SecretStr | None = Field(default=None, validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(default=None, validation_alias="SLACK_APP_TOKEN")
    slack_api_url: Annotated[str, AfterValidator(check_api)] = Field(
        default="https://slack.com/api/", validation_alias="SLACK_API_URL"
    )
    teams_app_id: _Guid | None = Field(default=None, validation_alias="MICROSOFT_APP_ID")
    teams_tenant: _Guid | None = Field(default=None, validation_alias="MICROSOFT_APP_TENANT_ID")
    teams_app_type: Annotated[AppType, BeforeValidator(check_app_type)] = Field(
        default=AppType.SINGLE, validation_alias="MICROSOFT_APP_TYPE"
    )
    teams_password: SecretStr | None = Field(default=None, validation_alias="MICROSOFT_APP_PASSWORD")
    teams_certificate: _File | None = Field(default=None, validation_alias="MICROSOFT_APP_CERTIFICATE")
    teams_private_key: _File | None = Field(default=None, validation_alias="MICROSOFT_APP_PRIVATE_KEY")
    teams_open: bool = Field(default=False, validation_alias="PARAAF_TEAMS_OPEN")
    teams_service_url: Annotated[str, AfterValidator(check_address)] | None = Field(
        default=None, validation_alias="PARAAF_TEAMS_SERVICE_URL"
    )
    teams_tabs: bool = Field(default=False, validation_alias="PARAAF_TEAMS_TABS")
    teams_login_url: _Service = Field(default=LOGIN, validation_alias="MICROSOFT_LOGIN_URL")
    teams_metadata_url: _Service = Field(default=METADATA, validation_alias="MICROSOFT_METADATA_URL")
    teams_graph_url: _Service = Field(default=GRAPH, validation_alias="MICROSOFT_GRAPH_URL")

    @model_validator(mode="after")
    def _check_platforms(self) -> Self:
        slack = find_slack_faults(self.slack_bot_token, self.slack_signing_secret, self.slack_app_token)
        faults = slack | find_teams_faults(self._read_teams(), self.host, self.public_url) | self.find_seal_faults()
        if faults:
            raise _PlatformFaults(faults)
        return self

    @property
    def database_url(self) -> str:
        """The database, with its asynchronous driver; a file in the data directory unless another is named."""
        if self.database is None:
            return f"sqlite+aiosqlite:///{self.data_dir / DATABASE}"
        return self.database.get_secret_value()

    @property
    def personal_key(self) -> Path:
        """The file with the key of what is kept encrypted."""
        return self.data_dir / PERSONAL_KEY

    @property
    def evidence_dir(self) -> Path:
        """Where the evidence lies."""
        return self.evidence_folder or self.data_dir / EVIDENCE

    @property
    def evidence_secret(self) -> Path:
        """The file with what the keys of the evidence are encrypted with."""
        return self.evidence_secret_file or self.data_dir / EVIDENCE_SECRET

    @property
    def evidence_host(self) -> str:
        """Under what name logs of evidence begin: what is set, else the host of the public address."""
        return self.evidence_name or URL(self.public_url).host or self.host

    @property
    def public_url(self) -> str:
        """Where browsers and platforms reach the pages, without a slash behind."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_address or f"http://{host}:{self.port}"

    @property
    def slack(self) -> SlackSettings | None:
        """How Slack is set up; None when Slack is off."""
        if self.slack_bot_token is None:
            return None
        return SlackSettings(self.slack_bot_token, self.slack_signing_secret, self.slack_app_token, self.slack_api_url)

    @property
    def teams(self) -> TeamsSettings | None:
        """How Microsoft Teams is set up; None when it is off."""
        return self._read_teams() if self.teams_app_id else None

    def _read_teams(self) -> TeamsSettings:
        return TeamsSettings(
            app_id=self.teams_app_id or "",
            app_type=self.teams_app_type,
            tenant=self.teams_tenant,
            password=self.teams_password,
            certificate=self.teams_certificate,
            private_key=self.teams_private_key,
            is_open=self.teams_open,
            has_tabs=self.teams_tabs,
            service_url=self.teams_service_url,
            login_url=self.teams_login_url,
            metadata_url=self.teams_metadata_url,
            graph_url=self.teams_graph_url,
        )


class _PlatformFaults(ValueError):
    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("half a platform")
        self.faults = faults


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process. Raises `SettingsError` that names every missing or wrong one."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        faults = _name_faults(error)
        # `from None`: the original would show the values, and so the secrets.
        raise SettingsError(_find_more_faults(env_file, faults) | faults) from None


def _find_more_faults(env_file: Path | None, known: Mapping[str, str]) -> dict[str, str]:
    """What else is wrong beside the settings in `known`: the platforms are looked at only when every value is valid.

    A platform's own wrong value is left as it is: without it, more would seem to be missing than is.
    """
    own = {name for name in known if name.startswith("PARAAF_") and not name.startswith("PARAAF_TEAMS_")}
    fields = Settings.model_fields.values()
    harmless = {name: field.default for field in fields if (name := str(field.validation_alias)) in own}
    try:
        Settings(_env_file=env_file, **harmless)
    except ValidationError as error:
        return _name_faults(error)
    return {}


def _name_faults(error: ValidationError) -> dict[str, str]:
    faults: dict[str, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        cause = (each.get("ctx") or {}).get("error")
        if isinstance(cause, _PlatformFaults):
            faults.update(cause.faults)
        else:
            faults[str(each["loc"][0])] = str(cause) if cause else each["msg"]
    return faults


def known_settings() -> tuple[str, ...]:
    """The names of all settings, in the order in which they are explained."""
    return tuple(str(field.validation_alias) for field in Settings.model_fields.values())


def find_misspelt(environment: Iterable[str] = os.environ) -> dict[str, str]:
    """Names in the environment that look like a setting and are none, each with what was probably meant, or empty."""
    known = known_settings()
    strange = sorted(
        name
        for name in environment
        if name.startswith("PARAAF_") and name not in known and not name.startswith("PARAAF_TEST_")
    )
    return {name: "".join(difflib.get_close_matches(name, known, 1, 0.8)) for name in strange}
