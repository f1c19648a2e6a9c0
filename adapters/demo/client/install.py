"""Fetch the Slack client."""

import platform
from pathlib import Path

from adapters.demo.npm import ClientUnavailableError, install_package

_BUILDS = {("Linux", "x86_64"): "local-slack-linux-x64"}
"""The builds that package-lock.json pins with their hashes, by what `platform` says of a machine."""


def install_client(folder: Path) -> Path:
    """The path of the client's program; see `install_package`. Raises `ClientUnavailableError`."""
    build = _BUILDS.get((platform.system(), platform.machine()))
    if build is None:
        known = ", ".join(" ".join(each) for each in _BUILDS)
        raise ClientUnavailableError(
            f"The Slack client is pinned for {known}, and this is {platform.system()} {platform.machine()}."
        )
    return install_package(__name__.rpartition(".")[0], build, folder) / "bin" / "local-slack"
