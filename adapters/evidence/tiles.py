"""The logs for the world, read-only: static tiles as in C2SP tlog-tiles, below `/evidence/OFFICE`.

Nothing is shown that is not under the newest checkpoint that lasts, there is no listing, and a log that does not exist
looks like one of an office that has none.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import Damaged, EvidenceError
from storage.evidence.log import EvidenceLog
from storage.evidence.tiles import ENTRIES, Tile, encode_bundle, find_tile, parse_path, read_tile

FindLog = Callable[[str], Awaitable[EvidenceLog | None]]
"""The log of an office by its id, or None where it has none. Raises `EvidenceError`, `OSError`."""

_FOR_EVER = "public, max-age=31536000, immutable"
_TRIES = 3
_LONGEST_PATH = 64
"""Characters, which are enough for the tile at the end of the largest tree."""

_log = structlog.get_logger(__name__)


def serve_tiles(find_log: FindLog) -> list[web.AbstractRouteDef]:
    """`GET /evidence/OFFICE/checkpoint` and `…/tile/…`; an origin with `https://` before it leads there."""

    async def show_checkpoint(request: web.Request) -> web.Response:
        log = await _find(find_log, request)
        return web.Response(text=str(log.checkpoint), headers={"Cache-Control": "no-cache"})

    async def show_tile(request: web.Request) -> web.Response:
        tile = _read_path(request)
        log = await _find(find_log, request)
        if not _is_under(read_checkpoint(log.checkpoint).size, tile):
            raise web.HTTPNotFound
        try:
            content = await asyncio.to_thread(_read, log, tile)
        except (EvidenceError, OSError) as error:
            raise _give_up(error) from error
        return web.Response(body=content, headers={"Cache-Control": _FOR_EVER})

    return [
        web.get("/evidence/{office}/checkpoint", show_checkpoint),
        web.get("/evidence/{office}/tile/{path:.+}", show_tile),
    ]


def _read_path(request: web.Request) -> Tile:
    path = f"tile/{request.match_info['path']}"
    # A number of thousands of digits is none that Python would take.
    if len(path) > _LONGEST_PATH or (tile := parse_path(path)) is None:
        raise web.HTTPNotFound
    return tile


async def _find(find_log: FindLog, request: web.Request) -> EvidenceLog:
    try:
        log = await find_log(request.match_info["office"])
    except (EvidenceError, OSError) as error:
        raise _give_up(error) from error
    if log is None:
        raise web.HTTPNotFound
    return log


def _give_up(error: Exception) -> web.HTTPServiceUnavailable:
    _log.error("tiles_unreadable", error=type(error).__name__)
    return web.HTTPServiceUnavailable()


def _is_under(size: int, tile: Tile) -> bool:
    """Whether a tree of this size, or one that it grew from, has this tile."""
    try:
        return tile.width <= find_tile(tile.level, tile.index, size).width
    except IndexError:
        return False


def _read(log: EvidenceLog, tile: Tile) -> bytes:
    """The bytes of a tile, cut from a wider one where it has grown since."""
    for left in reversed(range(_TRIES)):
        try:
            members = read_tile(log.folder, tile)
        except Damaged as error:
            # A partial tile gives way to a wider one, now and then just when it is looked for.
            if error.reason != "missing" or not left:
                raise
        else:
            return encode_bundle(members) if tile.level == ENTRIES else b"".join(members)
    raise AssertionError("the last try answers or raises")
