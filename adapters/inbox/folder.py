"""The folder of one source: files are claimed by renaming, so that several processes take each of them once.

    inbox/OFFICE/SOURCE/          what the source writes
      .busy/WHEN-ID-STAGE/        what one process took away, all files of a delivery in a folder of its own
      done/  failed/              where they end; in `failed`, NAME.reason.txt says why

A process that dies leaves its claims in `.busy`, where the next one finds them by WHEN. STAGE says how far it got, so
that whatever is repeated comes to the same end. Nothing here follows a link.
"""

import errno
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path, PurePath
from typing import BinaryIO, Final
from uuid import uuid4

from adapters.inbox.sorting import BESIDE, PDF, Bundle, Seen

BUSY, DONE, FAILED = ".busy", "done", "failed"
_WHEN: Final = "%Y%m%dT%H%M%S"
_CLAIM: Final = re.compile(r"(\d{8}T\d{6})-[0-9a-f]{32}-(taking|done|failed)")
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Stage(StrEnum):
    """How far a claim got."""

    TAKING = "taking"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Claim:
    """A folder of files that belong to whoever made it, until others believe that this one died."""

    path: Path
    stage: Stage

    def names(self) -> list[str]:
        """The files in it, the PDF first."""
        return sorted(
            (each.name for each in self.path.iterdir()), key=lambda name: (not name.lower().endswith(PDF), name)
        )

    def open(self, name: str) -> BinaryIO:
        """A file in it, unbuffered. Raises `OSError`, also for what is no file, or points at one."""
        opened = os.fdopen(os.open(self.path / name, os.O_RDONLY | _NO_LINK), "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            opened.close()
            raise OSError(f"{name} is no file")
        return opened


class SourceFolder:
    """The folder of one source. All methods work on the disk, and raise `OSError`."""

    def __init__(self, root: Path, office: str, source: str) -> None:
        self.path = root / office / source
        self._above = (root / office, self.path, *(self.path / name for name in (BUSY, DONE, FAILED)))

    def prepare(self) -> None:
        """Make what is missing. Raises `NotADirectoryError` also where there is a link to a folder."""
        for folder in self._above:
            folder.mkdir(parents=True, exist_ok=True)
            if not stat.S_ISDIR(os.lstat(folder).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "a link", str(folder))

    def list_files(self) -> list[Seen]:
        """What lies there and is no folder."""
        with os.scandir(self.path) as entries:
            return [seen for entry in entries if (seen := _look(entry))]

    def claim(self, bundle: Bundle, now: datetime) -> Claim | None:
        """Take files away; None when somebody else did so first, or the first file changed since it was seen."""
        claim = self._make(now)
        first = bundle.files[0]
        try:
            (self.path / first.name).rename(claim.path / first.name)
        except FileNotFoundError:
            claim.path.rmdir()
            return None
        found = os.lstat(claim.path / first.name)
        if (found.st_size, found.st_mtime_ns) != (first.size, first.changed):
            self._put_back(claim, first.name)
            return None
        self._gather(claim, [each.name for each in bundle.files[1:]])
        return claim

    def complete(self, claim: Claim) -> None:
        """Add to a claim what belongs to its PDF and was not taken away before its process died."""
        stems = {PurePath(name).stem for name in claim.names() if name.lower().endswith(PDF)}
        beside = [each for each in self.list_files() if each.stem in stems and each.suffix in BESIDE]
        self._gather(claim, [each.name for each in beside])

    def _gather(self, claim: Claim, names: list[str]) -> None:
        for name in names:
            if os.path.lexists(self.path / name) and not os.path.lexists(claim.path / name):
                (self.path / name).rename(claim.path / name)

    def adopt(self, now: datetime, lease: timedelta) -> list[Claim]:
        """The claims that were left behind, which belong to the caller from now on."""
        found = []
        for left in sorted((self.path / BUSY).iterdir()):
            named = _CLAIM.fullmatch(left.name)
            # A link with such a name would lead out of here.
            if named is None or left.is_symlink() or _is_held(_read_when(named[1]), now, lease):
                continue
            claim = Claim(self._name(now, Stage(named[2])), Stage(named[2]))
            try:
                left.rename(claim.path)
            except FileNotFoundError:  # somebody else was first
                continue
            found.append(claim)
        return found

    def advance(self, claim: Claim, stage: Stage, now: datetime) -> Claim:
        """The claim at its next stage."""
        advanced = Claim(self._name(now, stage), stage)
        claim.path.rename(advanced.path)
        return advanced

    def release(self, claim: Claim) -> None:
        """Let anybody adopt the claim at once."""
        claim.path.rename(self._name(_LONG_AGO, claim.stage))

    def finish(self, claim: Claim) -> None:
        """Put the files of a claim where they end, beside those of the same name that lie there."""
        target, names = self.path / claim.stage, claim.names()
        mark = f"~{uuid4().hex[:8]}" if any((target / name).exists() for name in names) else ""
        for name in names:
            stem, dot, rest = name.partition(".")
            (claim.path / name).rename(target / f"{stem}{mark}{dot}{rest}")
        claim.path.rmdir()

    def _make(self, now: datetime) -> Claim:
        claim = Claim(self._name(now, Stage.TAKING), Stage.TAKING)
        claim.path.mkdir()
        return claim

    def _put_back(self, claim: Claim, name: str) -> None:
        (claim.path / name).rename(self.path / name)
        claim.path.rmdir()

    def _name(self, when: datetime, stage: Stage) -> Path:
        return self.path / BUSY / f"{when.astimezone(UTC).strftime(_WHEN)}-{uuid4().hex}-{stage}"


def _look(entry: os.DirEntry[str]) -> Seen | None:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # somebody took it meanwhile
        return None
    if stat.S_ISDIR(found.st_mode):
        return None
    return Seen(entry.name, found.st_size, found.st_mtime_ns, stat.S_ISREG(found.st_mode))


def _is_held(since: datetime, now: datetime, lease: timedelta) -> bool:
    # One of later than now is by a clock that was set back since, or by another process's that is ahead; one that is
    # ahead by a lease takes our claims for ended as well.
    return now - lease < since <= now + lease


def _read_when(text: str) -> datetime:
    return datetime.strptime(text, _WHEN).replace(tzinfo=UTC)
