"""Takes in what lies in the folder of one source.

A crash between any two lines loses nothing and doubles nothing: files are somewhere in the folder of their source at
any time, and taking the same in again finds what was taken.
"""

import asyncio
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import PurePath

import structlog

from adapters.inbox.folder import Claim, SourceFolder, Stage
from adapters.inbox.sorting import JSON, PDF, XBRL, XML, Bundle
from adapters.sbr import is_instance, read_description, read_instance
from bot.domain.delivery import SourcePackage
from bot.domain.delivery_refusals import DeliveryRefused, DeliveryTrouble, Stray, refuse
from bot.domain.errors import StoreUnavailable
from bot.domain.file_pattern import read_name
from bot.incidents import describe
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.delivery_metadata import Metadata, accept_metadata, read_metadata
from bot.use_cases.take_delivery import Companion, Offer, take_delivery
from bot.views.delivery_refusals import explain_fault, explain_stray

REASON = ".reason.txt"

_log = structlog.get_logger(__name__)


class _IsStray(Exception):
    def __init__(self, stray: Stray) -> None:
        super().__init__(stray)
        self.stray = stray


class Taking:
    """Takes files of `source` away from its `folder`; refusals are written in the language of `texts`."""

    def __init__(
        self,
        ports: Ports,
        source: SourcePackage,
        folder: SourceFolder,
        texts: Texts,
        limit: int,
        told: Callable[[], None],
    ) -> None:
        self._ports, self._source, self._folder = ports, source, folder
        self._texts, self._limit, self._told = texts, limit, told

    async def take(self, bundle: Bundle) -> bool:
        """Take files away; whether that came to an end."""
        claim = await asyncio.to_thread(self._folder.claim, bundle, self._ports.clock.now())
        return claim is not None and await self._resume(claim, bundle.stray)

    async def recover(self, claim: Claim) -> bool:
        """Bring to an end what another left behind, perhaps before it had taken all that belongs together."""
        if claim.stage is Stage.TAKING:
            await asyncio.to_thread(self._folder.complete, claim)
        return await self._resume(claim)

    async def _resume(self, claim: Claim, stray: Stray | None = None) -> bool:
        try:
            if claim.stage is Stage.TAKING:
                claim = await self._end(claim, stray)
            await asyncio.to_thread(self._folder.finish, claim)
        except StoreUnavailable:
            _log.warning("inbox_not_taken", why="database")
            await asyncio.to_thread(self._folder.release, claim)
            return False
        except Exception as error:  # noqa: BLE001 - one file must not hold up all others; its lease ends, then it is tried again
            _log.error("inbox_file_failed", source=self._source.id, **describe(error))
            return False
        return True

    async def _end(self, claim: Claim, stray: Stray | None) -> Claim:
        """The claim at the stage that comes of it."""
        names = await asyncio.to_thread(claim.names)
        stage = Stage.DONE
        try:
            if names:
                await self._deliver(claim, names, stray)
        except DeliveryRefused as refusal:
            words = "\n".join(explain_fault(fault, self._texts) for fault in refusal.faults)
            stage = await self._explain(claim, names, words)
        except _IsStray as found:
            stage = await self._explain(claim, names, explain_stray(found.stray, _stem(names), self._texts))
        return await asyncio.to_thread(self._folder.advance, claim, stage, self._ports.clock.now())

    async def _explain(self, claim: Claim, names: list[str], words: str) -> Stage:
        advice = self._texts.say("Put it right, and put the files back into the folder above this one.")
        reason = claim.path / f"{_stem(names)}{REASON}"
        await asyncio.to_thread(reason.write_text, f"{words}\n{advice}\n", "utf-8")
        return Stage.FAILED

    async def _deliver(self, claim: Claim, names: list[str], stray: Stray | None) -> None:
        files = {PurePath(name).suffix.lower(): name for name in names}
        if stray:
            raise _IsStray(stray)
        if not all(stat.S_ISREG(os.lstat(claim.path / name).st_mode) for name in names):
            raise _IsStray(Stray.LINK)
        if PDF not in files:
            raise _IsStray(Stray.NO_PDF if files.keys() & {JSON, XML, XBRL} else Stray.NO_DOCUMENT)
        said, instance = await asyncio.to_thread(self._read_companions, claim, files)
        with claim.open(files[PDF]) as file:
            if os.fstat(file.fileno()).st_size > self._limit:
                raise refuse(DeliveryTrouble.TOO_LARGE, files[PDF], self._limit)
            taken = await take_delivery(self._ports, self._source, Offer(said, files[PDF], instance=instance), file)
        if taken.is_new:
            self._told()

    def _read_companions(self, claim: Claim, files: Mapping[str, str]) -> tuple[Metadata, Companion | None]:
        contents: dict[str, bytes] = {}
        for suffix in (JSON, XML, XBRL):
            if suffix in files:
                with claim.open(files[suffix]) as file:
                    contents[suffix] = file.read()
        if XML in contents and XBRL not in contents and (JSON in contents or is_instance(contents[XML])):
            contents[XBRL] = contents.pop(XML)
        instance = contents.get(XBRL)
        return self._read_metadata(files[PDF], contents), (
            None if instance is None else Companion(instance, read_instance(instance))
        )

    def _read_metadata(self, name: str, contents: Mapping[str, bytes]) -> Metadata:
        if JSON in contents:
            return read_metadata(contents[JSON])
        if XML in contents:
            return accept_metadata(read_description(contents[XML]))
        said = read_name(self._source.pattern, name) if self._source.pattern else None
        if said is None:
            raise _IsStray(Stray.ALONE)
        return accept_metadata(said)


def _stem(names: list[str]) -> str:
    return PurePath(names[0]).stem
