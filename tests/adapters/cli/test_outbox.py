"""`paraaf outbox` on a database with what failed for good and what waits."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner

from adapters.cli import app
from bot.domain.envelope import EnvelopeId
from bot.domain.log import Happening, LogLine
from bot.domain.outgoing import Errand
from storage.sql.migrations import migrate
from storage.sql.store import SqlStore, SqlTransaction
from tests import builders as a
from tests.adapters.cli.conftest import Run

T = TypeVar("T")
SECRET = "Karim is op vakantie"


def work(folder: Path, what: Callable[[SqlTransaction], Awaitable[T]]) -> T:
    async def run() -> T:
        store = SqlStore(f"sqlite:///{folder}/data/paraaf.db")
        async with store.transaction() as tx:
            done = await what(tx)
        await store.dispose()
        return done

    return asyncio.run(run())


async def fill(tx: SqlTransaction) -> None:
    await tx.offices.save(a.an_office())
    await tx.people.save_client(a.a_client())
    await tx.people.save_contact(a.a_contact())
    await tx.dossiers.add(a.an_item())
    await tx.envelopes.add(a.an_envelope())
    await tx.outbox.put(a.an_outgoing(Errand.SEAL), a.at())
    facts = {"words": SECRET, "tenant": "T0OFFICE", "user": "U0KARIM"}
    about_nobody = a.an_outgoing(Errand.TAKE_FILES, subject="", place=a.a_place("C2"), facts=facts)
    await tx.outbox.put(about_nobody, a.at())
    await tx.outbox.put(a.an_outgoing(Errand.SHOW_CARD, place=a.a_place("C3")), a.at())
    for row in await tx.outbox.claim(a.at(), a.at(1) - a.at(), 9):
        if row.id == 3:
            await tx.outbox.postpone(row, a.at(9), "rate limited", unclear=False)
        else:
            assert await tx.outbox.bury(row, "too-heavy\u001b[31m")


@pytest.fixture(autouse=True)
def filled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows 1 (SEAL) and 2 (TAKE_FILES) are buried, row 3 waits."""
    monkeypatch.setenv("PARAAF_DATA_DIR", str(folder / "data"))
    (folder / "data").mkdir()
    asyncio.run(migrate(f"sqlite:///{folder}/data/paraaf.db"))
    work(folder, fill)


def lines(folder: Path) -> list[LogLine]:
    return list(work(folder, lambda tx: tx.log.of_envelope(a.OFFICE, EnvelopeId("envelope-1"))))


def test_the_list_tells_what_to_know_and_nothing_of_people(paraaf: Run) -> None:
    shown = paraaf("outbox", "list").stdout.splitlines()
    assert [line.split(";")[0] for line in shown] == ["1: seal", "2: take files", "3: show card"]
    since = "since 2026-03-02 13:00"
    assert (
        shown[0] == f"1: seal; request envelope-1; Van Dijk Accountants, slack; {since}; 1 try; buried; too-heavy[31m"
    )
    assert shown[1].startswith(f"2: take files; no request; Van Dijk Accountants, slack; {since}")
    assert shown[2].endswith("1 try; due 2026-03-02 13:09; rate limited")
    assert SECRET not in str(shown)
    assert "U0KARIM" not in str(shown)


def test_the_list_is_narrowed(paraaf: Run) -> None:
    assert len(paraaf("outbox", "list", "--dead").stdout.splitlines()) == 2
    assert len(paraaf("outbox", "list", "--office", "Van Dijk Accountants").stdout.splitlines()) == 3
    assert paraaf("offices", "add", "Elders").exit_code == 0
    assert paraaf("outbox", "list", "--office", "Elders").stdout == "Nothing.\n"
    assert paraaf("outbox", "list", "--office", "Nergens").exit_code == 1


def test_a_retry_is_logged_with_the_request(paraaf: Run, folder: Path) -> None:
    assert paraaf("outbox", "retry", "1").stdout.startswith("back in line: 1: seal; request envelope-1;")
    assert [line.split(";")[0] for line in paraaf("outbox", "list", "--dead").stdout.splitlines()] == ["2: take files"]
    [line] = lines(folder)
    assert (line.happening, line.by.name) == (Happening.DELIVERY_RETRIED, "Paraaf")
    assert line.facts == {"errand": "seal", "why": "too-heavy\u001b[31m"}
    assert line.evidence_follows


def test_everything_is_retried_only_where_it_is_said(paraaf: Run, folder: Path) -> None:
    for wrong in (("retry",), ("retry", "1", "--all"), ("retry", "1", "--office", "Van Dijk Accountants"), ("drop",)):
        assert paraaf("outbox", *wrong).exit_code == 2
    assert paraaf("offices", "add", "Elders").exit_code == 0
    assert paraaf("outbox", "retry", "--all", "--office", "Elders").stdout == "Nothing.\n"
    assert lines(folder) == []
    assert len(paraaf("outbox", "retry", "--all").stdout.splitlines()) == 2
    assert paraaf("outbox", "list", "--dead").stdout == "Nothing.\n"


def test_what_is_not_buried_is_told_and_left(paraaf: Run) -> None:
    before = paraaf("outbox", "list").stdout
    for command in (("retry",), ("drop", "--yes"), ("drop",)):
        result = paraaf("outbox", *command, "3", "99")
        assert result.exit_code == 1
        assert "left as it is: 3, 99." in result.stderr
    assert paraaf("outbox", "list").stdout == before


def test_a_drop_is_asked_and_logged(paraaf: Run, folder: Path) -> None:
    refused = CliRunner().invoke(app, ["outbox", "drop", "1"], input="n\n")
    assert refused.exit_code == 1
    assert "1: seal; request envelope-1" in refused.stdout
    assert "Nothing was dropped." in refused.stdout
    assert lines(folder) == []
    assert len(paraaf("outbox", "list", "--dead").stdout.splitlines()) == 2

    agreed = CliRunner().invoke(app, ["outbox", "drop", "1", "2"], input="y\n")
    assert agreed.exit_code == 0
    assert agreed.stdout.splitlines()[-1].startswith("dropped: 2: take files")
    assert [line.happening for line in lines(folder)] == [Happening.DELIVERY_DROPPED]
    assert paraaf("outbox", "list", "--dead").stdout == "Nothing.\n"
