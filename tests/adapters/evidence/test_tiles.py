"""The logs for the world: whoever follows C2SP tlog-tiles can recompute a log, and finds nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from adapters.evidence.tiles import serve_tiles
from storage.evidence.archive import Archive
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.fsck import audit_log
from storage.evidence.merkle import find_root, is_consistent
from storage.evidence.note import parse_note
from storage.evidence.tiles import ENTRIES, Tile, TiledTree, decode_hashes, find_growth
from tests.evidence.making import OFFICE, an_entry, make_archive

Client = TestClient[web.Request, web.Application]
OTHER = "0192f3c4-eik"
SIZE = 600


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    archive = make_archive(tmp_path / "evidence")
    yield archive
    await archive.close()


@pytest.fixture
async def client(archive: Archive) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(serve_tiles(archive.find))
    async with TestClient(TestServer(app)) as client:
        yield client


async def fill(archive: Archive, start: int, end: int, office: str = OFFICE) -> None:
    log = await archive.log(office)
    await asyncio.gather(*(log.append(an_entry(number, office)) for number in range(start, end)))


async def load(client: Client, path: str, office: str = OFFICE) -> tuple[int, bytes]:
    async with client.get(URL(f"/evidence/{office}/{path}", encoded=True)) as answer:
        return answer.status, await answer.read()


async def mirror(client: Client, folder: Path) -> int:
    """Fetch a whole log as any follower would, and say its size."""
    _, checkpoint = await load(client, "checkpoint")
    size = read_checkpoint(parse_note(checkpoint)).size
    for tile in find_growth(0, size):
        status, content = await load(client, tile.path)
        assert status == 200, tile
        (folder / tile.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / tile.path).write_bytes(content)
    (folder / "checkpoint").write_bytes(checkpoint)
    return size


async def test_a_whole_log_is_recomputed_from_what_is_served(client: Client, archive: Archive, tmp_path: Path) -> None:
    await fill(archive, 0, SIZE)
    folder = tmp_path / "mirror"
    assert await mirror(client, folder) == SIZE
    found = audit_log(folder, (await archive.log(OFFICE)).keys)
    assert (found.size, found.faults, found.leftovers, found.signed) == (SIZE, (), (), True)


async def test_who_saw_an_earlier_checkpoint_still_finds_its_tiles(client: Client, archive: Archive) -> None:
    await fill(archive, 0, 300)
    log = await archive.log(OFFICE)
    earlier = read_checkpoint(log.checkpoint)
    early = {tile: (await load(client, tile.path))[1] for tile in find_growth(0, earlier.size)}
    await fill(archive, 300, SIZE)
    again = {tile: (await load(client, tile.path))[1] for tile in early}
    assert again == early
    assert any(tile.width < 256 and tile.level == ENTRIES for tile in early)
    tree = TiledTree(earlier.size, lambda tile: decode_hashes(again[tile]))
    assert find_root(tree.read, earlier.size) == earlier.root
    now = read_checkpoint(log.checkpoint)
    assert is_consistent(earlier.size, earlier.root, now.size, now.root, await log.growth(earlier.size))


async def test_nothing_is_served_that_is_not_under_the_checkpoint(client: Client, archive: Archive) -> None:
    await fill(archive, 0, 300)
    folder = (await archive.log(OFFICE)).folder
    # What an append that was cut off leaves behind.
    (folder / Tile(0, 1, 60).path).write_bytes(bytes(60 * 32))
    (folder / Tile(ENTRIES, 2, 1).path).parent.mkdir(parents=True)
    (folder / Tile(ENTRIES, 2, 1).path).write_bytes(b"\0\1x")
    assert (await load(client, Tile(0, 1, 44).path))[0] == 200
    for tile in (Tile(0, 1, 45), Tile(0, 1, 60), Tile(0, 1), Tile(ENTRIES, 2, 1), Tile(1, 0, 2), Tile(2, 0, 1)):
        assert (await load(client, tile.path))[0] == 404, tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/05",
        "tile/0/000.p/256",
        "tile/0/1",
        "tile/00/000",
        "tile/entries",
        "tile/entries/000.p",
        "tile/0/%2e%2e/%2e%2e/checkpoint",
        "tile/..%2f..%2fcheckpoint",
        "tile/0/" + "x999/" * 1500 + "000",
        "checkpoint/",
        "checkpoint.new",
        "keys",
    ],
)
async def test_there_is_nothing_else(client: Client, archive: Archive, path: str) -> None:
    await fill(archive, 0, 5)
    assert (await load(client, path))[0] == 404


@pytest.mark.parametrize("office", [OTHER, "nobody", "..", "%2e%2e", "a%2fb", "x" * 65])
async def test_another_office_is_not_told_apart_from_none(
    client: Client, archive: Archive, office: str, tmp_path: Path
) -> None:
    await fill(archive, 0, 5)
    before = sorted((tmp_path / "evidence").rglob("*"))
    for path in ("checkpoint", "tile/0/000.p/5"):
        assert (await load(client, path, office))[0] == 404
    assert sorted((tmp_path / "evidence").rglob("*")) == before, "asking begins no log"


async def test_offices_are_served_apart(client: Client, archive: Archive) -> None:
    await fill(archive, 0, 5)
    await fill(archive, 5, 7, OTHER)
    _, ours = await load(client, "tile/entries/000.p/5")
    _, theirs = await load(client, "tile/entries/000.p/2", OTHER)
    assert (OTHER.encode() in ours, OFFICE.encode() in theirs) == (False, False)
    assert (await load(client, "tile/entries/000.p/5", OTHER))[0] == 404


async def test_tiles_may_be_kept_and_checkpoints_not(client: Client, archive: Archive) -> None:
    await fill(archive, 0, 5)
    async with client.get(f"/evidence/{OFFICE}/checkpoint") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"].startswith("text/plain")
    async with client.get(f"/evidence/{OFFICE}/tile/0/000.p/3") as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        async with client.request(method, f"/evidence/{OFFICE}/checkpoint") as answer:
            assert answer.status == 405


async def test_what_cannot_be_read_is_not_told(client: Client, archive: Archive) -> None:
    await fill(archive, 0, 5)
    (entries,) = ((await archive.log(OFFICE)).folder / "tile/entries/000.p").iterdir()
    entries.write_bytes(b"\0")
    status, body = await load(client, "tile/entries/000.p/5")
    assert (status, str(entries).encode() in body) == (503, False)
