"""One archive records for a database: another or an older one ends the start, a lost one leaves a visible break."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.evidence.local import LocalEvidence
from adapters.evidence.opening import open_archive
from adapters.main import Paraaf
from adapters.parts import open_store
from adapters.settings import SettingsError, load_settings
from bot.domain.evidence import find_facts
from tests import builders as a
from tests.adapters.cli.conftest import Run

LEASE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_PORT", "0")


async def start() -> None:
    """Raises what ends the start."""
    paraaf = Paraaf(load_settings())
    await paraaf.start()
    await paraaf.stop()


async def furnish() -> None:
    async with open_store(load_settings()) as store, store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope())


async def record(lines: int = 1) -> None:
    """As the recorder does, with the archive of the settings."""
    settings = load_settings()
    archive = await asyncio.to_thread(open_archive, settings)
    evidence = LocalEvidence(archive)
    async with open_store(settings) as store, store.transaction() as tx:
        await tx.log.add([a.a_log_line() for _ in range(lines)])
        envelope = await tx.envelopes.get(a.OFFICE, a.an_envelope().id)
        assert envelope
        for owed in await tx.owed_evidence.claim(a.at(60), LEASE, 99):
            receipt = await evidence.record(find_facts(owed, envelope, None))
            assert await tx.owed_evidence.recorded(owed, receipt, a.at(60))
    await archive.close()


@pytest.fixture
def evidence(folder: Path) -> Path:
    """The archive of an office with two lines in it."""

    async def make() -> None:
        await furnish()
        await start()
        await record(2)

    asyncio.run(make())
    return folder / "var" / "evidence"


async def test_the_archive_of_the_database_is_taken_again(evidence: Path, folder: Path) -> None:
    await start()
    shutil.copytree(evidence, folder / "moved")  # wherever a copy lies, it is the same one
    shutil.rmtree(evidence)
    (folder / "moved").rename(evidence)
    await start()


async def test_another_archive_ends_the_start(evidence: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_EVIDENCE_DIR", str(folder / "elsewhere"))
    with pytest.raises(SettingsError, match=r"PARAAF_EVIDENCE_DIR: .*in another archive.*paraaf evidence adopt"):
        await start()
    assert not (folder / "elsewhere" / "logs").exists()  # no second log was begun


async def test_an_older_copy_ends_the_start(evidence: Path, folder: Path) -> None:
    shutil.copytree(evidence, folder / "older")
    await record()
    shutil.rmtree(evidence)
    (folder / "older").rename(evidence)
    with pytest.raises(SettingsError, match=r"entry 2 of 127.0.0.1/evidence/office-1 was recorded and is not in"):
        await start()


async def test_a_log_that_was_lost_ends_the_start(evidence: Path) -> None:
    shutil.rmtree(evidence / "logs")
    with pytest.raises(SettingsError, match="entry 1 of"):
        await start()


async def test_a_receipt_that_was_changed_ends_the_start(evidence: Path, folder: Path) -> None:
    (database,) = (folder / "var").glob("*.db")
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("UPDATE evidence_receipts SET entry_hash = ?", ("ab" * 32,))
    with pytest.raises(SettingsError, match=r"entry 1 of .* is another there"):
        await start()


def test_a_lost_archive_is_followed_by_one_with_another_name(
    paraaf: Run, evidence: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(evidence)
    refused = paraaf("evidence", "adopt")
    assert refused.exit_code == 1
    assert "PARAAF_EVIDENCE_NAME" in refused.stderr
    with pytest.raises(SettingsError):
        asyncio.run(start())
    monkeypatch.setenv("PARAAF_EVIDENCE_NAME", "second.example")
    assert "second.example/evidence/OFFICE" in paraaf("evidence", "adopt").stdout
    asyncio.run(start())
    asyncio.run(record())

    async def read() -> list[str]:
        async with open_store(load_settings()) as store, store.reading() as tx:
            lines = await tx.log.of_envelope(a.OFFICE, a.an_envelope().id)
        return [line.receipt.origin for line in lines if line.receipt]

    origins = asyncio.run(read())
    assert [each.partition("/")[0] for each in origins] == ["127.0.0.1", "127.0.0.1", "second.example"]
