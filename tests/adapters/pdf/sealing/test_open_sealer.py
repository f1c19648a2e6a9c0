"""What seals by the settings: at which level, and what the doctor says of that."""

from pathlib import Path

import pytest

from adapters.commands.finding import NOTE, OK
from adapters.commands.seal_keys import examine_level
from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.making import MadeKey, make_office_key
from adapters.sealing import open_sealer
from adapters.settings import Settings, load_settings
from bot.domain.certified import SealLevel
from storage.blobs import open_blobs
from tests.adapters.pdf.sealing.authorities import Authorities


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def use(monkeypatch: pytest.MonkeyPatch, **files: str) -> Settings:
    for name, value in files.items():
        monkeypatch.setenv(f"PARAAF_{name}", value)
    return load_settings(None)


def write_own(home: Path, made: MadeKey) -> dict[str, str]:
    (home / "own.pem").write_bytes(made.certificate)
    (home / "own.key").write_bytes(made.key)
    return {"SEAL_CERTIFICATE": str(home / "own.pem"), "SEAL_KEY": str(home / "own.key")}


async def check(settings: Settings, home: Path, level: SealLevel, step: str) -> None:
    async with open_sealer(settings, open_blobs(home / "blobs")) as sealer:
        assert sealer is not None
        assert sealer.level is level
    found = await examine_level(settings)
    assert found is not None
    assert found.verdict is (NOTE if step else OK)
    assert found.words == (f"{level}; {step}" if step else level)


async def test_without_a_seal_there_is_nothing_that_seals(home: Path) -> None:
    settings = load_settings(None)
    async with open_sealer(settings, open_blobs(home / "blobs")) as sealer:
        assert sealer is None
    assert await examine_level(settings) is None


async def test_a_seal_of_ones_own_reaches_the_lowest_level_and_with_an_authority_the_next(
    home: Path, made: MadeKey, authorities: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = write_own(home, made)
    await check(use(monkeypatch, **own), home, SealLevel.B_B, "for B-T set PARAAF_TSA_URL and PARAAF_TSA_ROOTS")
    authorities.open_seal()
    roots = str(authorities.folder / "seal.chain.pem")
    settings = use(monkeypatch, TSA_URL=f"{authorities.address}/office/tsa/stamper", TSA_ROOTS=roots)
    step = "for B-LT get a certificate whose issuer tells what it revoked"
    await check(settings, home, SealLevel.B_T, step)


async def test_a_seal_that_others_vouch_for_reaches_the_highest_level(
    home: Path, authorities: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorities.open_seal()
    chain = authorities.folder / "seal.chain.pem"
    first = chain.read_text().split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"
    (home / "first.pem").write_text(first)
    both = {"SEAL_CERTIFICATE": str(home / "first.pem"), "SEAL_KEY": str(authorities.folder / "seal.pem")}
    tsa = {"TSA_URL": f"{authorities.address}/office/tsa/stamper", "TSA_ROOTS": str(chain)}
    await check(use(monkeypatch, **both, **tsa), home, SealLevel.B_T, "for B-LT set PARAAF_SEAL_ROOTS")
    await check(use(monkeypatch, SEAL_ROOTS=str(chain)), home, SealLevel.B_LTA, "")
    monkeypatch.delenv("PARAAF_SEAL_ROOTS")
    await check(use(monkeypatch, SEAL_CERTIFICATE=str(chain)), home, SealLevel.B_LTA, "")


async def test_a_seal_that_does_not_fit_is_refused(home: Path, made: MadeKey, monkeypatch: pytest.MonkeyPatch) -> None:
    own = write_own(home, made)
    (home / "own.key").write_bytes(make_office_key("Een ander").key)
    settings = use(monkeypatch, **own)
    with pytest.raises(SealRefused, match="does not belong"):
        async with open_sealer(settings, open_blobs(home / "blobs")):
            pass
    assert await examine_level(settings) is None
