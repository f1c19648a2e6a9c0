"""What is set runs beside the archive, and what is set wrongly is told."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from adapters.commands.finding import Verdict
from adapters.commands.stamping_doctor import examine_overseers
from adapters.evidence.overseeing import oversee
from adapters.settings import Settings, SettingsError, load_settings
from adapters.web.metrics import Metrics
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.note import parse_key
from tests.adapters.evidence.following import grow, open_archive
from tests.evidence.authority import Authority, AuthorityServer, serve_authority
from tests.evidence.making import OFFICE, ORIGIN
from tests.evidence.strict_witness import StrictWitness, serve_witness


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "own", chain=True)


@pytest.fixture
async def server(openssl: Authority) -> AsyncIterator[AuthorityServer]:
    async with serve_authority(openssl) as served:
        yield served


@pytest.fixture
async def witness() -> AsyncIterator[StrictWitness]:
    async with serve_witness(StrictWitness()) as served:
        yield served


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path / "var" / "evidence") as opened:
        yield opened


@pytest.fixture
def settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: AuthorityServer, witness: StrictWitness
) -> Settings:
    file = tmp_path / "witnesses"
    file.write_text(f"{witness.vkey} {witness.url}\n")
    roots = server.authority.folder / "root.pem"
    told = {"DATA_DIR": tmp_path / "var", "TSA_URL": server.url, "TSA_ROOTS": roots, "TSA_EVERY": 0, "WITNESSES": file}
    for name, value in told.items():
        monkeypatch.setenv(f"PARAAF_{name}", str(value))
    return load_settings(None)


async def until_done(archive: Archive, settings: Settings, witness: StrictWitness, size: int) -> None:
    shelf = archive.cosignatures(OFFICE, [parse_key(witness.vkey)])
    async with asyncio.timeout(20):
        while archive.timestamps(OFFICE, ()).stamped_size() < size or not shelf.find(size - 1):  # noqa: ASYNC110 - it tells no event
            await asyncio.sleep(0.01)


async def test_the_logs_are_stamped_and_cosigned(settings: Settings, archive: Archive, witness: StrictWitness) -> None:
    log = await archive.log(OFFICE)
    witness.logs[ORIGIN] = (log.keys[-1].public, log.keys[-1].id)
    await grow(archive, 2)
    async with oversee(settings, archive) as overseers:
        await until_done(archive, settings, witness, 2)
        await grow(archive, 1)
        for observer in overseers.observers:
            await observer(OFFICE)
        await until_done(archive, settings, witness, 3)
        checkpoint = await overseers.find_checkpoint(OFFICE, 2)
        assert checkpoint
        assert read_checkpoint(checkpoint).size == 3
        assert await overseers.find_checkpoint(OFFICE, 3) is None
        metrics = Metrics()
        metrics.watch_evidence(lambda: overseers.timestamps_owed, lambda: overseers.cosignatures_owed)
        assert metrics.registry.get_sample_value("paraaf_timestamps_owed") == 0
    assert {each.subject: each.verdict for each in [found async for found in examine_overseers(settings)]} == {
        "timestamps": Verdict.OK,
        "timestamps owed": Verdict.OK,
        "witnesses": Verdict.OK,
    }


async def test_the_doctor_tells_what_is_owed(settings: Settings, archive: Archive, server: AuthorityServer) -> None:
    await grow(archive, 1)
    found = {each.subject: each async for each in examine_overseers(settings)}
    assert (found["timestamps"].verdict, found["timestamps owed"].verdict) == (Verdict.OK, Verdict.NOTE)
    assert OFFICE in found["timestamps owed"].words


async def test_the_doctor_believes_no_other_authority(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    foreign = Authority(tmp_path / "foreign")
    monkeypatch.setenv("PARAAF_TSA_ROOTS", str(foreign.folder / "root.pem"))
    found = {each.subject: each async for each in examine_overseers(load_settings(None))}
    assert found["timestamps"].verdict is Verdict.BROKEN


async def test_without_settings_nothing_runs(tmp_path: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_DATA_DIR", str(tmp_path))
    async with oversee(load_settings(None), archive) as overseers:
        assert overseers.observers == ()
        assert (overseers.timestamps_owed, overseers.cosignatures_owed) == (0, 0)
        assert await overseers.find_checkpoint(OFFICE, 0) is None


@pytest.mark.parametrize(
    "changes", [{"PARAAF_TSA_ROOTS": ""}, {"PARAAF_TSA_ROOTS": "text"}, {"PARAAF_WITNESSES": "text"}]
)
async def test_what_is_set_wrongly_is_named(
    settings: Settings, archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changes: Mapping[str, str]
) -> None:
    (tmp_path / "text").write_text("nothing of the kind")
    for name, value in changes.items():
        monkeypatch.setenv(name, str(tmp_path / value) if value else "")
    with pytest.raises(SettingsError, match=next(iter(changes))):
        async with oversee(load_settings(None), archive):
            pass
