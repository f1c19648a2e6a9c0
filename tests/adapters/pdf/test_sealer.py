"""What keeps the port `Sealer`: real files, workers and authorities; whatever happens, the next document is sealed."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from subprocess import PIPE
from sys import executable
from tempfile import TemporaryFile

import orjson
import pypdfium2 as pdfium
import pytest
import pytest_asyncio
from pyhanko.pdf_utils import generic

from adapters.pdf import sealer as sealer_module
from adapters.pdf.composing.look import Seen, look_into
from adapters.pdf.draw_certificate import draw_certificate
from adapters.pdf.seal_apart import LARGE, Limits, SealJob, make
from adapters.pdf.sealer import Patience, PdfSealer
from adapters.pdf.sealing.handing import KeyRing, TsaAddress, hand_over_seal
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import OfficeSeal, Token, load_pem
from adapters.pdf.sealing.making import MadeKey, make_office_key
from adapters.pdf.sealing.trust import Trust
from bot.domain.certified import SealLevel
from bot.domain.errors import SealingUnavailable
from bot.domain.fields import Field, FieldKind
from bot.domain.sealing import CannotBeSealed, Mark, Obstacle, SealedPdf
from bot.domain.signature import DrawnSignature
from storage.blobs import HashedBlobs, open_blobs
from storage.evidence.verify import Verdict
from tests.adapters.pdf.composed import DAY, TITLE, WORDS, order, png
from tests.adapters.pdf.reading import check_structure, count_pages, is_inside, see, turn_field
from tests.adapters.pdf.sealing.authorities import Authorities, run_authorities
from tests.adapters.pdf.sealing.papers import lock, make_pdf, pack, turn, write_objects, write_plain
from tests.adapters.pdf.sealing.test_token_key import Token as TokenOnDisk
from tests.adapters.pdf.sealing.test_token_key import find_module
from tests.adapters.pdf.sealing.verifiers import ask_all
from tests.adapters.pdf.test_inspection import NESTED, changed, with_signature_fields

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERS: set[int] = set()
"""Processes that were there before."""
FIELDS = (Field(FieldKind.SIGNATURE, 0, 0, (60, 60, 160, 45)), Field(FieldKind.NAME, 0, 0, (60, 120, 100, 100)))
JAN = Mark(0, "Jan Jansen", DAY, signature=DrawnSignature(png(), ()))


@dataclass
class Office:
    """A sealer with what it reads from and writes to."""

    blobs: HashedBlobs
    folder: Path
    authorities: Authorities
    sealer: PdfSealer
    more: list[PdfSealer] = field(default_factory=list)

    async def put(self, content: bytes) -> str:
        return (await self.blobs.put(content)).sha256

    async def read(self, sealed: SealedPdf) -> bytes:
        return b"".join([piece async for piece in self.blobs.read(sealed.content.sha256)])

    def open(self, key: OfficeSeal | None = None, **more: object) -> PdfSealer:
        opened = PdfSealer(self.blobs, key or self.authorities.open_seal(), folder=self.folder, **more)  # type: ignore[arg-type]  # as each test wants it
        self.more.append(opened)
        return opened


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    OTHERS.update(find_children(os.getpid()))
    folder = tmp_path_factory.mktemp("office")
    for name in ("authorities", "blobs", "work"):
        (folder / name).mkdir()
    async with run_authorities(folder / "authorities") as authorities:
        blobs, work = open_blobs(folder / "blobs"), folder / "work"
        tsa = TsaAddress(f"{authorities.address}/office/tsa/stamper", [authorities.find("root")])
        opened = PdfSealer(blobs, authorities.open_seal(), tsa, authorities.revocation, folder=work)
        office = Office(blobs, work, authorities, opened)
        yield office
        for each in (opened, *office.more):
            await each.close()
        assert list(work.iterdir()) == [], "nothing is left of what was worked on"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def silence() -> AsyncIterator[TsaAddress]:
    """An authority that takes a question and never answers, so that a worker is busy until it is ended."""

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            pass
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        yield TsaAddress("http://{}:{}/".format(*server.sockets[0].getsockname()), [], patience=3600)


def find_children(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def find_forges() -> list[int]:
    """Those of this module: tests before it may have left one to those after it."""
    running = [each for each in find_children(os.getpid()) if each not in OTHERS]
    return [each for each in running if b"warm_apart" in Path(f"/proc/{each}/cmdline").read_bytes()]


def find_forge() -> int:
    (forge,) = find_forges()
    return forge


async def until(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not check():  # noqa: ASYNC110 - a process tells nobody else
            await asyncio.sleep(0.01)


def is_gone(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


PAPERS: dict[str, Callable[[], bytes]] = {
    "plain": write_plain,
    "rotated and cropped": lambda: turn(make_pdf(3)),
    "a form": lambda: write_plain(form=True),
    "signature fields": lambda: with_signature_fields(make_pdf(), "Handtekening1"),
    "object streams": lambda: pack(make_pdf(2)),
}


@pytest.mark.parametrize("name", PAPERS)
async def test_every_kind_of_pdf_is_composed_and_sealed(name: str, office: Office) -> None:
    original = PAPERS[name]()
    sha256 = await office.put(original)
    seen = await office.sealer.inspect(sha256)
    sealed = await office.sealer.seal(order(JAN, fields=FIELDS, original=sha256))
    content = await office.read(sealed)
    assert content.startswith(original)
    assert (sealed.level, sealed.shortfall) == (SealLevel.B_B, "")
    assert sealed.pages == count_pages(content) == len(seen.pages) + 1
    assert is_inside(see(content).find("Jan Jansen"), turn_field(FIELDS[1], original))
    assert "Transactiecertificaat" in see(content, sealed.pages - 1).text()
    judged = await asyncio.to_thread(judge, content, office.authorities.trust)
    assert judged.verdict is Verdict.HOLDS, judged
    await asyncio.to_thread(check_structure, content)


@pytest.mark.parametrize("level", SealLevel)
async def test_verifiers_of_others_accept_what_was_composed_at_every_level(
    level: SealLevel, office: Office, tmp_path: Path
) -> None:
    assert office.sealer.level is SealLevel.B_LTA
    original = await office.put(make_pdf(2))
    sealed = await office.sealer.seal(order(JAN, fields=FIELDS, original=original, level=level))
    assert (sealed.level, sealed.shortfall) == (level, "")
    content = await office.read(sealed)
    judged = await asyncio.to_thread(judge, content, office.authorities.trust)
    assert (judged.verdict, judged.level) == (Verdict.HOLDS, level), judged
    file = tmp_path / "sealed.pdf"
    file.write_bytes(content)
    await asyncio.to_thread(ask_all, file, office.authorities.find("root"), level)


async def test_the_seal_says_which_pages_are_the_certificate(office: Office) -> None:
    """A page of the original may look like one; nobody can make the seal say that it is."""
    forged = draw_certificate(json.loads(orjson.dumps(WORDS)))
    original = await office.put(forged)
    sealed = await office.sealer.seal(order(JAN, fields=FIELDS, original=original))
    content = await office.read(sealed)
    titles = ["Transactiecertificaat" in see(content, page).text() for page in range(sealed.pages)]
    assert titles == [True, True]
    (covered,) = (await asyncio.to_thread(judge, content, office.authorities.trust)).signatures
    assert covered.reason == "Bladzijden 2 tot en met 2 zijn het certificaat"
    edited = content.replace(b"Bladzijden 2", b"Bladzijden 1")
    assert edited != content
    assert (await asyncio.to_thread(judge, edited, office.authorities.trust)).verdict is Verdict.FAILS


async def test_what_is_signed_already_is_wrapped(office: Office) -> None:
    first = await office.sealer.seal(order(JAN, original=await office.put(make_pdf())))
    assert (await office.sealer.inspect(first.content.sha256)).is_signed
    sealed = await office.sealer.seal(order(JAN, fields=FIELDS, original=first.content.sha256))
    content = await office.read(sealed)
    attached = pdfium.PdfDocument(content).get_attachment(0)
    assert (attached.get_name(), bytes(attached.get_data())) == ("Akte 王.pdf", await office.read(first))
    assert [see(content, page).text().split()[0] for page in range(sealed.pages)] == [TITLE, "Transactiecertificaat"]
    assert (await asyncio.to_thread(judge, content, office.authorities.trust)).verdict is Verdict.HOLDS
    await asyncio.to_thread(check_structure, content)


FORM = generic.DictionaryObject({generic.pdf_name("/XFA"): generic.pdf_string("<xdp/>")})
REFUSED: dict[str, tuple[Callable[[], bytes], Obstacle]] = {
    "encrypted": (lambda: lock(make_pdf()), Obstacle.ENCRYPTED),
    "broken": (lambda: make_pdf()[:-300], Obstacle.BROKEN),
    "empty": (lambda: b"", Obstacle.BROKEN),
    "a form drawn by a program": (lambda: changed(make_pdf(), "/AcroForm", FORM), Obstacle.XFA),
    "nested": (lambda: make_pdf().replace(b"/Kids [", b"/Kids " + NESTED + b"["), Obstacle.BROKEN),
    "too many pages": (lambda: make_pdf(1_001), Obstacle.TOO_MANY_PAGES),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_cannot_be_sealed_is_refused_with_its_reason(name: str, office: Office) -> None:
    make, obstacle = REFUSED[name]
    sha256 = await office.put(make())
    for asked in (office.sealer.inspect(sha256), office.sealer.seal(order(JAN, original=sha256))):
        with pytest.raises(CannotBeSealed) as refused:
            await asked
        assert refused.value.obstacle is obstacle


async def test_a_document_is_looked_into_once(office: Office) -> None:
    class Counting(HashedBlobs):
        asked = 0

        def read(self, sha256: str) -> AsyncIterator[bytes]:
            Counting.asked += 1
            return office.blobs.read(sha256)

    opened = PdfSealer(Counting(office.blobs._shelf), office.authorities.open_seal(), folder=office.folder)
    office.more.append(opened)
    sha256 = await office.put(make_pdf(4))
    seen = await asyncio.gather(*(opened.inspect(sha256) for _ in range(5)))
    assert await opened.inspect(sha256) == seen[0] == seen[4]
    assert Counting.asked == 1
    await opened.close()


async def test_who_stops_waiting_takes_the_answer_from_nobody(office: Office) -> None:
    sha256 = await office.put(make_pdf(5))
    first, second = (asyncio.create_task(office.sealer.inspect(sha256)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert len((await second).pages) == 5


async def test_a_worker_that_is_ended_ends_its_document_alone(office: Office, silence: TsaAddress) -> None:
    await office.sealer.close()
    opened = office.open(tsa=silence)
    wanted = order(JAN, original=await office.put(make_pdf()), level=SealLevel.B_T)
    await opened.inspect(wanted.original)
    await until(lambda: find_children(find_forge()) == [])  # who looked has ended
    jobs = [asyncio.create_task(opened.seal(wanted)) for _ in range(3)]
    await until(lambda: bool(find_forges()) and len(find_children(find_forge())) == 2)  # the third waits
    killed, _ = find_children(find_forge())
    os.kill(killed, signal.SIGKILL)
    done, waiting = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    (ended,) = [each.exception() for each in done]
    assert isinstance(ended, CannotBeSealed)
    assert ended.obstacle is Obstacle.TOO_HEAVY
    await until(lambda: len(find_children(find_forge())) == 2)
    for job in waiting:
        job.cancel()
    await asyncio.wait(waiting)
    await until(lambda: find_children(find_forge()) == [])
    assert (await opened.seal(replace(wanted, level=SealLevel.B_B))).level is SealLevel.B_B
    await opened.close()


async def test_where_the_process_that_forks_was_ended_another_one_is_started(office: Office) -> None:
    wanted = order(JAN, original=await office.put(make_pdf()))
    await office.sealer.seal(wanted)
    forge = find_forge()
    for each in (*find_children(forge), forge):
        os.kill(each, signal.SIGKILL)
    assert (await office.sealer.seal(wanted)).level is SealLevel.B_B
    assert find_forge() != forge


async def test_who_sealed_goes_on_to_the_next_document_and_who_looked_does_not(office: Office) -> None:
    await office.sealer.close()
    for text in ("een", "twee"):
        sha256 = await office.put(make_pdf(text=text))
        await office.sealer.inspect(sha256)
        await until(lambda: len(find_children(find_forge())) <= 1)
        await office.sealer.seal(order(JAN, original=sha256))
    (stays,) = find_children(find_forge())
    await office.sealer.seal(order(JAN, original=await office.put(write_plain())))
    assert find_children(find_forge()) == [stays]
    page = write_objects(
        "1.7",
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (LARGE, bytes(LARGE)),
        ],
    )
    await office.sealer.seal(order(JAN, original=await office.put(page)))
    await until(lambda: find_children(find_forge()) == [])


async def test_a_worker_that_ended_while_it_had_nothing_to_do_is_replaced(office: Office) -> None:
    wanted = order(JAN, original=await office.put(make_pdf()))
    await office.sealer.seal(wanted)
    (stays,) = find_children(find_forge())
    os.kill(stays, signal.SIGKILL)
    assert (await office.sealer.seal(wanted)).level is SealLevel.B_B
    assert find_children(find_forge()) != [stays]


async def test_what_is_not_written_in_python_reads_no_file_where_the_key_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = write_plain()
    seen = look_into(BytesIO(original))
    assert isinstance(seen, Seen)
    monkeypatch.setattr(pdfium, "PdfDocument", None)
    job = SealJob(Limits(), order(JAN, fields=FIELDS), seen, hand_over_seal(office.authorities.open_seal()), None, None)
    assert (await asyncio.to_thread(make, job, KeyRing(), BytesIO(original), BytesIO())).page_count == len(
        seen.sheets
    ) + 1


async def test_what_is_sent_to_all_of_us_when_paraaf_stops_ends_no_document(office: Office) -> None:
    wanted = order(JAN, original=await office.put(make_pdf()))
    await office.sealer.seal(wanted)
    forge = find_forge()
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(forge, each)
    await office.sealer.seal(wanted)
    assert find_forge() == forge


async def test_what_takes_too_long_is_too_heavy_and_its_worker_ends(office: Office, silence: TsaAddress) -> None:
    await office.sealer.close()
    opened = office.open(tsa=silence, patience=Patience(seal=3))
    wanted = order(JAN, original=await office.put(make_pdf()), level=SealLevel.B_T)
    with pytest.raises(CannotBeSealed) as refused:
        await opened.seal(wanted)
    assert refused.value.obstacle is Obstacle.TOO_HEAVY
    await until(lambda: find_children(find_forge()) == [])
    await opened.close()


async def test_what_takes_too_much_memory_is_too_heavy(office: Office) -> None:
    sha256 = await office.put(make_pdf(1_000))
    opened = office.open(limits=Limits(memory=1 << 20))
    with pytest.raises(CannotBeSealed) as refused:
        await opened.inspect(sha256)
    assert refused.value.obstacle is Obstacle.TOO_HEAVY
    await opened.close()


async def test_a_mistake_of_ours_is_not_held_against_the_document(office: Office) -> None:
    wanted = order(JAN, original=await office.put(make_pdf()))
    with pytest.raises(SealingUnavailable, match="mistake"):
        await office.sealer.seal(replace(wanted, certificate={"language": "nl"}))


async def test_what_is_missing_or_damaged_is_not_held_against_the_document(office: Office) -> None:
    with pytest.raises(SealingUnavailable, match="document-missing"):
        await office.sealer.inspect("ab" * 32)
    sha256 = await office.put(b"%PDF-1.7 whole")
    (office.folder.parent / "blobs" / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"%PDF-1.7 damaged")
    with pytest.raises(SealingUnavailable, match="document-damaged"):
        await office.sealer.seal(order(JAN, original=sha256))


async def test_without_a_process_nothing_is_sealed_now(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = await office.put(make_pdf())
    opened = office.open()
    with monkeypatch.context() as changed_for_now:
        changed_for_now.setattr("sys.executable", "/nowhere/python")
        with pytest.raises(SealingUnavailable, match="no-worker"):
            await opened.inspect(sha256)
    assert len((await opened.inspect(sha256)).pages) == 1
    await opened.close()


async def test_a_key_that_expired_since_seals_nothing(office: Office, tmp_path: Path) -> None:
    begun = datetime(2015, 1, 1, tzinfo=UTC)
    old = make_office_key("Kantoor", now=begun)
    (tmp_path / "c.pem").write_bytes(old.certificate)
    (tmp_path / "k.pem").write_bytes(old.key)
    opened = office.open(load_pem(tmp_path / "c.pem", tmp_path / "k.pem", now=begun))
    with pytest.raises(SealingUnavailable, match="key-refused"):
        await opened.seal(order(JAN, original=await office.put(make_pdf())))
    await opened.close()


async def test_a_token_is_opened_by_the_worker_and_may_be_away(office: Office, made: MadeKey, tmp_path: Path) -> None:
    await asyncio.to_thread(lambda: TokenOnDisk(tmp_path).put(made, made))
    (tmp_path / "pem").write_bytes(made.certificate)
    held = load_pem(tmp_path / "pem", tmp_path / "k.pem")
    there = Token(find_module(), "kantoor", "seal", b"1234", {"SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf")})
    wanted = order(JAN, original=await office.put(make_pdf()))
    opened = office.open(replace(held, origin=there))
    content = await office.read(await opened.seal(wanted))
    assert (await asyncio.to_thread(judge, content, Trust([held.certificate]))).verdict is Verdict.HOLDS
    (tmp_path / "tokens").rename(tmp_path / "elsewhere")
    with pytest.raises(SealingUnavailable, match="key-refused"):
        await opened.seal(wanted)
    await opened.close()


async def test_neither_environment_nor_arguments_hold_a_secret(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    await office.sealer.close()
    await office.sealer.inspect(await office.put(make_pdf(6)))
    started = Path(f"/proc/{find_forge()}")
    assert b"secret" not in (started / "environ").read_bytes()
    assert (started / "environ").read_bytes().count(b"=") <= 3
    assert b"PRIVATE" not in (started / "cmdline").read_bytes()


async def test_what_does_not_begin_with_the_original_is_not_kept() -> None:
    with TemporaryFile() as original, TemporaryFile() as paper:
        original.write(b"as it was")
        original.flush()
        paper.write(b"as it is, and more")
        with pytest.raises(SealingUnavailable, match="original-changed"):
            sealer_module.require_prefix(paper, original, "0" * 64)


_ALONE = """
import asyncio, sys
from pathlib import Path
from adapters.pdf.sealer import PdfSealer
from adapters.pdf.sealing.handing import TsaAddress
from adapters.pdf.sealing.keys import load_pem
from bot.domain.certified import SealLevel
from storage.blobs import open_blobs
from tests.adapters.pdf.composed import JAN, order
_, blobs, work, chain, key, original, url = sys.argv
async def main():
    tsa = TsaAddress(url, [], patience=3600)
    sealer = PdfSealer(open_blobs(Path(blobs)), load_pem(Path(chain), Path(key)), tsa, folder=Path(work))
    await sealer.seal(order(JAN, original=original, level=SealLevel.B_T))
asyncio.run(main())
"""


async def test_nothing_is_left_running_when_paraaf_is_killed(office: Office, silence: TsaAddress) -> None:
    office.authorities.open_seal()
    home, original = office.authorities.folder, await office.put(make_pdf())
    files = [
        str(office.folder.parent / "blobs"),
        str(office.folder),
        str(home / "seal.chain.pem"),
        str(home / "seal.pem"),
    ]
    paraaf = await asyncio.create_subprocess_exec(executable, "-c", _ALONE, *files, original, silence.url, stderr=PIPE)

    def list_below() -> list[int]:
        forges = find_children(paraaf.pid)
        return [*forges, *(worker for each in forges for worker in find_children(each))]

    await until(lambda: len(list_below()) == 2)
    below = list_below()
    paraaf.kill()
    await paraaf.wait()
    await until(lambda: all(is_gone(each) for each in below))
    assert list(office.folder.iterdir()) == []
