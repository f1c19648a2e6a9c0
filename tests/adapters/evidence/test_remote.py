"""The evidence of another process keeps the same contract, on either kind of socket, and lets in only who may."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import pytest
from aiohttp import ClientTimeout

from adapters.evidence.addresses import (
    AddressRefused,
    Certificates,
    TlsAddress,
    UnixAddress,
    bind_socket,
    find_users,
    read_address,
)
from adapters.evidence.wire import COMPLAINT, FACT, LARGEST, Trouble
from bot.domain.errors import EvidenceUnavailable
from bot.domain.people import OfficeId
from storage.evidence.note import parse_note
from tests import builders as a
from tests.adapters.evidence.remote import RemoteStage, ask, serve_tls, serve_unix
from tests.adapters.evidence.test_local import LocalStage
from tests.certificates import A_DAY, CertificateAuthority
from tests.contracts.evidence import EvidenceContract, a_fact


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalStage]:
    stage = LocalStage(tmp_path / "evidence")
    yield stage
    await stage.archive.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("certificates"))


class TestOverASocketOfThisMachine(EvidenceContract):
    @pytest.fixture
    async def stage(self, tmp_path: Path) -> AsyncIterator[RemoteStage]:
        stage = RemoteStage(tmp_path / "evidence")
        async with serve_unix(stage) as address, ask(address) as stage.evidence:
            yield stage
        await stage.archive.close()


class TestOverTls(EvidenceContract):
    @pytest.fixture
    async def stage(self, tmp_path: Path, authority: CertificateAuthority) -> AsyncIterator[RemoteStage]:
        stage = RemoteStage(tmp_path / "evidence")
        async with (
            serve_tls(stage, authority.issue("server")) as port,
            ask(TlsAddress("127.0.0.1", port, authority.issue("client"))) as stage.evidence,
        ):
            yield stage
        await stage.archive.close()


async def test_keys_checkpoint_and_archive_are_told(local: LocalStage) -> None:
    async with serve_unix(local) as address, ask(address) as evidence:
        with pytest.raises(KeyError):
            await evidence.keys(a.OFFICE)
        await evidence.record(a_fact())
        assert await evidence.keys(a.OFFICE) == await local.evidence.keys(a.OFFICE)
        assert parse_note((await evidence.checkpoint(a.OFFICE)).encode()).text.splitlines()[1] == "1"
        assert await evidence.describe() == local.evidence.about
        assert await evidence.check() is None


@pytest.mark.parametrize("office", ["..", "elders", "office-1/keys", "", "a" * 65, "%2e%2e"])
async def test_no_office_that_is_asked_for_begins_a_log(local: LocalStage, office: str) -> None:
    async with serve_unix(local) as address, ask(address) as evidence:
        for question in (evidence.keys, evidence.checkpoint):
            with pytest.raises(KeyError):
                await question(OfficeId(office))
        with pytest.raises(KeyError):
            await evidence.prove(OfficeId(office), 0)
    assert not local.archive.offices()


async def test_who_has_no_certificate_of_the_authority_is_not_answered(
    local: LocalStage, authority: CertificateAuthority, tmp_path: Path
) -> None:
    other = CertificateAuthority(tmp_path / "other", "other")
    strangers = [
        other.issue("stranger", trusts=authority.file),
        authority.issue("expired", valid=-A_DAY),
        replace(authority.issue("client"), authority=other.file),  # does not know the server
    ]
    async with serve_tls(local, authority.issue("server")) as port:
        for certificates in strangers:
            async with ask(TlsAddress("127.0.0.1", port, certificates)) as evidence:
                with pytest.raises(EvidenceUnavailable):
                    await evidence.record(a_fact())
                assert await evidence.check() == "does not answer"
        bare = ssl.create_default_context(cafile=str(authority.file))
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.ClientError):
                await http.get(f"https://127.0.0.1:{port}/healthz", ssl=bare)
        old = ssl.create_default_context(cafile=str(authority.file))
        old.load_cert_chain(authority.issue("client").certificate, authority.issue("client").key)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.ClientError):
                await http.get(f"https://127.0.0.1:{port}/healthz", ssl=old)
    assert not local.archive.offices()


async def test_only_the_users_that_are_named_are_answered(local: LocalStage) -> None:
    stranger = os.getuid() + 1
    async with serve_unix(local, frozenset({stranger})) as address, ask(address) as evidence:
        with pytest.raises(EvidenceUnavailable, match="forbidden"):
            await evidence.record(a_fact())
    async with serve_unix(local, find_users([str(os.getuid())])) as address, ask(address) as evidence:
        assert (await evidence.record(a_fact())).index == 0


async def test_nothing_can_be_changed_or_deleted(local: LocalStage) -> None:
    async with serve_unix(local) as address:
        async with ask(address) as evidence:
            await evidence.record(a_fact())
        paths = ("/entries", f"/offices/{a.OFFICE}/proofs/0", f"/offices/{a.OFFICE}/keys", "/archive", "/", "/people")
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(address.path))) as http:
            for path in paths:
                for method in ("POST", "DELETE", "PATCH", "PUT"):
                    if (method, path) == ("PUT", "/entries"):
                        continue
                    async with http.request(method, f"http://evidence{path}", data=b"{}") as answer:
                        assert answer.status in {404, 405}, (method, path)
                        assert COMPLAINT.read(await answer.read()).error in {Trouble.NOT_FOUND, Trouble.NOT_ALLOWED}


@pytest.mark.parametrize(
    ("body", "kind", "trouble"),
    [
        (b"", "application/json", Trouble.MALFORMED),
        (b"{", "application/json", Trouble.MALFORMED),
        (b"[" * 100_000, "application/json", Trouble.MALFORMED),
        (b"\xff\xfe", "application/json", Trouble.MALFORMED),
        (FACT.write(a_fact()), "text/plain", Trouble.MALFORMED),
        (FACT.write(a_fact()).replace(b'"office"', b'"offices"'), "application/json", Trouble.MALFORMED),
        (FACT.write(a_fact()).replace(b'"approved"', b'"agreed"'), "application/json", Trouble.MALFORMED),
        (b'{"a": 1, ' + FACT.write(a_fact())[1:], "application/json", Trouble.MALFORMED),
        (b" " * (LARGEST + 1), "application/json", Trouble.TOO_LARGE),
    ],
)
async def test_what_is_no_fact_is_said_and_shown_nowhere(
    local: LocalStage, body: bytes, kind: str, trouble: Trouble
) -> None:
    async with (
        serve_unix(local) as address,
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(address.path))) as http,
        http.put("http://evidence/entries", data=body, headers={"Content-Type": kind}) as answer,
    ):
        complaint = COMPLAINT.read(await answer.read())
    assert (answer.status, complaint.error) == (trouble.status, trouble)
    assert "Karim" not in complaint.reason
    assert not local.archive.offices()


async def test_who_sends_slowly_is_cut_off_and_the_others_are_answered(local: LocalStage) -> None:
    async with serve_unix(local, reading_time=0.2) as address, ask(address) as evidence:
        reader, writer = await asyncio.open_unix_connection(address.path)
        writer.write(
            b"PUT /entries HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        )
        assert (await evidence.record(a_fact())).index == 0
        assert b"408" in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_an_evidence_process_that_hangs_is_an_outage(local: LocalStage) -> None:
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    with TemporaryDirectory() as folder:
        address = UnixAddress(Path(folder) / "evidence.sock")
        async with await asyncio.start_unix_server(hang, address.path):
            async with ask(address, ClientTimeout(total=0.2)) as evidence:
                with pytest.raises(EvidenceUnavailable, match="no answer in time"):
                    await evidence.record(a_fact())
            await gone.wait()


async def test_it_is_found_again_when_it_comes_back(local: LocalStage) -> None:
    async with serve_unix(local) as address, ask(address) as evidence:
        first = await evidence.record(a_fact())
    async with ask(address) as evidence:
        with pytest.raises(EvidenceUnavailable, match="no connection"):
            await evidence.record(a_fact())
    async with serve_unix(local) as again, ask(again) as evidence:
        assert await evidence.record(a_fact()) == first


def test_a_socket_that_was_left_behind_is_replaced_and_nothing_else_is(tmp_path: Path) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "left.sock"
        left = bind_socket(path)
        assert path.stat().st_mode & 0o777 == 0o660
        with pytest.raises(AddressRefused, match="another process listens there"):
            bind_socket(path)
        left.close()
        bind_socket(path).close()
        path.unlink()
        path.write_text("mine")
        with pytest.raises(AddressRefused, match="something else than a socket"):
            bind_socket(path)
        assert path.read_text() == "mine"
    with pytest.raises(AddressRefused, match="choose a shorter path"):
        bind_socket(tmp_path / ("x" * 120))


FILES = Certificates(Path("c"), Path("k"), Path("a"))


def test_addresses_are_read() -> None:
    assert read_address("unix:///run/paraaf/evidence.sock", None) == UnixAddress(Path("/run/paraaf/evidence.sock"))
    assert read_address("https://bewijs.example:8443", FILES) == TlsAddress("bewijs.example", 8443, FILES)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("http://bewijs.example", FILES),
        ("https://bewijs.example", None),
        ("https://bewijs.example/path", FILES),
        ("https://user@bewijs.example", FILES),
        ("unix://relative.sock", None),
        ("unix:///folder/", None),
        ("evidence.sock", None),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_write(text: str, files: Certificates | None) -> None:
    with pytest.raises(ValueError, match=r"unix:///|PARAAF_EVIDENCE_CERT"):
        read_address(text, files)


def test_an_unknown_user_is_said() -> None:
    with pytest.raises(ValueError, match="there is no user nobody-of-that-name"):
        find_users(["nobody-of-that-name"])
