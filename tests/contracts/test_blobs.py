from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

import obstore
import pytest
from obstore.store import MemoryStore

from bot.domain.dossier import Content
from bot.ports import Blobs
from storage.blobs import Bucket, HashedBlobs, open_blobs

MEGABYTE = 1 << 20
Overwrite = Callable[[str, bytes], None]


@pytest.fixture
def memory() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, memory: MemoryStore) -> Blobs:
    return open_blobs(tmp_path / "blobs") if request.param == "folder" else HashedBlobs(Bucket(memory))


@pytest.fixture
def overwrite(blobs: Blobs, tmp_path: Path, memory: MemoryStore) -> Overwrite:
    """Damages what lies under a path, behind the store's back."""

    def damage(path: str, content: bytes) -> None:
        file = tmp_path / "blobs" / path
        if file.exists():
            file.write_bytes(content)
        else:
            obstore.put(memory, path, content)

    return damage


async def read(blobs: Blobs, digest: str) -> bytes:
    return b"".join([piece async for piece in blobs.read(digest)])


def list_files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def path_of(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


@pytest.mark.parametrize("size", [0, 1, MEGABYTE, MEGABYTE + 1, 10 * MEGABYTE, 16 * MEGABYTE, 17 * MEGABYTE])
async def test_bytes_come_back_as_they_were_put(blobs: Blobs, size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    kept = await blobs.put(content)
    assert kept == Content(sha256(content).hexdigest(), size)
    assert await read(blobs, kept.sha256) == content


@pytest.mark.parametrize("size", [0, 1, MEGABYTE + 1, 17 * MEGABYTE])
async def test_a_file_comes_back_from_its_first_byte(blobs: Blobs, size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    with TemporaryFile() as file:
        file.write(content)
        kept = await blobs.put_file(file)
    assert kept == Content(sha256(content).hexdigest(), size)
    assert await read(blobs, kept.sha256) == content


async def test_the_same_bytes_twice_are_kept_once(blobs: Blobs, tmp_path: Path, memory: MemoryStore) -> None:
    assert await blobs.put(b"same") == await blobs.put(b"same")
    objects = [each for batch in memory.list() for each in batch]
    assert len(list_files(tmp_path)) + len(objects) == 1


async def test_what_was_never_put_is_a_key_error(blobs: Blobs) -> None:
    with pytest.raises(KeyError):
        await read(blobs, sha256(b"never").hexdigest())


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, "zz" * 32, "/" * 64])
async def test_what_is_no_hash_is_a_key_error(blobs: Blobs, name: str) -> None:
    with pytest.raises(KeyError):
        await read(blobs, name)


@pytest.mark.parametrize("size", [100, 20 * MEGABYTE], ids=["small", "large"])
async def test_nobody_gets_a_byte_of_damaged_content(blobs: Blobs, overwrite: Overwrite, size: int) -> None:
    content = bytes(size)
    kept = await blobs.put(content)
    overwrite(path_of(kept.sha256), content[:-1] + b"x")
    with pytest.raises(ValueError, match="damaged"):
        await anext(aiter(blobs.read(kept.sha256)))


async def test_a_file_that_was_cut_short_is_damaged(blobs: Blobs, overwrite: Overwrite) -> None:
    kept = await blobs.put(b"complete")
    overwrite(path_of(kept.sha256), b"")
    with pytest.raises(ValueError, match="damaged"):
        await read(blobs, kept.sha256)


async def test_putting_the_bytes_again_heals(blobs: Blobs, overwrite: Overwrite) -> None:
    kept = await blobs.put(b"complete")
    overwrite(path_of(kept.sha256), b"comp")
    await blobs.put(b"complete")
    assert await read(blobs, kept.sha256) == b"complete"
