"""The vault: what is sealed opens only where it belongs, and a copy of the database shows nothing of it (attack 11)."""

from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.domain.errors import KeyRefused
from bot.domain.log import Unreadable
from bot.domain.signature import DrawnSignature, TypedSignature
from storage.sql.engine import connect
from storage.sql.store import SqlStore
from storage.sql.tables import metadata, personal_keys, signatures
from storage.vault import Vault, open_vault, read_vault
from tests import builders as a
from tests.databases import A_VAULT
from tests.pictures import make_png

KARIM, SANNE = ("office-1", "slack", "T0CLIENT", "U0KARIM"), ("office-1", "slack", "T0OFFICE", "U0SANNE")
NAME = "Karim Zonderling"


def test_what_is_sealed_opens_in_its_own_place() -> None:
    key = A_VAULT.make_key(*KARIM)
    assert A_VAULT.open(key, KARIM, A_VAULT.seal(key, KARIM, b"drawn", "envelope-1"), "envelope-1") == b"drawn"


def test_the_same_is_never_sealed_the_same() -> None:
    key = A_VAULT.make_key(*KARIM)
    assert len({A_VAULT.seal(key, KARIM, b"drawn", "envelope-1") for _ in range(9)}) == 9
    assert len({A_VAULT.make_key(*KARIM) for _ in range(9)}) == 9


def test_it_opens_nowhere_else_and_not_changed() -> None:
    key, other = A_VAULT.make_key(*KARIM), A_VAULT.make_key(*SANNE)
    sealed = A_VAULT.seal(key, KARIM, b"drawn", "envelope-1")
    attempts = [
        (A_VAULT, key, KARIM, sealed, "envelope-2"),
        (A_VAULT, key, SANNE, sealed, "envelope-1"),
        (A_VAULT, other, KARIM, sealed, "envelope-1"),
        (A_VAULT, other, SANNE, sealed, "envelope-1"),
        (A_VAULT, A_VAULT.make_key(*KARIM), KARIM, sealed, "envelope-1"),
        (Vault(bytes(32)), key, KARIM, sealed, "envelope-1"),
        (A_VAULT, key, KARIM, sealed[:-1] + bytes([sealed[-1] ^ 1]), "envelope-1"),
        (A_VAULT, key, KARIM, bytes([sealed[0] ^ 1]) + sealed[1:], "envelope-1"),
        (A_VAULT, key, KARIM, b"", "envelope-1"),
        (A_VAULT, b"", KARIM, sealed, "envelope-1"),
    ]
    for vault, wrapped, owner, content, place in attempts:
        with pytest.raises(ValueError, match="not sealed here"):
            vault.open(wrapped, owner, content, place)


def test_parts_of_a_place_cannot_be_shifted() -> None:
    key = A_VAULT.make_key(*KARIM)
    sealed = A_VAULT.seal(key, KARIM, b"drawn", "envelope", "1")
    with pytest.raises(ValueError, match="not sealed here"):
        A_VAULT.open(key, KARIM, sealed, "envelope1")


def test_a_hash_is_of_this_text_of_this_owner_under_this_key() -> None:
    known = A_VAULT.hash("office-1", "123456782")
    assert known == Vault(bytes(range(32))).hash("office-1", "123456782")
    others = {
        A_VAULT.hash("office-2", "123456782"),
        A_VAULT.hash("office-11", "23456782"),
        A_VAULT.hash("office-1", "123456783"),
        Vault(bytes(32)).hash("office-1", "123456782"),
        sha256(b"123456782").hexdigest(),
    }
    assert len(others) == 5
    assert known not in others


def test_a_key_file_is_made_once_and_for_one_user(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "personal.key"
    assert read_vault(file) is None
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(lambda _: open_vault(file), range(8)))
    assert len({vault.name for vault in vaults}) == 1
    assert list(file.parent.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o600
    again = read_vault(file)
    assert again
    assert again.name == vaults[0].name
    assert open_vault(tmp_path / "other.key").name != again.name


@pytest.mark.parametrize("content", [b"", b"no key", urlsafe_b64encode(bytes(31)), b"\xff" * 44, bytes(32)])
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "personal.key"
    file.write_bytes(content)
    with pytest.raises(KeyRefused, match="from a backup"):
        open_vault(file)
    assert file.read_bytes() == content


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "personal.key").mkdir()
    with pytest.raises(KeyRefused, match="Is a directory"):
        open_vault(tmp_path / "personal.key")


async def fill(store: SqlStore) -> None:
    async with store.transaction() as tx:
        for number in (1, 2):
            envelope = a.an_envelope(f"envelope-{number}")
            await tx.envelopes.add(envelope)
            drawn = DrawnSignature(make_png(), (((12.5, 34.25), (77.125, 91.0)),))
            given = drawn if number == 1 else TypedSignature(NAME)
            await tx.signatures.add(envelope, a.an_account(), given)


async def dump(url: str) -> str:
    engines = connect(url)
    async with engines.reading.connect() as connection:
        rows = [row for table in metadata.tables for row in await connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - our own table's name
    await engines.dispose()
    return "\n".join(
        bytes(cell).decode("latin-1") if isinstance(cell, bytes) else str(cell) for row in rows for cell in row
    )


async def test_a_dump_of_the_database_shows_no_drawing_and_no_typed_name(
    office_store: SqlStore, database_url: str
) -> None:
    await fill(office_store)
    dumped = await dump(database_url)
    assert "envelope-2" in dumped
    for shown in (NAME, "PNG", "IHDR", "iVBOR", "strokes", "77.125"):
        assert shown not in dumped


async def test_a_row_that_was_moved_does_not_open(office_store: SqlStore, database_url: str) -> None:
    await fill(office_store)
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        sealed = (
            await connection.execute(
                text("SELECT sealed FROM signatures WHERE envelope_id = 'envelope-2'"),
            )
        ).scalar_one()
        await connection.execute(
            update(signatures).where(signatures.c.envelope_id == "envelope-1").values(sealed=sealed)
        )
    await engines.dispose()
    async with office_store.reading() as tx:
        assert await tx.signatures.get(a.an_envelope("envelope-2"), a.an_account()) == TypedSignature(NAME)
        with pytest.raises(ValueError, match="not sealed here"):
            await tx.signatures.get(a.an_envelope("envelope-1"), a.an_account())
        found = await tx.signatures.of_envelopes(a.OFFICE, [a.an_envelope().id])
        assert [each.content for each in found.values()] == [Unreadable.DAMAGED]


async def test_without_the_key_of_a_person_nothing_of_theirs_is_left(office_store: SqlStore, database_url: str) -> None:
    await fill(office_store)
    engines = connect(database_url)
    async with engines.writing.begin() as connection:
        await connection.execute(personal_keys.delete())
    await engines.dispose()
    async with office_store.reading() as tx:
        with pytest.raises(ValueError, match="the key of this person is gone"):
            await tx.signatures.get(a.an_envelope(), a.an_account())
        found = await tx.signatures.of_envelopes(a.OFFICE, [a.an_envelope().id])
        assert [each.content for each in found.values()] == [Unreadable.ERASED]


async def test_another_master_key_is_found_out(office_store: SqlStore, database_url: str) -> None:
    await office_store.require_key()
    await fill(office_store)
    await office_store.require_key()
    for vault in (Vault(bytes(32)), None):
        other = SqlStore(database_url, vault=vault)
        with pytest.raises(KeyRefused, match="put that file back"):
            await other.require_key()
        await other.dispose()
