"""Drawn and typed signatures in a log: on its page, in its PDF, and the pictures that chat platforms fetch."""

from base64 import b64encode
from io import BytesIO

import pytest
import pytest_asyncio
from aiohttp import ClientResponse
from playwright.async_api import Page
from pypdf import PdfReader

from bot.domain.envelope import EnvelopeId, Party
from bot.domain.log import LOG_READING_TIME, DossierLog, EnvelopeLog, Happening, SignerLog
from bot.domain.signature import DrawnSignature, Signature, TypedSignature
from storage.sql.engine import connect
from storage.sql.tables import personal_keys
from tests import builders as a
from tests.adapters.web.conftest import Site
from tests.adapters.web.log_office import KARIM, OTHER_CLIENT, OTHER_OFFICE, add_link, furnish_log
from tests.npm import VALIDATORS, install
from tests.pictures import make_drawing

PNG = make_drawing()
DRAWN = DrawnSignature(PNG, (((1.0, 2.0),),))
MILA, NOOR = a.a_party("Mila", a.an_account("U0MILA")), a.a_party("Noor", a.an_account("U0NOOR"))
TYPED = TypedSignature("Mila <script>alert(1)</script> Haddad")


async def sign(site: Site, envelope: str, by: Party, signature: Signature) -> None:
    """Let somebody sign an envelope of their own."""
    await site.offer(envelope, signers=(a.a_signer(by.account, name=by.name),))
    kind = "drawn" if isinstance(signature, DrawnSignature) else "typed"
    facts = {"signature": kind, "place": "Utrecht"}
    async with site.ports.store.transaction() as tx:
        kept = await tx.envelopes.get(a.OFFICE, EnvelopeId(envelope))
        assert kept
        await tx.signatures.add(kept, by.account, signature)
        line = a.a_log_line(Happening.APPROVED, by=by, at=a.at(6), envelope=kept.id, facts=facts)
        await tx.log.add([line])


@pytest_asyncio.fixture(loop_scope="session")
async def logs(site: Site) -> Site:
    """The log with a drawing by Karim, a name that Mila typed, and a drawing by Noor, who was erased since."""
    await furnish_log(site.ports)
    await sign(site, "drawn", KARIM, DRAWN)
    await sign(site, "typed", MILA, TYPED)
    await sign(site, "erased", NOOR, DRAWN)
    engines = connect(f"sqlite:///{site.folder.parent}/paraaf.db")
    async with engines.writing.begin() as connection:
        await connection.execute(personal_keys.delete().where(personal_keys.c.user_id == NOOR.account.user))
    await engines.dispose()
    return site


async def get(site: Site, path: str) -> ClientResponse:
    return await site.client.get(f"/logs/{path}", headers={"Accept-Language": "nl"})


async def test_the_page_has_the_drawing_the_typed_name_and_what_was_erased(logs: Site) -> None:
    answer = await get(logs, "dossier")
    page = await answer.text()
    assert page.count("<img ") == 1
    assert f'src="data:image/png;base64,{b64encode(PNG).decode()}"' in page
    assert 'alt="Handtekening van Karim &lt;img src=x onerror=alert(1)&gt; Haddad"' in page
    assert "Getekend als: Mila &lt;script&gt;alert(1)&lt;/script&gt; Haddad" in page
    assert page.count("De handtekening is gewist.") == 1
    assert "; img-src data:; " in answer.headers["Content-Security-Policy"]


async def test_the_pdf_has_the_drawing_and_the_csv_the_typed_name(logs: Site) -> None:
    pdf = PdfReader(BytesIO(await (await get(logs, "dossier.pdf")).read()))
    pictures = [picture for page in pdf.pages for picture in page.images]
    assert [picture.image.size for picture in pictures if picture.image] == [(240, 120)]
    text = " ".join("".join(page.extract_text() for page in pdf.pages).split())
    assert "De handtekening is gewist." in text
    assert "Getekend als: Mila" in text
    assert "Getekend als: Mila" in await (await get(logs, "dossier.csv")).text()


async def test_the_address_gives_the_very_picture_and_is_kept_by_nobody(logs: Site) -> None:
    answer = await get(logs, "dossier/signatures/drawn/1.png")
    assert (answer.status, answer.content_type) == (200, "image/png")
    assert await answer.read() == PNG
    for name, value in (
        ("Cache-Control", "private, no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ):
        assert answer.headers[name] == value


@pytest.mark.parametrize(
    "path",
    [
        "unknown/signatures/drawn/1.png",
        "secret/signatures/drawn/1.png",  # of a signing page and of an upload page
        "%00/signatures/drawn/1.png",
        "envelope/signatures/drawn/1.png",  # another envelope than that link is for
        "dossier/signatures/drawn/0.png",
        "dossier/signatures/drawn/2.png",
        "dossier/signatures/drawn/9999.png",
        "dossier/signatures/drawn/10000.png",
        "dossier/signatures/drawn/-1.png",
        "dossier/signatures/typed/1.png",
        "dossier/signatures/erased/1.png",
        "dossier/signatures/envelope-1/1.png",  # has not signed
        "dossier/signatures/none/1.png",
        "dossier/signatures/..%2Fdrawn/1.png",
        "dossier/signatures/%00/1.png",
    ],
)
async def test_whatever_is_no_drawing_in_that_log_is_not_there(logs: Site, path: str) -> None:
    answer = await get(logs, path)
    assert answer.status == 404
    assert PNG not in await answer.read()


async def test_an_expired_address_gives_nothing(logs: Site) -> None:
    logs.clock.move(LOG_READING_TIME)
    answer = await get(logs, "dossier/signatures/drawn/1.png")
    assert (answer.status, await answer.read()) == (410, b"")
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_another_office_gets_nothing(logs: Site) -> None:
    staff = a.a_party(account=a.a_staff_account("U0OTHER"))
    await add_link(logs.ports, "foreign", DossierLog(OTHER_CLIENT), staff, office=OTHER_OFFICE)
    assert (await get(logs, "foreign")).status == 200
    assert (await get(logs, "foreign/signatures/drawn/1.png")).status == 404


async def test_a_signer_gets_their_own_alone(logs: Site) -> None:
    """Both signed in the same conversation; Mila is no signer of what Karim drew."""
    await add_link(logs.ports, "karim", SignerLog(KARIM.account, a.a_place()), KARIM, as_staff=False)
    await add_link(logs.ports, "mila", SignerLog(MILA.account, a.a_place()), MILA, as_staff=False)
    await add_link(logs.ports, "elsewhere", SignerLog(KARIM.account, a.a_place("C0OTHER")), KARIM, as_staff=False)
    await add_link(logs.ports, "not-hers", EnvelopeLog(EnvelopeId("drawn")), MILA, as_staff=False)
    paths = [f"{secret}/signatures/drawn/1.png" for secret in ("karim", "mila", "elsewhere", "not-hers")]
    assert [(await get(logs, path)).status for path in paths] == [200, 404, 404, 404]


async def test_a_browser_shows_the_drawing_to_everybody(logs: Site, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(str(logs.client.make_url("/logs/dossier")))
    drawing = page.get_by_role("img")
    assert await drawing.evaluate("image => [image.complete, image.naturalWidth]") == [True, 240]
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.evaluate((install(VALIDATORS / "pages") / "node_modules" / "axe-core" / "axe.min.js").read_text())
    assert (await page.evaluate("axe.run()"))["violations"] == []
    assert not [each for each in complaints if "Content Security Policy" in each]
