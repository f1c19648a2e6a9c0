"""What differs between the shelves: a folder's files, and how outages are told."""

from pathlib import Path
from stat import S_IMODE

import pytest

from bot.domain.errors import StoreUnavailable
from storage.blobs import open_blobs

MEGABYTE = 1 << 20


async def test_large_bytes_come_in_pieces_of_a_megabyte(tmp_path: Path) -> None:
    blobs = open_blobs(tmp_path)
    for size in (3, 20):
        kept = await blobs.put(bytes(size * MEGABYTE))
        assert [len(piece) async for piece in blobs.read(kept.sha256)] == [MEGABYTE] * size


async def test_a_file_is_called_by_its_hash_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    kept = await open_blobs(tmp_path / "new" / "folder").put(b"secret")
    file = tmp_path / "new" / "folder" / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
    assert file.read_bytes() == b"secret"
    assert S_IMODE(file.stat().st_mode) == 0o600


async def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    blobs = open_blobs(tmp_path)
    kept = await blobs.put(b"content")
    file = tmp_path / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
    file.unlink()
    file.mkdir()
    (file / "in the way").touch()
    with pytest.raises(StoreUnavailable):
        await blobs.put(b"content")
    with pytest.raises(StoreUnavailable):
        await anext(aiter(blobs.read(kept.sha256)))
    assert list(file.parent.iterdir()) == [file]


async def test_a_bucket_that_does_not_answer(unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    blobs = open_blobs("s3://paraaf/documents")
    with pytest.raises(StoreUnavailable, match="S3") as caught:
        await blobs.put(b"content")
    assert "\n" not in caught.value.reason
    with pytest.raises(StoreUnavailable):
        await anext(aiter(blobs.read("ab" * 32)))


@pytest.mark.parametrize("url", ["carrier-pigeon://loft", "s3://", "memory:///", "file:///tmp"])
def test_a_url_that_no_store_answers_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no object store"):
        open_blobs(url)
