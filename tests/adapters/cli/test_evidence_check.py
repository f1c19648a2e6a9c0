"""Whatever somebody changes in the database behind Paraaf's back, the evidence says otherwise, and `check` names it."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from adapters.evidence.checking import PAGE
from adapters.settings import load_settings
from bot.domain.log import Happening
from tests import builders as a
from tests.adapters.cli.checked_office import KARIM, LINES, REJECTED, Checked, a_line, furnish
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.forgeries import ACCOUNT, CONSENT, FORGERIES, PLACE, WHO, Forgery

FITS = f"{LINES} lines compared with the evidence: everything fits.\n"
DIFFERS = "compared with the evidence: the database and the evidence do not say the same."


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("furnished")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PARAAF_")]:
            patch.delenv(name)
        patch.chdir(folder)
        furnish(folder)
    return folder


@pytest.fixture
def office(folder: Path, furnished: Path) -> Checked:
    """A copy for one test, in its working directory."""
    shutil.copytree(furnished / "var", folder / "var")
    return Checked(load_settings())


def test_an_untouched_office_passes(paraaf: Run, office: Checked) -> None:
    result = paraaf("evidence", "check")
    assert (result.exit_code, result.stdout) == (0, FITS)
    assert paraaf("evidence", "check", "--office", a.OFFICE, "--evidence-dir", "var/evidence").stdout == FITS


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_what_was_forged_is_found_and_named(paraaf: Run, office: Checked, forgery: Forgery) -> None:
    forgery.forge(office)
    result = paraaf("evidence", "check")
    *found, verdict = result.stdout.splitlines()
    assert result.exit_code == 1
    assert verdict.endswith(DIFFERS)
    assert [each.split("; the first: ")[0] for each in found] == list(forgery.found)
    assert found[0].endswith(forgery.spot), found[0]
    assert "Karim" not in result.stdout


def test_all_are_counted_and_the_first_of_each_kind_is_named(paraaf: Run, office: Checked) -> None:
    office.sql("UPDATE log SET at = replace(at, ':30:00', ':31:00'), by_name = 'Mila'")
    result = paraaf("evidence", "check")
    first, approval = office.number_of(Happening.SENT), office.number_of(Happening.APPROVED)
    times, names, verdict = result.stdout.splitlines()
    assert times == (
        "2 lines with another time; the first: "
        f"line {approval} (approved, 2026-03-02 12:31:00 UTC, request approved), entry 3"
    )
    assert names == (
        "8 lines with another name of who did it; the first: "
        f"line {first} (sent, 2026-03-02 12:00:00 UTC, request approved), entry 0"
    )
    assert verdict == f"{LINES} lines {DIFFERS}"


def test_an_erased_person_is_said_and_no_fault(paraaf: Run, office: Checked) -> None:
    assert paraaf("erase", "Karim Haddad", "--yes").exit_code == 0
    result = paraaf("evidence", "check")
    # Karim did five things, and is named as a signer in one that Sanne did.
    erased = "6 lines about somebody who was erased: the values of that person cannot be compared.\n"
    assert (result.exit_code, result.stdout) == (0, erased + FITS)
    office.write(a_line(Happening.VIEWED, 90, REJECTED, by=KARIM))
    office.record()
    result = paraaf("evidence", "check")
    assert (result.exit_code, result.stdout) == (0, erased + FITS.replace(str(LINES), str(LINES + 1)))


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        (lambda office: office.sql("UPDATE log SET by_name = 'Sanne' WHERE happening = 'withdrawn'"), WHO),
        (lambda office: office.change_fact(Happening.APPROVED, "place", None), PLACE),
        (lambda office: office.change_fact(Happening.APPROVED, "consent", "2/nl"), CONSENT),
        (lambda office: office.sql("UPDATE log SET by_user_id = 'U0CLIENT' WHERE happening = 'withdrawn'"), ACCOUNT),
    ],
)
def test_what_an_erased_person_did_is_compared_still(
    paraaf: Run, office: Checked, forge: Callable[[Checked], None], told: str
) -> None:
    paraaf("erase", "Karim Haddad", "--yes")
    forge(office)
    result = paraaf("evidence", "check")
    assert result.exit_code == 1
    assert result.stdout.startswith(told)


def test_what_is_owed_is_said_and_compared_where_its_entry_is_there(paraaf: Run, office: Checked) -> None:
    office.owe_again(Happening.REJECTED)  # as after a crash between the evidence and the database
    office.write(a_line(Happening.VIEWED, 90, REJECTED))
    result = paraaf("evidence", "check")
    assert (result.exit_code, result.stdout) == (0, f"2 lines to be recorded still; see paraaf doctor.\n{FITS}")


def test_what_is_older_than_the_evidence_is_said(paraaf: Run, office: Checked) -> None:
    office.sql("UPDATE log SET id = -7, envelope_id = 'approved' WHERE happening = 'linked'")
    result = paraaf("evidence", "check")
    assert (result.exit_code, result.stdout) == (
        0,
        f"1 line from before there was evidence: nothing proves it.\n{FITS}",
    )


def test_a_change_of_keys_has_no_line(paraaf: Run, office: Checked) -> None:
    assert paraaf("evidence", "rotate", a.OFFICE).exit_code == 0
    assert paraaf("evidence", "check").stdout == FITS


def test_many_pages_are_compared_while_paraaf_records(paraaf: Run, office: Checked) -> None:
    more = PAGE * 2
    office.write(*(a_line(Happening.VIEWED, 90 + number, REJECTED) for number in range(more)))

    async def check_meanwhile() -> list[Result]:
        recording = asyncio.create_task(office.record_all())
        results = []
        while not recording.done():
            results.append(await asyncio.to_thread(paraaf, "evidence", "check"))
        await recording
        return [*results, await asyncio.to_thread(paraaf, "evidence", "check")]

    *meanwhile, last = asyncio.run(check_meanwhile())
    assert meanwhile
    assert [each.exit_code for each in meanwhile] == [0] * len(meanwhile), meanwhile[-1].stdout
    assert last.stdout == FITS.replace(str(LINES), str(LINES + more))
    office.sql("UPDATE log SET by_name = 'Mila' WHERE id = (SELECT max(id) FROM log)")
    told = paraaf("evidence", "check").stdout
    assert f"{WHO}; the first: line " in told
    assert f", entry {LINES + more - 1}\n" in told


def test_without_the_evidence_or_the_key_of_signatures_the_way_out_is_told(paraaf: Run, office: Checked) -> None:
    result = paraaf("evidence", "check", "--evidence-dir", "elsewhere")
    assert (result.exit_code, "run this where the evidence is kept" in result.stderr) == (1, True)
    office.settings.personal_key.unlink()
    result = paraaf("evidence", "check")
    assert (result.exit_code, "put that file back" in result.stderr) == (1, True)


def test_nothing_of_another_office_is_told(paraaf: Run, office: Checked) -> None:
    office.add_office("office-2", "Kantoor Twee")
    result = paraaf("evidence", "check", "--office", "Kantoor Twee")
    assert (result.exit_code, result.stdout) == (0, "0 lines compared with the evidence: everything fits.\n")
