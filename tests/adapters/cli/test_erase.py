"""A person is erased, and everything that was proven stays so."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.cli import app
from adapters.commands.erase import erase, look_up
from adapters.evidence.opening import name_person
from adapters.parts import open_store
from bot.domain.envelope import EnvelopeId
from bot.domain.log import Happening
from bot.use_cases.find_person import PersonRefused
from storage.evidence.errors import Erased
from storage.evidence.fsck import audit_log
from storage.evidence.verify import Verdict, verify_proof
from storage.vault import open_vault
from tests import builders as a
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.evidence_office import ENVELOPE, KARIM, PDF, SANNE, Desk, furnish


@pytest.fixture
def desk(folder: Path) -> Desk:
    return furnish(folder)


def can_read(desk: Desk) -> list[str]:
    """The decisions whose personal side can still be read."""
    payloads, readable = desk.open().payloads(a.OFFICE), []
    for number, who in enumerate((SANNE, SANNE, KARIM)):
        try:
            payloads.open(name_person(who), f"decision-{number}")
        except Erased:
            continue
        readable.append(f"decision-{number}")
    return readable


def has_signature(desk: Desk) -> bool:
    async def look() -> bool:
        async with open_store(desk.settings, open_vault(desk.settings.personal_key)) as store, store.reading() as tx:
            return await tx.signatures.list_envelopes(a.OFFICE, KARIM) == (EnvelopeId(ENVELOPE),)

    return asyncio.run(look())


def check_proofs(desk: Desk) -> None:
    reader = desk.open().reader(a.OFFICE)
    digest = a.a_content(PDF).sha256
    for index in range(reader.size):
        report = verify_proof(str(reader.prove(index)).encode(), reader.keys, digest)
        assert report.verdict is Verdict.HOLDS
    assert audit_log(desk.root / "logs" / a.OFFICE, reader.keys, []).faults == ()


@pytest.mark.parametrize("who", ["Karim Haddad", "KARIM@haddad.example", "slack:T0CLIENT:U0CLIENT"])
def test_a_person_is_erased_and_every_proof_still_holds(paraaf: Run, desk: Desk, who: str) -> None:
    assert has_signature(desk)
    result = paraaf("erase", who, "--yes")
    assert result.exit_code == 0
    assert "2 maart 2026 13:02, verzoek envelope-1: goedgekeurd" in result.stdout
    assert "verzoek envelope-1: de getekende of getypte handtekening" in result.stdout
    assert "Karim Haddad is gewist." in result.stdout.replace("\u2068", "").replace("\u2069", "")
    assert can_read(desk) == ["decision-0", "decision-1"]
    assert not has_signature(desk)
    check_proofs(desk)
    again = paraaf("erase", who, "--yes")
    assert (again.exit_code, "wordt niets bewaard dat nog leesbaar is" in again.stdout) == (0, True)
    check_proofs(desk)


@pytest.mark.parametrize(
    ("name", "until"), [("Aangifte.pdf", "31 december 2033"), ("WOZ-beschikking.pdf", "31 december 2036")]
)
def test_what_the_law_says_to_keep_is_named(paraaf: Run, folder: Path, name: str, until: str) -> None:
    furnish(folder, document=name)
    result = paraaf("erase", "Karim Haddad", "--yes")
    assert f"{name}: tot en met {until} (" in result.stdout


def test_the_name_has_to_be_typed(desk: Desk) -> None:
    for typed in ("", "karim", "Sanne de Vries"):
        result = CliRunner().invoke(app, ["erase", "Karim Haddad"], input=f"{typed}\n")
        assert result.exit_code == 1
    assert can_read(desk) == ["decision-0", "decision-1", "decision-2"]
    assert has_signature(desk)
    assert CliRunner().invoke(app, ["erase", "Karim Haddad"], input="Karim Haddad\n").exit_code == 0
    assert can_read(desk) == ["decision-0", "decision-1"]


def test_it_works_beside_the_process_that_holds_the_log(paraaf: Run, desk: Desk) -> None:
    archive = desk.open()

    async def erase_beside() -> None:
        await archive.log(a.OFFICE)
        assert (await asyncio.to_thread(paraaf, "erase", "Karim Haddad", "--yes")).exit_code == 0
        await archive.close()

    asyncio.run(erase_beside())
    assert can_read(desk) == ["decision-0", "decision-1"]


@pytest.mark.parametrize("names", [{"by": a.a_party("Karim Haddad", KARIM)}, {"facts": {"to_account": KARIM.user}}])
def test_what_is_still_to_be_recorded_is_waited_for(paraaf: Run, desk: Desk, names: dict[str, Any]) -> None:
    async def act_meanwhile() -> None:
        found = await look_up(desk.settings, "Karim Haddad", None, None)
        async with open_store(desk.settings) as store, store.transaction() as tx:
            await tx.log.add([a.a_log_line(Happening.VIEWED, **names)])
        with pytest.raises(PersonRefused):
            await erase(desk.settings, found, None)

    asyncio.run(act_meanwhile())
    result = paraaf("erase", "Karim Haddad", "--yes")
    assert result.exit_code == 1
    assert "1 event is still to be recorded" in result.stderr
    assert "Let Paraaf catch up, then run this again" in result.stderr
    assert can_read(desk) == ["decision-0", "decision-1", "decision-2"]
    assert has_signature(desk)


def test_nobody_is_guessed(paraaf: Run, desk: Desk) -> None:
    async def add_namesake() -> None:
        async with open_store(desk.settings) as store, store.transaction() as tx:
            await tx.people.save_contact(a.a_contact(id="contact-2", email="other@haddad.example", preferred=False))

    asyncio.run(add_namesake())
    for who, words in (
        ("Karim Haddad", "several contacts"),
        ("Karim", "no contact"),
        ("", "no contact"),
        ("other@haddad.example", "No account"),
        ("slack:T0CLIENT", "no contact"),
    ):
        result = paraaf("erase", who, "--yes")
        assert result.exit_code == 1
        assert words in result.stderr
    assert can_read(desk) == ["decision-0", "decision-1", "decision-2"]


def test_without_the_evidence_the_way_out_is_told(paraaf: Run, desk: Desk, folder: Path) -> None:
    result = paraaf("erase", "Karim Haddad", "--yes", "--evidence-dir", folder / "elsewhere")
    assert result.exit_code == 1
    assert "run this where the evidence is kept" in result.stderr
    assert has_signature(desk)
    (desk.root.parent / "evidence.secret").write_text("not the secret of it")
    assert paraaf("erase", "Karim Haddad", "--yes").exit_code == 1
    assert has_signature(desk)
