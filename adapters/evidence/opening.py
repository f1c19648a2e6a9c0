"""Opens an archive that is there already, beside the process that records in it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from adapters.settings import Settings, SettingsError
from bot.domain.people import Account
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import EvidenceError
from storage.evidence.note import VerifierKey, parse_note

SECRET = "evidence.secret"  # noqa: S105 - the name of a file
FOLDER = "evidence"


def name_person(account: Account) -> str:
    """The id under which the archive keeps what is personal about an account."""
    return f"{account.platform.value}:{account.tenant}:{account.user}"


def open_existing(settings: Settings, folder: Path | None, secret: Path | None = None) -> Archive:
    """The archive in a folder, by default the deployment's own. Raises `SettingsError`, `OSError`.

    Nothing is appended through it, so that the process which holds the logs goes on. Takes a fraction of a second.
    """
    root = folder or settings.data_dir / FOLDER
    heads = sorted(root.glob("logs/*/checkpoint"))
    if not heads:
        raise SettingsError(
            {"--evidence-dir": f"{root} holds no evidence; run this where the evidence is kept, and name its folder"}
        )
    # An origin is HOST/evidence/OFFICE, whatever the public address is by now.
    host = read_checkpoint(parse_note(heads[0].read_bytes())).origin.rpartition("/evidence/")[0]
    files = [secret] if secret else [root / SECRET, root.parent / SECRET]
    file = next((each for each in files if each.exists()), files[0])
    try:
        return Archive(root, file.read_bytes().strip(), host)
    except EvidenceError as error:
        raise SettingsError({"PARAAF_EVIDENCE_SECRET_FILE": str(error)}) from error


def make_key_finder(archive: Archive) -> Callable[[str], Awaitable[list[VerifierKey]]]:
    """Finds the keys of the log with an origin, for `adapters.web.verify`; none where it is no log of this archive.

    Looking begins no log, whatever origin somebody writes in a proof.
    """

    def look(origin: str) -> list[VerifierKey]:
        try:
            keys = archive.reader(origin.rpartition("/")[2]).keys
        except KeyError:
            return []
        return [key for key in keys if key.name == origin]

    async def find_keys(origin: str) -> list[VerifierKey]:
        return await asyncio.to_thread(look, origin)

    return find_keys
