"""`paraaf sources`: who may deliver."""

import asyncio
from pathlib import Path

import pytest

from adapters.settings import load_settings
from bot.domain.delivery import SourcePackage
from bot.use_cases.secrets import hash_secret
from bot.use_cases.sources import read_token
from storage.sql.store import SqlStore
from tests import builders as a
from tests.adapters.cli.conftest import Run


def read_all() -> tuple[SourcePackage, ...]:
    async def read() -> tuple[SourcePackage, ...]:
        store = SqlStore(load_settings().database_url)
        async with store.reading() as tx:
            found = await tx.sources.active()
        await store.dispose()
        return found

    return asyncio.run(read())


@pytest.fixture(autouse=True)
def offices(paraaf: Run) -> None:
    for name in ("Van Dijk", "Anderen"):
        assert paraaf("offices", "add", name).exit_code == 0


def test_a_token_is_shown_once_and_only_its_hash_is_kept(
    paraaf: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAAF_INBOX", "inbox")
    added = paraaf("sources", "add", "twinfield", "--office", "Van Dijk")
    token = added.stdout.splitlines()[-1]
    [source] = read_all()
    assert source.token_hash == hash_secret(token)
    assert read_token(token) == source.id
    listed = paraaf("sources", "list", "--office", "Van Dijk").stdout
    assert f"folder {folder}/inbox/{source.office}/twinfield" in listed
    assert token not in listed
    assert token.encode() not in (folder / "var" / "paraaf.db").read_bytes()
    assert "There is no source yet." in paraaf("sources", "list", "--office", "Anderen").stdout


def test_a_source_is_renewed_revoked_and_told_how_to_read_names(paraaf: Run) -> None:
    of = ("--office", "Van Dijk")
    first = paraaf("sources", "add", "twinfield", *of).stdout.splitlines()[-1]
    second = paraaf("sources", "renew", "TwinField", *of).stdout.splitlines()[-1]
    [source] = read_all()
    assert source.token_hash == hash_secret(second) != hash_secret(first)
    assert "files {kind}" in paraaf("sources", "pattern", "twinfield", "{kind}_{client}_{period}.pdf", *of).stdout
    assert "files" not in paraaf("sources", "pattern", "twinfield", *of).stdout
    assert "revoked" in paraaf("sources", "revoke", "twinfield", *of).stdout
    assert read_all() == ()


@pytest.mark.parametrize("name", ["..", "a/b", "A", "x", ".done", "é1", "a" * 41, "con "])
def test_a_name_is_that_of_a_folder(paraaf: Run, name: str) -> None:
    refused = paraaf("sources", "add", "--office", "Van Dijk", "--", name)
    assert refused.exit_code == 1
    assert "cannot name a folder" in refused.stderr


def test_what_is_wrong_is_told(paraaf: Run) -> None:
    of = ("--office", "Van Dijk")
    paraaf("sources", "add", "twinfield", *of)
    for command, words in (
        (("add", "twinfield"), "There is a source “twinfield” already"),
        (("renew", "exact"), "Van Dijk has no source “exact”; there are: twinfield."),
        (("pattern", "twinfield", "{client}.pdf"), "{kind} is missing"),
    ):
        refused = paraaf("sources", *command, *of)
        assert refused.exit_code == 1
        assert words in refused.stderr
    assert paraaf("sources", "revoke", "twinfield", "--office", "Anderen").exit_code == 1
    assert len(read_all()) == 1


def test_the_doctor_tells_of_an_office_where_nobody_would_see_a_delivery_that_waits(paraaf: Run) -> None:
    paraaf("sources", "add", "twinfield", "--office", "Van Dijk")

    async def choose() -> None:
        store = SqlStore(load_settings().database_url)
        async with store.transaction() as tx:
            (office,) = [each for each in await tx.offices.all() if each.name == "Van Dijk"]
            await tx.offices.set_intake(office.id, a.a_place())
        await store.dispose()

    assert "Van Dijk has no intake channel" in paraaf("doctor").stdout
    asyncio.run(choose())
    told = paraaf("doctor").stdout
    assert "Van Dijk: 0 wait for a choice" in told
    assert "Anderen" not in told
