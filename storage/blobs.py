"""Documents by their SHA-256, in a folder or in a bucket: `ab/cd/abcd…`.

Whoever reads gets bytes that were checked first, never bytes that are found to be damaged afterwards. What fits into
`_IN_MEMORY` bytes is read once; what is larger is read twice, the first time only for its hash, so that memory stays
bounded.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Protocol

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from bot.domain.dossier import Content
from bot.domain.errors import StoreUnavailable
from storage.folders import sync_folder

_PIECE = 1 << 20
"""Bytes in one piece: few enough for many readers at once, enough for a disk and a network."""
_IN_MEMORY = 16 << 20
"""Bytes of a document that is held whole while it is checked; documents from a platform are at most 10 MB."""
_NOT_LASTING = frozenset({"file", "memory"})
"""Schemes that obstore knows and that lose what was acknowledged: see `Folder`."""
_HEX = frozenset("0123456789abcdef")


class Shelf(Protocol):
    """Where bytes lie under a path; raises `KeyError` where there are none, and `StoreUnavailable`."""

    async def write(self, path: str, content: bytes | BinaryIO) -> None:
        """Put bytes, or those of a file from where it stands, in place as a whole, in place of any that lie there.

        They are durable when this returns.
        """

    def read(self, path: str) -> AsyncIterator[bytes]:
        """The bytes in pieces."""


class HashedBlobs:
    """Keeps `bot.ports.Blobs` on a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def put(self, content: bytes) -> Content:
        digest = await asyncio.to_thread(lambda: sha256(content).hexdigest())
        # Written again even where it lies already, which heals what was damaged.
        await self._shelf.write(_find_path(digest), content)
        return Content(digest, len(content))

    async def put_file(self, file: BinaryIO) -> Content:
        digest, size = await asyncio.to_thread(_hash_file, file)
        await asyncio.to_thread(file.seek, 0)
        await self._shelf.write(_find_path(digest), file)
        return Content(digest, size)

    async def read(self, sha256: str) -> AsyncIterator[bytes]:
        path = _find_path(sha256)
        pieces = await self._check(path, sha256)
        if pieces is not None:
            for piece in pieces:
                yield piece
            return
        async for piece in self._shelf.read(path):
            yield piece

    async def _check(self, path: str, expected: str) -> list[bytes] | None:
        """The checked pieces, or None when there are too many to hold. Raises `ValueError` when damaged."""
        hashed, size = sha256(), 0
        held: list[bytes] = []
        async for piece in self._shelf.read(path):
            hashed.update(piece)
            size += len(piece)
            if size > _IN_MEMORY:
                held.clear()
            else:
                held.append(piece)
        if (actual := hashed.hexdigest()) != expected:
            raise ValueError(f"{path} is damaged: its {size} bytes have the hash {actual}")
        return held if size <= _IN_MEMORY else None


class Folder:
    """A shelf in a folder of this machine.

    obstore's own LocalStore opens, writes and renames but never flushes to the disk, so that a power cut can empty what
    was acknowledged; here the file and every folder on the way are flushed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def write(self, path: str, content: bytes | BinaryIO) -> None:
        try:
            await asyncio.to_thread(self._write, self._root / path, content)
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    async def read(self, path: str) -> AsyncIterator[bytes]:
        try:
            with await asyncio.to_thread((self._root / path).open, "rb") as file:
                while piece := await asyncio.to_thread(file.read, _PIECE):
                    yield piece
        except FileNotFoundError:
            raise KeyError(path) from None
        except OSError as error:
            raise StoreUnavailable(str(error)) from error

    def _write(self, path: Path, content: bytes | BinaryIO) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as file:
            part = Path(file.name)
            try:
                copyfileobj(BytesIO(content) if isinstance(content, bytes) else content, file, _PIECE)
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        # A crash before these lines may lose the name of the file or of a folder on the way, but leaves no half a file.
        for folder in (path.parent, path.parent.parent, self._root, self._root.parent):
            sync_folder(folder)


class Bucket:
    """A shelf in an object store, which is durable once it has answered."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def write(self, path: str, content: bytes | BinaryIO) -> None:
        try:
            await self._objects.put_async(path, content)
        except BaseError as error:
            raise StoreUnavailable(_first_line(error)) from error

    async def read(self, path: str) -> AsyncIterator[bytes]:
        try:
            found = await self._objects.get_async(path)
            async for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)
        except (NotFoundError, FileNotFoundError):
            raise KeyError(path) from None
        except BaseError as error:
            raise StoreUnavailable(_first_line(error)) from error


def open_blobs(where: str | Path) -> HashedBlobs:
    """Blobs in a folder, or under a URL such as `s3://bucket/prefix` with credentials from the `AWS_…` environment.

    Nothing is connected yet. Raises `ValueError` for a URL that no lasting object store answers to.
    """
    scheme, separator, _ = str(where).partition("://")
    if not separator:
        return HashedBlobs(Folder(Path(where)))
    if scheme in _NOT_LASTING:
        raise ValueError(f"no object store at {where}: name a folder by its path, or a bucket such as s3://bucket")
    try:
        objects = from_url(
            str(where),
            client_options={"connect_timeout": timedelta(seconds=5), "timeout": timedelta(seconds=60)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )
    except BaseError as error:
        raise ValueError(f"no object store at {where}: {_first_line(error)}") from error
    return HashedBlobs(Bucket(objects))


def _find_path(digest: str) -> str:
    # A path is made of nothing but a hash, so that no name from outside can lead out of the folder.
    if len(digest) != sha256().digest_size * 2 or not _HEX.issuperset(digest):
        raise KeyError(digest)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _hash_file(file: BinaryIO) -> tuple[str, int]:
    """The SHA-256 of a whole file, and its size."""
    file.seek(0)
    hashed = sha256()
    while piece := file.read(_PIECE):
        hashed.update(piece)
    return hashed.hexdigest(), file.tell()


def _first_line(error: BaseError) -> str:
    """What the object store said, without its own debugging output below."""
    return str(error).partition("\n")[0]
