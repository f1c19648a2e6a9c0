"""What the files in a folder are: deliveries that are complete, files to wait for, and strays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Final

from bot.domain.delivery_refusals import Stray
from bot.domain.file_pattern import read_name

QUIET: Final = timedelta(seconds=5)
"""How long a file must not have changed before it counts as written."""
LONELY: Final = timedelta(minutes=15)
"""How long a file waits for what belongs to it: longer than what a process that died had taken away is missing."""
PDF, JSON, XML, XBRL = ".pdf", ".json", ".xml", ".xbrl"
BESIDE: Final = frozenset({JSON, XML, XBRL})
"""What may lie beside a PDF of the same name."""
_UNFINISHED: Final = frozenset({".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload"})
"""What programs call files that they are still writing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was found; `changed` is its time of change in nanoseconds."""

    name: str
    size: int
    changed: int
    is_regular: bool = True

    @property
    def stem(self) -> str:
        return PurePath(self.name).stem

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files to take away together, under one stem; a stray says why they are no delivery."""

    files: tuple[Seen, ...]
    stray: Stray | None = None

    @property
    def stem(self) -> str:
        return self.files[0].stem


@dataclass(slots=True)
class Watch:
    """Remembers since when each file of one folder is as it is. Times of files themselves are not believed."""

    _since: dict[Seen, datetime] = field(default_factory=dict)

    def sort(self, found: Iterable[Seen], pattern: str, now: datetime) -> list[Bundle]:
        """What can be taken away now, in the order of names."""
        files = sorted((each for each in found if not _is_ignored(each.name)), key=lambda each: each.name)
        # Never later than now: a clock that was set back makes nothing wait.
        self._since = {each: min(self._since.get(each, now), now) for each in files}
        bundles = [Bundle((each,), Stray.LINK) for each in files if not each.is_regular]
        groups: dict[str, list[Seen]] = {}
        for each in files:
            if each.is_regular:
                # A file with another ending belongs to nothing.
                groups.setdefault(each.stem if each.suffix in (BESIDE | {PDF}) else each.name, []).append(each)
        bundles += [bundle for group in groups.values() if (bundle := self._judge(group, pattern, now))]
        return bundles

    def _judge(self, group: list[Seen], pattern: str, now: datetime) -> Bundle | None:
        age = min(now - self._since[each] for each in group)
        if age < QUIET:
            return None
        files = {each.suffix: each for each in group}
        if not files.keys() & (BESIDE | {PDF}):
            return Bundle(tuple(group), Stray.NO_DOCUMENT)
        if PDF in files and is_described(files, pattern):
            return Bundle((files[PDF], *(each for each in group if each.suffix != PDF)))
        if age < LONELY:
            return None
        return Bundle(tuple(group), Stray.ALONE if PDF in files else Stray.NO_PDF)


def is_described(files: Mapping[str, Seen], pattern: str) -> bool:
    """Whether something says what the PDF among these files is."""
    return bool(files.keys() & {JSON, XML}) or bool(pattern and read_name(pattern, files[PDF].name))


def _is_ignored(name: str) -> bool:
    return name.startswith((".", "~")) or PurePath(name).suffix.lower() in _UNFINISHED
