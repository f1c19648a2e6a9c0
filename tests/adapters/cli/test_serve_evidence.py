"""What a running Paraaf does about its evidence, with the archive in the same process."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.evidence.opening import open_archive
from adapters.main import Paraaf
from adapters.parts import open_store
from adapters.settings import Settings, load_settings
from bot.domain.envelope import EnvelopeId
from bot.domain.log import Happening, LogLine
from storage.evidence.errors import Damaged
from storage.vault import open_vault
from tests import builders as a
from tests.adapters.cli.test_serve import PATIENCE, get, ready, running

ENVELOPE = EnvelopeId("envelope-1")
AWAY = "takes nothing now; decisions go on, and are recorded later"


@pytest.fixture(autouse=True)
def _any_port(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_PORT", "0")


async def write_a_line(settings: Settings) -> None:
    """A line of the log about an envelope, which the evidence is to have."""
    async with open_store(settings, open_vault(settings.personal_key)) as store, store.transaction() as tx:
        await tx.offices.save(a.an_office())
        await tx.people.save_client(a.a_client())
        await tx.people.save_contact(a.a_contact())
        await tx.dossiers.add(a.an_item())
        await tx.envelopes.add(a.an_envelope(ENVELOPE))
        line = LogLine(a.OFFICE, Happening.SENT, a.a_party(), a.NOON, a.CLIENT, ENVELOPE)
        await tx.log.add([line])


async def tells(paraaf: Paraaf, evidence: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while await ready(paraaf) != (200, {"database": "ok", "evidence": evidence}):  # noqa: ASYNC110 - a page tells no event
            await asyncio.sleep(0.05)


async def counts(paraaf: Paraaf, name: str) -> float:
    _, page = await get(f"{paraaf.address}/metrics")
    return next(float(line.split()[1]) for line in page.splitlines() if line.startswith(f"{name} "))


async def recorded(paraaf: Paraaf) -> None:
    async with asyncio.timeout(PATIENCE):
        while await counts(paraaf, "paraaf_evidence_owed"):  # noqa: ASYNC110 - a page tells no event
            await asyncio.sleep(0.05)


async def test_an_outage_of_the_evidence_is_told_and_made_up_for() -> None:
    settings = load_settings()
    await write_a_line(settings)
    other = open_archive(settings)
    await other.log(a.OFFICE)  # as another process would that holds the log
    async with running() as paraaf:
        await tells(paraaf, AWAY)
        assert await counts(paraaf, "paraaf_evidence_owed") == 1
        assert await counts(paraaf, "paraaf_evidence_lag_seconds") > 0
        await other.close()
        await tells(paraaf, "ok")
        await recorded(paraaf)
        assert await counts(paraaf, "paraaf_evidence_lag_seconds") == 0
        assert await counts(paraaf, "paraaf_evidence_recorded_total") == 1
    async with open_store(settings) as store, store.reading() as tx:
        (line,) = await tx.log.of_envelope(a.OFFICE, ENVELOPE)
    assert line.receipt is not None
    assert (line.receipt.origin, line.receipt.index) == (f"127.0.0.1/evidence/{a.OFFICE}", 0)


async def test_what_was_refused_is_told_without_being_unready() -> None:
    settings = load_settings()
    await write_a_line(settings)
    async with open_store(settings) as store, store.transaction() as tx:
        (owed,) = await tx.owed_evidence.claim(a.at(60), timedelta(minutes=2), 9)
        await tx.owed_evidence.refuse(owed, datetime(9000, 1, 1, tzinfo=UTC))
    async with running() as paraaf:
        await tells(paraaf, "events that were refused: 1; see paraaf doctor")
        assert await counts(paraaf, "paraaf_evidence_refused") == 1


async def test_the_origin_outlives_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    await write_a_line(load_settings())
    async with running() as paraaf:
        await recorded(paraaf)
    monkeypatch.setenv("PARAAF_PUBLIC_URL", "https://elders.example")
    archive = open_archive(load_settings())
    try:
        assert (await archive.log(a.OFFICE)).origin == f"127.0.0.1/evidence/{a.OFFICE}"
    finally:
        await archive.close()


async def test_evidence_that_is_damaged_ends_the_start() -> None:
    head = load_settings().evidence_dir / "logs" / a.OFFICE / "checkpoint"
    head.parent.mkdir(parents=True)
    head.write_bytes(b"nonsense")
    with pytest.raises(Damaged, match="checkpoint"):
        await Paraaf(load_settings()).start()


async def test_a_lost_secret_ends_the_start_with_what_to_do() -> None:
    async with running():
        pass
    settings = load_settings()
    settings.evidence_secret.unlink()
    with pytest.raises(Exception, match="put back the secret"):
        await Paraaf(settings).start()
