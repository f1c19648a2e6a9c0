from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.making import MadeKey, make_office_key
from tests.adapters.pdf.sealing.authorities import Authorities, run_authorities


@pytest.fixture
async def authorities(tmp_path: Path) -> AsyncIterator[Authorities]:
    folder = tmp_path / "authorities"
    folder.mkdir()
    async with run_authorities(folder) as running:
        yield running


@pytest.fixture(scope="session")
def made() -> MadeKey:
    return make_office_key("Kantoor de Wit & Zn")


@pytest.fixture
def office(made: MadeKey, tmp_path: Path) -> OfficeSeal:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.write_bytes(made.certificate)
    key.write_bytes(made.key)
    return load_pem(certificate, key)
