"""A document in the dossier, and somebody's page for placing fields on it."""

from dataclasses import replace
from io import BytesIO

from fpdf import FPDF
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from bot.domain.dossier import DossierItem
from bot.domain.fields import Field
from bot.domain.placing import PLACING_TIME, FieldTemplate, Placement, PlacingLink
from bot.use_cases.filing import file_document, store_file
from bot.use_cases.secrets import hash_secret
from tests import builders as a
from tests.adapters.web.conftest import PAGES, PDF, Site

CROP = (100.0, 50.0, 500.0, 650.0)
"""Left, bottom, right and top of a crop box that is not the whole page."""
MARK = (130.0, 90.0, 160.0, 40.0)
"""Left, bottom, width and height of a black mark, from the lower left corner of that crop box."""


def make_marked_pdf(rotation: int) -> bytes:
    """An A4 page with an offset crop box, turned by `rotation`, and a black rectangle at `MARK`."""
    pdf = FPDF(unit="pt", format=(595, 842))
    pdf.add_page()
    left, bottom, width, height = MARK
    pdf.rect(CROP[0] + left, 842 - CROP[1] - bottom - height, width, height, style="F")
    writer = PdfWriter(clone_from=PdfReader(BytesIO(bytes(pdf.output()))))
    page = writer.pages[0]
    page.cropbox = RectangleObject(CROP)
    page.rotate(rotation)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


async def file_pdf(site: Site, name: str = "Overeenkomst.pdf", content: bytes = PDF) -> DossierItem:
    """File a document in the client's dossier, as the next version if its name is there."""
    stored = await store_file(site.ports, name, content)
    stored = replace(stored, pages=stored.pages or PAGES)
    async with site.ports.store.transaction() as tx:
        return await file_document(tx, a.CLIENT, "Overeenkomsten", stored, "Sanne", a.NOON)


async def offer_placing(
    site: Site, item: DossierItem, secret: str = "placing", signers: tuple[str, ...] = ("Karim Haddad", "Noor")
) -> str:
    """Sanne's page for this document; its path."""
    version, expires_at = item.version, site.clock.now() + PLACING_TIME
    link = PlacingLink(
        hash_secret(secret),
        a.OFFICE,
        a.CLIENT,
        item.id,
        version.number,
        version.content.sha256,
        a.a_party(),
        expires_at,
        signers,
    )
    async with site.ports.store.transaction() as tx:
        await tx.placing_links.add(link)
    return f"/placing/{secret}"


async def read_placement(site: Site, item: DossierItem) -> Placement | None:
    async with site.ports.store.reading() as tx:
        return await tx.placed_fields.get(a.OFFICE, item.id, item.version.number)


async def read_fields(site: Site, item: DossierItem) -> tuple[Field, ...]:
    placement = await read_placement(site, item)
    return placement.fields if placement else ()


async def read_templates(site: Site) -> tuple[FieldTemplate, ...]:
    async with site.ports.store.reading() as tx:
        return await tx.placed_fields.templates(a.OFFICE)
