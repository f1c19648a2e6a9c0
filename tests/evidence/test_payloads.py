"""What is personal is readable with a key, and erased without it."""

from pathlib import Path

import pytest

from storage.evidence.disk import Disk
from storage.evidence.entry import Personal
from storage.evidence.errors import Erased, WrongSecret
from storage.evidence.payloads import Payloads
from storage.evidence.vault import Vault
from tests.evidence.making import a_vault, an_entry

VALUES = {Personal.WHO: "Karim Haddad".encode(), Personal.REASON: "Bedrag klopt niet".encode()}  # noqa: UP012 - words


@pytest.fixture
def payloads(tmp_path: Path) -> Payloads:
    return Payloads(tmp_path, a_vault())


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_can_be_opened_and_fits_its_entry(payloads: Payloads) -> None:
    commitments = payloads.keep("karim", "decision-1", VALUES)
    openings = payloads.open("karim", "decision-1")
    assert {each.what: each.value for each in openings} == VALUES
    assert all(each.fits(an_entry(1, commitments=commitments)) for each in openings)
    assert not any(each.fits(an_entry(1)) for each in openings)
    assert payloads.keep("karim", "decision-1", VALUES) == commitments


def test_nobody_can_read_or_link_it_without_the_key(payloads: Payloads, tmp_path: Path) -> None:
    first = payloads.keep("karim", "decision-1", VALUES)
    second = payloads.keep("karim", "decision-2", VALUES)
    third = payloads.keep("maria", "decision-1", VALUES)
    assert len({*first.values(), *second.values(), *third.values()}) == 6
    lying = contents(tmp_path)
    for secret in (b"Haddad", b"Bedrag", b"karim", b"k" * 32):
        assert secret not in lying
    with pytest.raises(WrongSecret):
        Payloads(tmp_path, Vault(b"x" * 32)).open("karim", "decision-1")


def test_an_erased_person_is_gone_and_the_others_are_not(payloads: Payloads, tmp_path: Path) -> None:
    payloads.keep("karim", "decision-1", VALUES)
    payloads.keep("maria", "decision-2", VALUES)
    payloads.erase("karim")
    payloads.erase("karim")
    payloads.erase("nobody")
    with pytest.raises(Erased):
        payloads.open("karim", "decision-1")
    assert payloads.open("maria", "decision-2")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_what_is_left_over_from_before_stays_unreadable(payloads: Payloads, tmp_path: Path) -> None:
    payloads.keep("karim", "decision-1", VALUES)
    (old,) = (tmp_path / "sealed").rglob("*/*")
    copy = old.read_bytes()
    payloads.erase("karim")
    payloads.keep("karim", "decision-2", VALUES)
    old.write_bytes(copy)
    with pytest.raises(Erased):
        payloads.open("karim", "decision-1")
    with pytest.raises(KeyError):
        payloads.open("karim", "decision-3")


def test_a_payload_under_another_decision_does_not_open(payloads: Payloads, tmp_path: Path) -> None:
    payloads.keep("karim", "decision-1", VALUES)
    payloads.keep("karim", "decision-2", VALUES)
    first, second = (tmp_path / "sealed").rglob("*/*")
    first.write_bytes(second.read_bytes())
    opened = []
    for decision in ("decision-1", "decision-2"):
        try:
            opened.append(payloads.open("karim", decision))
        except Erased:
            opened.append([])
    assert sorted(map(len, opened)) == [0, 2]


def test_the_key_is_gone_before_anything_else_is_touched(payloads: Payloads, tmp_path: Path) -> None:
    class Dying(Disk):
        def sync_folder(self, path: Path) -> None:
            super().sync_folder(path)
            raise OSError("the power is gone")

    payloads.keep("karim", "decision-1", VALUES)
    with pytest.raises(OSError, match="the power is gone"):
        Payloads(tmp_path, a_vault(), Dying()).erase("karim")
    with pytest.raises(Erased):
        payloads.open("karim", "decision-1")


def test_of_two_keys_made_at_once_the_first_is_used(payloads: Payloads, tmp_path: Path) -> None:
    class Overtaken(Disk):
        def link(self, source: Path, target: Path) -> None:
            payloads.keep("karim", "decision-1", VALUES)
            super().link(source, target)

    Payloads(tmp_path, a_vault(), Overtaken()).keep("karim", "decision-2", VALUES)
    for decision in ("decision-1", "decision-2"):
        assert len(payloads.open("karim", decision)) == 2
    assert not list((tmp_path / "keys").glob("*.new"))
