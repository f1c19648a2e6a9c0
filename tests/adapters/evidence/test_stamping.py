"""Timestamps of a real authority over HTTP; what it does not give stays owed and is asked for again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from adapters.evidence.following import FIRST_WAIT, LONGEST_WAIT
from adapters.evidence.stamping import MAX_ANSWER, Authority, Stamper, Unanswered
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.timestamps import TimestampShelf, make_request
from storage.evidence.verify import Timestamp, Verdict, verify_proof
from tests.adapters.evidence.following import Waits, grow, open_archive
from tests.evidence.authority import Authority as OpenSsl
from tests.evidence.authority import AuthorityServer, Reply, serve_authority
from tests.evidence.making import OFFICE

EVERY = 60.0


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    return OpenSsl(tmp_path_factory.mktemp("authority") / "own", chain=True)


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    return OpenSsl(tmp_path_factory.mktemp("authority") / "foreign")


@pytest.fixture
async def server(openssl: OpenSsl) -> AsyncIterator[AuthorityServer]:
    async with serve_authority(openssl) as served:
        yield served


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    async with open_archive(tmp_path / "evidence") as opened:
        yield opened


class Stage:
    def __init__(self, archive: Archive, server: AuthorityServer, session: aiohttp.ClientSession) -> None:
        self.archive, self.server, self.waits = archive, server, Waits()
        self.roots = [server.authority.root]
        authority = Authority(session, server.url)
        self.stamper = Stamper(archive, authority, self.shelf, EVERY, self.waits)

    def shelf(self, office: str = OFFICE) -> TimestampShelf:
        return self.archive.timestamps(office, self.roots)

    async def grow(self, count: int = 1) -> None:
        await grow(self.archive, count)
        await self.stamper.checkpoint_grew(OFFICE)


@pytest.fixture
async def stage(archive: Archive, server: AuthorityServer) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession() as session:
        made = Stage(archive, server, session)
        yield made
        await made.stamper.stop()


async def test_a_checkpoint_gets_its_timestamp_and_the_proof_holds(stage: Stage) -> None:
    await stage.grow(3)
    await stage.waits.reached(1)
    found = stage.shelf().find(2)
    assert found
    checkpoint, answer = found
    log = await stage.archive.log(OFFICE)
    proof = await log.proof(2, checkpoint)
    report = verify_proof(str(proof).encode(), log.keys, timestamp=Timestamp(answer, stage.roots))
    assert report.verdict is Verdict.HOLDS
    assert report.stamped_at
    assert stage.stamper.owed == 0


async def test_an_office_is_not_stamped_more_often_than_wanted_but_the_last_always(stage: Stage) -> None:
    await stage.grow()
    await stage.waits.reached(1)
    for _ in range(3):
        await stage.grow()
    assert (len(stage.server.asked), stage.shelf().stamped_size()) == (1, 1)
    await stage.waits.go()
    await stage.waits.reached(2)
    assert (len(stage.server.asked), stage.shelf().stamped_size()) == (2, 4)
    assert stage.waits.asked == [EVERY, EVERY]


async def test_without_growth_nothing_is_asked(stage: Stage) -> None:
    await stage.grow()
    await stage.waits.reached(1)
    await stage.waits.go()
    await stage.stamper.checkpoint_grew(OFFICE)
    await stage.waits.reached(2)
    assert len(stage.server.asked) == 1


async def test_an_outage_leaves_it_owed_and_the_newest_is_stamped_after_it(stage: Stage) -> None:
    async def refuse(_request: bytes) -> web.StreamResponse:
        return web.Response(status=503)

    stage.server.reply = refuse
    await stage.grow()
    await stage.waits.reached(1)
    assert (stage.stamper.owed, stage.shelf().find(0)) == (1, None)
    await grow(stage.archive, 1)
    for number in range(2, 14):
        await stage.waits.go()
        await stage.waits.reached(number)
    assert stage.waits.asked[0] == max(FIRST_WAIT, EVERY)
    assert stage.waits.asked[-1] == LONGEST_WAIT
    assert sorted(stage.waits.asked) == stage.waits.asked
    stage.server.reply = stage.server.answer
    await stage.waits.go()
    await stage.waits.reached(14)
    assert (stage.stamper.owed, stage.shelf().stamped_size(), stage.shelf().owed()) == (0, 2, None)


async def test_what_was_owed_is_taken_up_at_the_next_start(stage: Stage) -> None:
    await grow(stage.archive, 2)
    await stage.stamper.start()
    await stage.waits.reached(1)
    assert stage.shelf().stamped_size() == 2


def foreign_answer(foreign: OpenSsl) -> Reply:
    async def reply(request: bytes) -> web.StreamResponse:
        body = await asyncio.to_thread(foreign.answer, request)
        return web.Response(body=body, content_type="application/timestamp-reply")

    return reply


@pytest.mark.parametrize("how", ["nonce", "root", "page", "huge", "text", "redirect"])
async def test_what_is_no_answer_to_us_is_never_kept(stage: Stage, foreign: OpenSsl, how: str) -> None:
    kind = "application/timestamp-reply"

    async def reply(request: bytes) -> web.StreamResponse:
        match how:
            case "nonce":
                head = (await stage.archive.log(OFFICE)).checkpoint.text
                body = await asyncio.to_thread(stage.server.authority.answer, make_request(head).body)
                return web.Response(body=body, content_type=kind)
            case "root":
                return await foreign_answer(foreign)(request)
            case "page":
                return web.Response(text="<html>", content_type="text/html")
            case "huge":
                return web.Response(body=b"\x30" * (MAX_ANSWER + 1), content_type=kind)
            case "text":
                body = await asyncio.to_thread(stage.server.authority.answer, make_request("other\n").body)
                return web.Response(body=body, content_type=kind)
            case _:
                return web.Response(status=307, headers={"Location": stage.server.url})

    stage.server.reply = reply
    await stage.grow()
    await stage.waits.reached(1)
    assert (stage.stamper.owed, stage.shelf().stamped_size(), len(stage.server.asked)) == (1, 0, 1)
    owed = stage.shelf().owed()
    assert owed
    assert read_checkpoint(owed).size == 1


async def test_a_slow_authority_holds_up_nobody(stage: Stage) -> None:
    release = asyncio.Event()

    async def wait_for_it(request: bytes) -> web.StreamResponse:
        await release.wait()
        return await stage.server.answer(request)

    stage.server.reply = wait_for_it
    async with aiohttp.ClientSession() as session:
        waits = Waits()
        hasty = Stamper(stage.archive, Authority(session, stage.server.url, 0.05), stage.shelf, EVERY, waits)
        await grow(stage.archive, 1)
        await hasty.checkpoint_grew(OFFICE)
        await waits.reached(1)
        assert hasty.owed == 1
        await grow(stage.archive, 1)  # the log goes on meanwhile
        release.set()
        await hasty.stop()


async def test_no_more_is_read_of_an_answer_than_there_can_be(stage: Stage) -> None:
    async def pour(_request: bytes) -> web.StreamResponse:
        return web.Response(body=b"0" * (MAX_ANSWER + 1), content_type="application/timestamp-reply")

    stage.server.reply = pour
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Unanswered, match="more than"):
            await Authority(session, stage.server.url).ask(make_request("x\n"))
