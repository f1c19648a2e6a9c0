"""Whatever somebody changes in the database behind Paraaf's back, the evidence says otherwise, and `check` names it."""

import os
import shutil
from pathlib import Path

import pytest

from adapters.settings import load_settings
from bot.domain.log import Happening
from tests import builders as a
from tests.adapters.cli.checked_office import LINES, Checked, furnish
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.forgeries import FORGERIES, Forgery

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
    number = office.number_of(Happening.SENT)
    assert result.stdout.splitlines() == [
        "2 lines with another time; the first: "
        f"line {office.number_of(Happening.APPROVED)} (approved, 2026-03-02 12:31:00 UTC, request approved), entry 3",
        "8 lines with another name of who did it; the first: "
        f"line {number} (sent, 2026-03-02 12:00:00 UTC, request approved), entry 0",
        f"{LINES} lines {DIFFERS}",
    ]


def test_nothing_of_another_office_is_told(paraaf: Run, office: Checked) -> None:
    office.add_office("office-2", "Kantoor Twee")
    result = paraaf("evidence", "check", "--office", "Kantoor Twee")
    assert (result.exit_code, result.stdout) == (0, "0 lines compared with the evidence: everything fits.\n")
