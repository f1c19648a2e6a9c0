"""The watched folder: real files in a real folder, and a clock that a test moves."""

# ruff: noqa: ANN401 - any field of what is said can be replaced, whatever its type

import asyncio
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from adapters.inbox.folder import Claim, SourceFolder, Stage
from adapters.inbox.sorting import LONELY, QUIET, Bundle
from adapters.inbox.watching import LEASE, Inbox
from bot.domain.delivery import Delivery, Kind
from bot.domain.errors import StoreUnavailable
from bot.use_cases.sources import revoke_source, set_pattern
from storage.blobs import HashedBlobs
from tests import builders as a
from tests.adapters.deliveries.conftest import LIMIT, OTHER_PDF, PDF, SAID, Doors

XML = b"<delivery><kind>ob</kind><client>1001</client><period>2025-Q3</period></delivery>"


@dataclass(frozen=True, slots=True)
class Desk:
    """The folder of `doors.source`, and the inbox that watches it."""

    doors: Doors
    inbox: Inbox
    path: Path

    def put(self, name: str, content: bytes | dict[str, Any]) -> Path:
        file = self.path / name
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file

    def deliver(self, stem: str = "Aangifte", content: bytes = PDF, **changes: Any) -> None:
        """A PDF with its sidecar."""
        self.put(f"{stem}.json", {**SAID, **changes})
        self.put(f"{stem}.pdf", content)

    async def look(self, after: timedelta = QUIET) -> int:
        """Look, let time pass, and look again; how many came to an end."""
        before = await self.inbox.look()
        self.doors.clock.move(after)
        return before + await self.inbox.look()

    def names(self, folder: str = "") -> list[str]:
        return sorted(each.name for each in (self.path / folder).iterdir() if not each.is_dir())

    def reason(self, stem: str) -> str:
        return (self.path / "failed" / f"{stem}.reason.txt").read_text()

    async def taken(self) -> list[Delivery]:
        return await self.doors.deliveries()


class GoneShelf:
    """A shelf that cannot be reached."""

    async def write(self, path: str, content: bytes | BinaryIO) -> None:
        raise StoreUnavailable("gone")

    def read(self, path: str) -> AsyncIterator[bytes]:
        raise StoreUnavailable("gone")


@pytest.fixture
async def desk(doors: Doors) -> Desk:
    inbox = Inbox(doors.ports, doors.folder / "inbox", LIMIT, lambda: doors.told.append(None))
    await inbox.look()
    return Desk(doors, inbox, doors.folder / "inbox" / a.OFFICE / "twinfield")


async def test_a_pdf_with_its_sidecar_is_taken(desk: Desk) -> None:
    desk.deliver(title="Aangifte OB")
    assert await desk.look() == 1
    [kept] = await desk.taken()
    assert (kept.kind, kept.client_number, kept.period, kept.title) == (Kind.VAT, "1001", "2025-Q3", "Aangifte OB")
    assert (kept.office, kept.file_name, kept.content, kept.pages) == (a.OFFICE, "Aangifte.pdf", a.a_content(PDF), 2)
    assert desk.names() == []
    assert desk.names("done") == ["Aangifte.json", "Aangifte.pdf"]
    assert desk.doors.told == [None]


async def test_a_sidecar_may_be_xml(desk: Desk) -> None:
    desk.put("a.xml", XML.replace(b"</del", b"<extra><vestiging>Utrecht</vestiging></extra></del"))
    desk.put("a.PDF", PDF)
    await desk.look()
    [kept] = await desk.taken()
    assert (kept.kind, kept.client_number, kept.extra) == (Kind.VAT, "1001", {"vestiging": "Utrecht"})


async def test_a_file_name_may_say_it_where_the_source_has_a_pattern(desk: Desk) -> None:
    await set_pattern(desk.doors.ports.store, a.an_office(), "twinfield", "{kind}_{client}_{period}.pdf")
    desk.put("OB_1001_2025-Q3.pdf", PDF)
    assert await desk.look() == 1
    [kept] = await desk.taken()
    assert (kept.kind, kept.client_number, kept.period) == (Kind.VAT, "1001", "2025-Q3")


async def test_a_file_that_is_still_written_waits(desk: Desk) -> None:
    desk.put("a.json", dict(SAID))
    with (desk.path / "a.pdf").open("wb", buffering=0) as writer:
        for piece in (PDF[:400], PDF[400:900], PDF[900:]):
            writer.write(piece)
            assert await desk.look(QUIET - timedelta(seconds=1)) == 0
    assert await desk.taken() == []
    assert await desk.look() == 1
    [kept] = await desk.taken()
    assert kept.content == a.a_content(PDF)


async def test_a_sidecar_that_is_still_written_waits_and_so_does_its_pdf(desk: Desk) -> None:
    desk.put("a.pdf", PDF)
    await desk.look()
    desk.put("a.json", b'{"kind": "ob", "cli')
    assert await desk.look(timedelta(seconds=1)) == 0
    desk.put("a.json", dict(SAID))
    assert await desk.look() == 1
    assert len(await desk.taken()) == 1


@pytest.mark.parametrize("name", ["a.pdf.part", "a.tmp", "a.pdf.filepart", ".a.pdf", "~$a.pdf"])
async def test_what_programs_are_still_writing_is_left_alone(desk: Desk, name: str) -> None:
    desk.put(name, PDF)
    assert await desk.look(LONELY) == 0
    assert desk.names() == [name]


async def test_a_file_that_changes_while_it_is_taken_away_is_put_back(desk: Desk) -> None:
    folder = SourceFolder(desk.doors.folder / "inbox", a.OFFICE, "twinfield")
    desk.deliver()
    [pdf] = [each for each in folder.list_files() if each.suffix == ".pdf"]
    assert folder.claim(Bundle((replace(pdf, size=pdf.size - 1),)), a.NOON) is None
    assert desk.names() == ["Aangifte.json", "Aangifte.pdf"]
    assert list((desk.path / ".busy").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"a.pdf": b"PK", "a.json": dict(SAID)}, "Het bestand is geen PDF."),
        ({"a.pdf": PDF[:-900], "a.json": dict(SAID)}, "De PDF is niet te lezen"),
        ({"a.pdf": b"", "a.json": dict(SAID)}, "Het bestand is leeg."),
        ({"a.pdf": PDF + b" " * LIMIT, "a.json": dict(SAID)}, "“a.pdf” is groter dan 200 kB."),
        ({"a.pdf": PDF, "a.json": {**SAID, "kind": "x"}}, "Deze soort document is onbekend. Kies uit: ib"),
        ({"a.pdf": PDF, "a.json": b"{"}, "De gegevens van het document zijn niet te lezen"),
        ({"a.pdf": PDF, "a.json": b"{}"}, "“kind” ontbreekt of is leeg.\n“client” ontbreekt"),
        ({"a.pdf": PDF, "a.json": b" " * 64_001}, "“metadata” is groter dan 64 kB."),
        ({"a.pdf": PDF, "a.xml": b"<delivery><kind>ob"}, "De gegevens van het document zijn niet te lezen"),
        ({"a.pdf": PDF, "a.xml": XML.replace(b"kind>", b"soort>")}, "“kind” ontbreekt of is leeg."),
        ({"a.pdf": PDF, "a.json": dict(SAID), "a.xml": XML}, "geen SBR-instance"),
        ({"a.pdf": PDF, "a.json": dict(SAID), "a.xbrl": b"x"}, "geen SBR-instance"),
        ({"a.docx": b"PK"}, "Alleen PDF-bestanden"),
    ],
)
async def test_what_cannot_be_read_is_put_aside_with_the_reason(
    desk: Desk, files: dict[str, bytes | dict[str, Any]], words: str
) -> None:
    for name, content in files.items():
        desk.put(name, content)
    assert await desk.look() == 1
    assert desk.reason("a").startswith(words) or words in desk.reason("a")
    assert "zet de bestanden terug" in desk.reason("a")
    assert desk.names("failed") == sorted([*files, "a.reason.txt"])
    assert desk.names() == []
    assert await desk.taken() == []
    assert desk.doors.kept() == 0


async def test_what_was_put_right_and_put_back_is_taken(desk: Desk) -> None:
    desk.deliver(kind="x")
    await desk.look()
    (desk.path / "failed" / "Aangifte.pdf").rename(desk.path / "Aangifte.pdf")
    desk.put("Aangifte.json", dict(SAID))
    assert await desk.look() == 1
    assert len(await desk.taken()) == 1


@pytest.mark.parametrize(("name", "words"), [("a.pdf", "staat er alleen"), ("a.json", "Er is geen PDF “a.pdf”")])
async def test_a_file_that_stays_alone_is_put_aside_after_a_while(desk: Desk, name: str, words: str) -> None:
    desk.put(name, PDF)
    assert await desk.look(LONELY - timedelta(seconds=1)) == 0
    assert await desk.look(timedelta(seconds=1)) == 1
    assert words in desk.reason("a")
    assert await desk.taken() == []


async def test_the_same_file_again_is_one_delivery_and_nothing_in_done_is_lost(desk: Desk) -> None:
    for stem in ("a", "a", "copy of a"):
        desk.deliver(stem)
        assert await desk.look() == 1
    assert len(await desk.taken()) == len(desk.doors.told) == 1
    assert len(desk.names("done")) == 6
    desk.deliver("a", OTHER_PDF)
    await desk.look()
    assert len(await desk.taken()) == 2


async def test_several_processes_take_each_file_once(desk: Desk) -> None:
    other = Inbox(desk.doors.ports, desk.doors.folder / "inbox", LIMIT, lambda: desk.doors.told.append(None))
    for number in range(12):
        desk.deliver(f"a{number}", reference=str(number))
    await asyncio.gather(desk.inbox.look(), other.look())
    desk.doors.clock.move(QUIET)
    assert sum(await asyncio.gather(desk.inbox.look(), other.look())) == 12
    assert len(await desk.taken()) == len(desk.doors.told) == 12
    assert len(desk.names("done")) == 24


@pytest.mark.parametrize("files", [["a.pdf"], ["a.pdf", "a.json"]])
async def test_what_a_process_that_died_had_taken_away_is_found(desk: Desk, files: list[str]) -> None:
    desk.deliver("a")
    left_behind = desk.path / ".busy" / f"{a.NOON:%Y%m%dT%H%M%S}-{'0' * 32}-taking"
    left_behind.mkdir()
    for name in files:
        (desk.path / name).rename(left_behind / name)
    assert await desk.look(LEASE - timedelta(seconds=1)) == 0
    assert await desk.look(timedelta(seconds=1)) == 1
    assert len(await desk.taken()) == 1
    assert desk.names("done") == ["a.json", "a.pdf"]
    assert list((desk.path / ".busy").iterdir()) == []


async def test_a_clock_that_was_set_back_holds_up_nothing(desk: Desk) -> None:
    left_behind = desk.path / ".busy" / f"{a.NOON:%Y%m%dT%H%M%S}-{'0' * 32}-taking"
    left_behind.mkdir()
    desk.put("b.pdf", PDF).rename(left_behind / "b.pdf")
    desk.put("b.json", {**SAID})
    desk.deliver("a", OTHER_PDF)
    assert await desk.inbox.look() == 0
    desk.doors.clock.move(-LEASE)
    assert await desk.inbox.look() == 0  # a process whose clock is ahead may hold the claim
    desk.doors.clock.move(-QUIET)
    assert await desk.look() == 2
    assert desk.names("done") == ["a.json", "a.pdf", "b.json", "b.pdf"]


@pytest.mark.parametrize("step", ["advance", "finish"])
async def test_a_crash_after_it_was_taken_in_doubles_nothing(
    desk: Desk, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise OSError("the power went")

    desk.deliver("a")
    with monkeypatch.context() as dying:
        dying.setattr(SourceFolder, step, die)
        assert await desk.look() == 0
    assert len(await desk.taken()) == 1
    assert await desk.look(LEASE) == 1
    assert len(await desk.taken()) == len(desk.doors.told) == 1
    assert desk.names("done") == ["a.json", "a.pdf"]


async def test_a_crash_while_files_are_moved_out_is_finished(desk: Desk) -> None:
    half = desk.path / ".busy" / f"{a.NOON:%Y%m%dT%H%M%S}-{'0' * 32}-done"
    half.mkdir()
    (half / "a.json").write_bytes(b"{}")
    desk.put("done/a.pdf", PDF)
    await desk.look(LEASE)
    assert desk.names("done") == ["a.json", "a.pdf"]
    assert await desk.taken() == []


async def test_an_empty_claim_is_cleared_away(desk: Desk) -> None:
    (desk.path / ".busy" / f"{a.NOON:%Y%m%dT%H%M%S}-{'0' * 32}-taking").mkdir()
    (desk.path / ".busy" / "something else").mkdir()
    await desk.look(LEASE)
    assert [each.name for each in (desk.path / ".busy").iterdir()] == ["something else"]


async def test_an_outage_leaves_files_for_the_next_look(desk: Desk) -> None:
    desk.deliver("a")
    ports = desk.doors.ports
    away = Inbox(replace(ports, blobs=HashedBlobs(GoneShelf())), desk.doors.folder / "inbox", LIMIT)
    await away.look()
    desk.doors.clock.move(QUIET)
    assert await away.look() == 0
    assert await desk.inbox.look() == 1
    assert len(await desk.taken()) == 1
    assert desk.names("done") == ["a.json", "a.pdf"]


async def test_links_are_refused_wherever_they_lead(desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF)
    (desk.path / "a.pdf").symlink_to(secret)
    desk.put("a.json", dict(SAID))
    desk.put("b.pdf", PDF)
    (desk.path / "b.json").symlink_to(tmp_path / "nothing")
    await desk.look(LONELY)
    assert "snelkoppeling" in desk.reason("a")
    assert "snelkoppeling" in desk.reason("b") or "staat er alleen" in desk.reason("b")
    assert secret.read_bytes() == PDF
    assert await desk.taken() == []


async def test_a_link_in_a_claim_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    claim = Claim(tmp_path, Stage.TAKING)
    (tmp_path / "secret").write_bytes(PDF)
    (tmp_path / "a.pdf").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "b.pdf")
    for name in ("a.pdf", "b.pdf"):
        with pytest.raises(OSError, match=name):
            claim.open(name)


@pytest.mark.parametrize("link", ["", "done", "failed", ".busy"])
async def test_a_folder_that_is_a_link_is_not_used(desk: Desk, link: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.json").write_bytes(json.dumps(dict(SAID)).encode())
    (outside / "b.pdf").write_bytes(PDF)
    desk.deliver("a")
    (desk.path / link).rename(tmp_path / "moved")
    (desk.path / link if link else desk.path).symlink_to(outside)
    assert await desk.look(LONELY) == 0
    assert await desk.taken() == []
    assert sorted(each.name for each in outside.iterdir()) == ["b.json", "b.pdf"]


async def test_a_link_that_is_called_like_a_claim_moves_nothing(desk: Desk) -> None:
    theirs = desk.doors.folder / "inbox" / "office-2" / "twinfield"
    (theirs / "b.pdf").write_bytes(PDF)
    link = desk.path / ".busy" / f"19700101T000000-{'0' * 32}-done"
    link.symlink_to(theirs)
    await desk.look()
    assert (theirs / "b.pdf").exists()
    assert desk.names("done") == []


async def test_two_offices_see_nothing_of_each_other(desk: Desk) -> None:
    theirs = replace(desk, path=desk.doors.folder / "inbox" / "office-2" / "twinfield")
    desk.deliver("a")
    theirs.deliver("a")
    assert await desk.look() == 2
    async with desk.doors.ports.store.reading() as tx:
        [ours] = [await tx.deliveries.by_key(desk.doors.source.id, each.key) for each in await desk.taken()]
        assert ours is not None
        assert ours.office == a.OFFICE
        other = await tx.deliveries.by_key(desk.doors.other.id, ours.key)
        assert other is not None
        assert other.office == "office-2"
        assert await tx.deliveries.get(a.OFFICE, other.id) is None
    assert desk.names("done") == theirs.names("done") == ["a.json", "a.pdf"]


async def test_nothing_is_taken_from_a_source_that_was_revoked(desk: Desk) -> None:
    await revoke_source(desk.doors.ports.store, a.an_office(), "twinfield")
    desk.deliver("a")
    assert await desk.look() == 0
    assert desk.names() == ["a.json", "a.pdf"]


async def test_it_runs_until_it_is_stopped(desk: Desk) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(desk.inbox.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await running
