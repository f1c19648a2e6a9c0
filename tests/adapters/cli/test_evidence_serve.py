"""The evidence as a process of its own: from its start to its end, however that comes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest

from adapters.evidence.addresses import UnixAddress
from adapters.evidence.client import open_client
from adapters.evidence.opening import open_archive
from adapters.main import Paraaf
from adapters.parts import open_store
from adapters.settings import SettingsError, load_settings
from bot.domain.errors import EvidenceUnavailable
from bot.domain.evidence import Receipt
from storage.evidence.fsck import audit_log
from storage.evidence.note import parse_key
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.test_serve import PATIENCE, get, running
from tests.adapters.cli.test_serve_evidence import ENVELOPE, counts, recorded, tells, write_a_line
from tests.contracts.evidence import a_fact

CALLERS = 24
KILLS = 4


class Served:
    """A running `paraaf evidence serve`."""

    def __init__(self, process: asyncio.subprocess.Process, told: dict[str, Any]) -> None:
        self.process = process
        self.told = told

    async def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            return await self.process.wait()


@pytest.fixture
def socket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with TemporaryDirectory() as short:
        path = Path(short) / "evidence.sock"
        monkeypatch.setenv("PARAAF_EVIDENCE_URL", f"unix://{path}")
        monkeypatch.setenv("PARAAF_PORT", "0")
        yield path


async def start(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "adapters.cli", "evidence", "serve", *arguments),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stderr=asyncio.subprocess.PIPE,
    )


@asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[Served]:
    await asyncio.to_thread(open_archive, load_settings())  # so that the start tells of nothing else
    process = await start(*arguments)
    try:
        assert process.stderr
        async with asyncio.timeout(PATIENCE):
            first = await process.stderr.readline()
        served = Served(process, json.loads(first))
        assert served.told["event"] == "evidence_started", served.told
        yield served
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_paraaf_records_through_it(socket: Path) -> None:
    settings = load_settings()
    await write_a_line(settings)
    async with running() as paraaf:  # it starts without the evidence, and says so
        await tells(paraaf, "takes nothing now; decisions go on, and are recorded later")
        async with serving("--user", str(os.getuid())) as served:
            await tells(paraaf, "ok")
            await recorded(paraaf)
            assert isnan(await counts(paraaf, "paraaf_timestamps_owed"))  # only the other process knows
            assert await served.end() == 0
        assert not await asyncio.to_thread(socket.exists)
    async with open_store(settings) as store, store.reading() as tx:
        (line,) = await tx.log.of_envelope(a.OFFICE, ENVELOPE)
    assert line.receipt
    assert line.receipt.index == 0


async def test_proofs_are_checked_with_its_keys(socket: Path) -> None:
    async with serving(), running() as paraaf, open_client(UnixAddress(socket)) as client:
        await client.record(a_fact())
        form = aiohttp.FormData()
        form.add_field("proof", await client.prove(a.OFFICE, 0), filename="x.tlog-proof")
        async with aiohttp.ClientSession() as http, http.post(f"{paraaf.address}/verify", data=form) as answer:
            page = await answer.text()
    assert f"127.0.0.1/evidence/{a.OFFICE}, die hier wordt bewaard" in page


async def test_another_archive_than_the_databases_ends_the_start(
    socket: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    async with serving(), running():
        pass
    monkeypatch.setenv("PARAAF_EVIDENCE_DIR", str(folder / "another"))
    async with serving():
        with pytest.raises(SettingsError, match="in another archive"):
            await Paraaf(load_settings()).start()


async def test_killed_at_any_moment_it_has_each_decision_once(socket: Path) -> None:
    acknowledged: dict[str, Receipt] = {}
    for kill in range(KILLS):
        facts = [a_fact(f"decision-{kill}-{number}") for number in range(CALLERS)]
        async with serving() as served, open_client(UnixAddress(socket)) as client:
            asked = [asyncio.create_task(client.record(fact)) for fact in facts]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            await served.end(signal.SIGKILL)
            for fact, answer in zip(facts, await asyncio.gather(*asked, return_exceptions=True), strict=True):
                assert isinstance(answer, Receipt | EvidenceUnavailable)
                if isinstance(answer, Receipt):
                    acknowledged[fact.decision] = answer
    assert acknowledged
    async with serving(), open_client(UnixAddress(socket)) as client:
        for kill in range(KILLS):
            for number in range(CALLERS):
                fact = a_fact(f"decision-{kill}-{number}")
                receipt = await client.record(fact)
                assert acknowledged.setdefault(fact.decision, receipt) == receipt
        keys = [parse_key(key) for key in await client.keys(a.OFFICE)]
    assert sorted(receipt.index for receipt in acknowledged.values()) == list(range(KILLS * CALLERS))
    found = audit_log(load_settings().evidence_dir / "logs" / a.OFFICE, keys)
    assert (found.faults, found.size) == ((), KILLS * CALLERS)


async def test_it_shows_the_logs_to_the_world_and_nothing_else(socket: Path, unused_tcp_port: int) -> None:
    async with serving("--public", f"127.0.0.1:{unused_tcp_port}"), open_client(UnixAddress(socket)) as client:
        await client.record(a_fact())
        world = f"http://127.0.0.1:{unused_tcp_port}"
        status, told = await get(f"{world}/evidence/{a.OFFICE}/checkpoint")
        assert (status, told) == (200, await client.checkpoint(a.OFFICE))
        for path in ("/archive", "/healthz", f"/offices/{a.OFFICE}/keys", f"/evidence/{a.OFFICE}/../../secret", "/"):
            assert (await get(f"{world}{path}"))[0] == 404


async def test_the_application_shows_them_where_it_keeps_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAAF_PORT", "0")
    await write_a_line(load_settings())
    async with running() as paraaf:
        await recorded(paraaf)
        assert (await get(f"{paraaf.address}/evidence/{a.OFFICE}/checkpoint"))[0] == 404
    monkeypatch.setenv("PARAAF_EVIDENCE_PUBLIC", "1")
    async with running() as paraaf:
        status, checkpoint = await get(f"{paraaf.address}/evidence/{a.OFFICE}/checkpoint")
        assert (status, checkpoint.splitlines()[:2]) == (200, [f"127.0.0.1/evidence/{a.OFFICE}", "1"])
    monkeypatch.setenv("PARAAF_EVIDENCE_URL", "unix:///run/evidence.sock")
    with pytest.raises(SettingsError, match="evidence serve --public"):
        await Paraaf(load_settings()).start()


async def test_two_never_hold_one_archive(socket: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving():
        monkeypatch.delenv("PARAAF_EVIDENCE_URL")
        with pytest.raises(SettingsError, match="set PARAAF_EVIDENCE_URL to where it listens"):
            await Paraaf(load_settings()).start()


async def refuse(*arguments: str) -> str:
    """What a start says that comes to nothing."""
    process = await start(*arguments)
    async with asyncio.timeout(PATIENCE):
        _, told = await process.communicate()
    assert process.returncode == 1
    return told.decode()


async def test_what_is_wrong_at_the_start_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--public: write HOST:PORT" in await refuse("--public", "everywhere")
    assert "--user: there is no user nobody-of-that-name" in await refuse("--user", "nobody-of-that-name")
    monkeypatch.setenv("PARAAF_EVIDENCE_URL", "https://127.0.0.1:8443")
    assert "set PARAAF_EVIDENCE_CERT" in await refuse()
    monkeypatch.setenv("PARAAF_EVIDENCE_URL", f"unix://{folder}/{'x' * 100}")
    assert "choose a shorter path" in await refuse()


async def test_the_doctor_asks_it(paraaf: Run, socket: Path) -> None:
    result = await asyncio.to_thread(paraaf, "doctor")
    assert "broken  evidence: the process at PARAAF_EVIDENCE_URL does not answer" in result.stdout
    async with serving():
        result = await asyncio.to_thread(paraaf, "doctor")
    assert "kept by another process, in logs named 127.0.0.1/evidence/OFFICE" in result.stdout
    assert "timestamps" not in result.stdout
