"""The evidence in this process keeps the contract of all evidence."""

import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.evidence.local import LocalEvidence, name_event
from bot.domain.errors import EvidenceUnavailable
from bot.domain.log import Happening
from storage.evidence.disk import Disk
from storage.evidence.errors import Malformed
from tests import builders as a
from tests.contracts.evidence import EvidenceContract, a_fact
from tests.evidence.making import make_archive

OF_NO_ENVELOPE = (
    *(Happening.LINKED, Happening.CONTACT_CONFIRMED, Happening.FIELDS_PLACED),
    *(Happening.DELIVERED, Happening.DELIVERY_CHOSEN, Happening.DELIVERY_REJECTED),
)


class FillingDisk(Disk):
    """Counts how often a checkpoint was replaced, and may be full."""

    def __init__(self) -> None:
        self.flushes = 0
        self.is_full = False

    def write(self, path: Path, content: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        super().write(path, content)

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.flushes += target.name == "checkpoint"


class LocalStage:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.disk = FillingDisk()
        self.archive = make_archive(root, disk=self.disk)
        self.evidence = LocalEvidence(self.archive)

    def flushes(self) -> int:
        return self.disk.flushes

    def fill_disk(self, *, full: bool) -> None:
        self.disk.is_full = full


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[LocalStage]:
    stage = LocalStage(tmp_path / "evidence")
    yield stage
    await stage.archive.close()


class TestLocalEvidence(EvidenceContract):
    pass


async def test_a_log_that_another_has_open_is_an_outage(stage: LocalStage) -> None:
    await stage.evidence.record(a_fact())
    second = make_archive(stage.root)
    with pytest.raises(EvidenceUnavailable, match="another process appends here"):
        await LocalEvidence(second).record(a_fact("decision-2"))
    await stage.archive.close()
    assert (await LocalEvidence(second).record(a_fact("decision-2"))).index == 1
    await second.close()


async def test_an_index_that_cannot_be_opened_is_an_outage(stage: LocalStage) -> None:
    index = stage.root / "index" / f"{a.OFFICE}.db"
    index.mkdir(parents=True)
    with pytest.raises(EvidenceUnavailable, match="index"):
        await stage.evidence.record(a_fact())
    index.rmdir()
    assert (await stage.evidence.record(a_fact())).index == 0


@pytest.mark.parametrize("happening", [each for each in Happening if each not in OF_NO_ENVELOPE])
def test_whatever_happens_to_an_envelope_has_a_name_in_the_evidence(happening: Happening) -> None:
    assert name_event(happening)


@pytest.mark.parametrize("happening", OF_NO_ENVELOPE)
def test_what_is_about_no_envelope_has_none(happening: Happening) -> None:
    with pytest.raises(Malformed):
        name_event(happening)
