"""The scripts and styles of the page, and the libraries among them."""

import re
from pathlib import Path

import pytest

from adapters.web import signing
from adapters.web.signing.site import load_assets
from tests.adapters.web.conftest import Site

STATIC = Path(signing.__file__).with_name("static")
VENDOR = STATIC / "vendor"


@pytest.fixture
def path(site: Site) -> str:
    return load_assets(site.ports.public_url).path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("signing.css", "text/css"),
        ("signing.mjs", "text/javascript"),
        ("vendor/pdfjs/pdf.worker.min.mjs", "text/javascript"),
        ("vendor/pdfjs/cmaps/UniJIS-UTF16-H.bcmap", "application/octet-stream"),
        ("vendor/pdfjs/standard_fonts/LiberationSans-Regular.ttf", "font/ttf"),
        ("vendor/pdfjs/wasm/openjpeg_nowasm_fallback.js", "text/javascript"),
    ],
)
async def test_each_kind_of_file_is_served_as_it_is_and_may_be_kept(
    site: Site, path: str, name: str, kind: str
) -> None:
    async with site.client.get(f"{path}/{name}") as answer:
        assert await answer.read() == (STATIC / name).read_bytes()
        assert answer.headers["Content-Type"] == kind
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
    source = f"{site.ports.public_url}{path}/"
    assert policy == f"default-src 'none'; script-src {source}; connect-src {source}"


@pytest.mark.parametrize(
    "name", ["", "unknown.mjs", "../__init__.py", "..%2f__init__.py", "%2fetc/passwd", "vendor/pdfjs/LICENSE", "vendor"]
)
async def test_nothing_else_is_served(site: Site, path: str, name: str) -> None:
    assert (await site.client.get(f"{path}/{name}")).status == 404


async def test_an_address_changes_with_its_content(site: Site, path: str, tmp_path: Path) -> None:
    assert (await site.client.get(path.replace(path[-4:], "0000") + "/signing.css")).status == 404


def test_the_libraries_come_with_their_licences_and_evaluate_no_text() -> None:
    assert "Apache License" in (VENDOR / "pdfjs" / "LICENSE").read_text()
    assert "Permission is hereby granted" in (VENDOR / "signature_pad" / "LICENSE").read_text()
    scripts = [*VENDOR.rglob("*.mjs"), *VENDOR.rglob("*.js")]
    assert len(scripts) == 5
    for script in scripts:
        assert not re.search(r"\beval\(|new Function\(", script.read_text()), script.name
