"""Opens the archive of a deployment: to record in it, or beside the process that does."""

import asyncio
import os
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from adapters.settings import EVIDENCE_SECRET, Settings, SettingsError
from bot.domain.people import Account
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import Damaged, EvidenceError, Malformed
from storage.evidence.note import VerifierKey, parse_note
from storage.folders import write_first

_SECRET_SIZE = 32

_log = structlog.get_logger(__name__)


def name_person(account: Account) -> str:
    """The id under which the archive keeps what is personal about an account."""
    return f"{account.platform.value}:{account.tenant}:{account.user}"


def open_archive(settings: Settings) -> Archive:
    """The archive of this deployment, made where there is none. Raises `SettingsError`, `Damaged`, `OSError`.

    Takes a fraction of a second.
    """
    root = settings.evidence_dir
    heads = _find_heads(root)
    host = _read_host(heads[0]) if heads else settings.evidence_host
    if settings.evidence_name not in {None, host}:
        # A log has its name for ever: under another one it would be another log.
        _log.warning("evidence_name_kept", name=host, setting="PARAAF_EVIDENCE_NAME")
    if not settings.evidence_secret.exists():
        _make_secret(settings.evidence_secret, is_first=not (root / "vault").exists())
    return _open(root, settings.evidence_secret, host)


def open_existing(settings: Settings, folder: Path | None, secret: Path | None = None) -> Archive:
    """The archive in a folder, by default the deployment's own. Raises `SettingsError`, `Damaged`, `OSError`.

    Nothing is appended through it, so that the process which holds the logs goes on. Takes a fraction of a second.
    """
    root = folder or settings.evidence_dir
    heads = _find_heads(root)
    if not heads:
        raise SettingsError(
            {"--evidence-dir": f"{root} holds no evidence; run this where the evidence is kept, and name its folder"}
        )
    beside = root.parent / EVIDENCE_SECRET
    return _open(
        root, secret or (beside if folder and beside.exists() else settings.evidence_secret), _read_host(heads[0])
    )


def _open(root: Path, secret: Path, host: str) -> Archive:
    try:
        return Archive(root, secret.read_bytes().strip(), host)
    except EvidenceError as error:
        raise SettingsError({"PARAAF_EVIDENCE_SECRET_FILE": f"{secret}: {error}"}) from error
    except OSError as error:
        advice = "name the file with the secret of this evidence, which only the evidence's own user can read"
        raise SettingsError({"PARAAF_EVIDENCE_SECRET_FILE": f"{secret}: {error.strerror}; {advice}"}) from error


def _make_secret(file: Path, *, is_first: bool) -> None:
    if not is_first:
        raise SettingsError(
            {
                "PARAAF_EVIDENCE_SECRET_FILE": f"{file} is not there, but the evidence is: put back the secret that it "
                "was made with, from its backup. With another one, none of it can be opened"
            }
        )
    if write_first(file, urlsafe_b64encode(os.urandom(_SECRET_SIZE)) + b"\n"):
        advice = "back it up, apart from the evidence: without it no key of the evidence can be used"
        _log.warning("evidence_secret_made", file=str(file), advice=advice)


def _find_heads(root: Path) -> list[Path]:
    return sorted(root.glob("logs/*/checkpoint"))


def _read_host(head: Path) -> str:
    # An origin is HOST/evidence/OFFICE, whatever the public address is by now.
    try:
        return read_checkpoint(parse_note(head.read_bytes())).origin.rpartition("/evidence/")[0]
    except Malformed as error:
        raise Damaged(head, error.reason) from error


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
