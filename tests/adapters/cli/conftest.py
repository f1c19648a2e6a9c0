"""A folder to run commands in, without any setting of this machine."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from adapters.cli import app
from tests.strict_teams import StrictTeams

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The working directory: empty, so that everything lands in it."""
    for name in list(os.environ):
        if name.startswith(("PARAAF_", "SLACK_", "MICROSOFT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def point_to_teams(monkeypatch: pytest.MonkeyPatch, teams: StrictTeams, **changes: str) -> None:
    """Settings by which Paraaf is the app that this Teams knows."""
    told = {
        "MICROSOFT_APP_ID": teams.app_id,
        "MICROSOFT_APP_TENANT_ID": teams.tenant,
        "MICROSOFT_APP_PASSWORD": teams.password,
        "MICROSOFT_LOGIN_URL": teams.login_url,
        "MICROSOFT_METADATA_URL": teams.metadata_url,
        "MICROSOFT_GRAPH_URL": teams.graph_url,
        "PARAAF_TEAMS_SERVICE_URL": teams.service_url,
    }
    for name, value in (told | changes).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def paraaf() -> Iterator[Run]:
    """Run a command in this process; what is not put into words is raised."""

    def run(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(app, [str(each) for each in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    yield run
    structlog.reset_defaults()  # a command that serves logs to where the runner listened, which is closed now
