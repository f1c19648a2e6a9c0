"""What is there already is opened beside the process that records in it."""

from pathlib import Path

from adapters.evidence.opening import make_key_finder
from tests.adapters.evidence.following import grow, open_archive
from tests.evidence.making import HOST, OFFICE, ORIGIN


async def test_keys_are_found_by_origin_and_asking_begins_no_log(tmp_path: Path) -> None:
    async with open_archive(tmp_path / "evidence") as archive:
        await grow(archive, 1)
        find_keys = make_key_finder(archive)
        assert await find_keys(ORIGIN) == (await archive.log(OFFICE)).keys
        for origin in ("", "x", f"evil.example/evidence/{OFFICE}", f"{HOST}/evidence/other", f"{HOST}/evidence/.."):
            assert await find_keys(origin) == []
        assert archive.offices() == [OFFICE]
