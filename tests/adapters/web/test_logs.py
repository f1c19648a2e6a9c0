"""The pages of logs, and the same as PDF and CSV: what they show, to whom, and what they withstand."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
import pytest_asyncio
from pypdf import PdfReader

from adapters.web.logs import LINES_IN_PDF, LINES_ON_PAGE
from bot.domain.envelope import EnvelopeState
from bot.domain.log import LOG_READING_TIME, DossierLog, EnvelopeLog, SignerLog
from tests import builders as a
from tests.adapters.web.conftest import Site
from tests.adapters.web.log_office import (
    ENVELOPE,
    FORMULA,
    KARIM,
    OTHER_CLIENT,
    OTHER_OFFICE,
    SANNE,
    SCRIPT,
    add_link,
    add_many,
    furnish_log,
)

DUTCH = {"Accept-Language": "nl"}
HEADERS = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
KINDS = ("", ".csv", ".pdf")


@pytest_asyncio.fixture(loop_scope="session")
async def logs(site: Site) -> Site:
    await furnish_log(site.ports)
    return site


async def read(site: Site, path: str, status: int = 200) -> str:
    answer = await site.client.get(f"/logs/{path}", headers=DUTCH)
    assert answer.status == status
    return await answer.text()


async def read_pdf(site: Site, path: str) -> PdfReader:
    answer = await site.client.get(f"/logs/{path}", headers=DUTCH)
    assert answer.status == 200
    return PdfReader(BytesIO(await answer.read()))


async def read_csv(site: Site, path: str) -> list[dict[str, str]]:
    answer = await site.client.get(f"/logs/{path}", headers=DUTCH)
    assert answer.status == 200
    content = await answer.read()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


async def test_the_page_tells_who_what_when_and_where(logs: Site) -> None:
    page = await read(logs, "envelope")
    for words in (
        "Transactielog",
        "Ter ondertekening verstuurd",
        "Ondertekenaar: Karim Haddad",
        "2 mrt 2026 13:03:00 Europe/Amsterdam",
        "2 mrt 2026 12:03:00 UTC",
        "@Utrecht (opgegeven)",
        "Amsterdam (afgeleid)",
        "Gemaakt voor Sanne de Vries op 2 mrt 2026 13:00:00 Europe/Amsterdam (2 mrt 2026 12:00:00 UTC)",
    ):
        assert words in page
    assert "Gesprek gekoppeld" not in page
    assert "<form" not in page


async def test_the_dossier_page_has_every_line_and_a_filter(logs: Site) -> None:
    page = await read(logs, "dossier")
    assert "Gesprek gekoppeld aan dit dossier" in page
    assert "Afgekeurd" in page
    page = await read(logs, "dossier?person=U0CLIENT")
    assert "Gesprek gekoppeld" not in page
    assert "Document geopend" in page
    page = await read(logs, "dossier?since=2026-03-02&until=2026-03-02&status=open")
    assert "Gesprek gekoppeld" not in page
    assert "Afgekeurd" in page
    assert '<option value="open" selected>' in page
    assert "Hier staat niets." in await read(logs, "dossier?until=2026-03-01")
    assert "Hier staat niets." in await read(logs, f"dossier?status={EnvelopeState.WITHDRAWN}")


@pytest.mark.parametrize(
    "query",
    ["since=gisteren", "since=2026-03-02&until=2026-03-01", "until=9999-12-31", "status=weg", "since=0001-01-01"],
)
async def test_a_filter_that_means_nothing_is_told_and_makes_no_file(logs: Site, query: str) -> None:
    page = await read(logs, f"dossier?{query}", 422)
    assert 'role="alert"' in page
    for kind in (".csv", ".pdf"):
        await read(logs, f"dossier{kind}?{query}", 404)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_kept_or_told_on(logs: Site, kind: str) -> None:
    answer = await logs.client.get(f"/logs/envelope{kind}")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert (await logs.client.head(f"/logs/envelope{kind}")).status == 200
    ahead = await logs.client.get(f"/logs/envelope{kind}", headers={"Sec-Purpose": "prefetch"})
    assert (ahead.status, await ahead.read()) == (503, b"")


@pytest.mark.parametrize("kind", KINDS)
async def test_an_expired_link_says_so_and_how_to_get_another(logs: Site, kind: str) -> None:
    logs.clock.move(LOG_READING_TIME)
    page = await read(logs, f"dossier{kind}", 410)
    assert "Deze link is verlopen" in page
    assert "“Transactielog”" in page
    assert "/sign log" in page
    assert "Gesprek gekoppeld" not in page
    logs.clock.move(timedelta(seconds=-1))
    assert (await logs.client.get(f"/logs/dossier{kind}")).status == 200


@pytest.mark.parametrize("path", ["unknown", "unknown.csv", "unknown.pdf", "%00", "secret"])
async def test_a_link_that_opens_nothing_says_so(logs: Site, path: str) -> None:
    assert "Deze link is niet geldig" in await read(logs, path, 404)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_signers_link_opens_nothing_for_who_is_no_signer(logs: Site, kind: str) -> None:
    await add_link(logs.ports, "karim", ENVELOPE, KARIM, as_staff=False)
    await add_link(logs.ports, "mila", ENVELOPE, a.a_party("Mila", a.an_account("U0MILA")), as_staff=False)
    assert (await logs.client.get(f"/logs/karim{kind}")).status == 200
    await read(logs, f"mila{kind}", 404)


async def test_a_signer_sees_their_own_and_nothing_else(logs: Site) -> None:
    noor = a.a_signer(a.an_account("U0NOOR"), name="Noor")
    async with logs.ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, ENVELOPE.envelope)
        assert envelope
        other = a.an_envelope("envelope-2", signers=(noor,), documents=envelope.documents)
        await tx.envelopes.add(other)
        await tx.log.add([a.a_log_line(at=a.at(7), envelope=other.id, facts={"signer": "Noor"})])
    await add_link(logs.ports, "own", SignerLog(KARIM.account, a.a_place()), KARIM, as_staff=False)
    for kind in ("", ".csv"):
        page = await read(logs, f"own{kind}")
        assert "Noor" not in page
        assert "Gesprek gekoppeld" not in page
        assert "Document geopend" in page


async def test_nothing_of_another_office_is_shown(logs: Site) -> None:
    """Not even through a link that names what is another's, which no code of ours makes and the database refuses."""
    for scope in (DossierLog(OTHER_CLIENT), EnvelopeLog(ENVELOPE.envelope)):
        office = a.OFFICE if isinstance(scope, DossierLog) else OTHER_OFFICE
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await add_link(logs.ports, "crossed", scope, office=office)
    for path in ("dossier", "envelope", "dossier?person=U0STAFF", "dossier.csv", "envelope.csv"):
        page = await read(logs, path)
        assert "Geheime" not in page
        assert "Ander kantoor" not in page


async def test_what_people_wrote_stays_text(logs: Site) -> None:
    async with logs.ports.store.transaction() as tx:
        name = f'"><svg onload=alert(1)>{SCRIPT}\u202egpj.pdf'
        await tx.log.add([a.a_log_line(by=KARIM, at=a.at(9), facts={"document": name, "why": SCRIPT, "note": SCRIPT})])
    for path in ("envelope", "dossier", f"dossier?person={KARIM.account.user}", 'dossier?person="><script>x</script>'):
        answer = await logs.client.get(f"/logs/{path}", headers=DUTCH)
        page = await answer.text()
        assert "<script" not in page
        assert "<img" not in page
        assert "<svg" not in page
        assert "\u202e" not in page
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in policy


async def test_the_csv_has_every_column_and_no_formula(logs: Site) -> None:
    rejected, viewed, sent = await read_csv(logs, "envelope.csv")
    assert rejected["Tijd (Europe/Amsterdam)"] == "2026-03-02 13:03:00"
    assert rejected["Tijd (UTC)"] == "2026-03-02 12:03:00"
    assert rejected["Reden"] == f"'{FORMULA}\n{SCRIPT}"
    assert rejected["Plaats (opgegeven)"] == "'@Utrecht"
    assert rejected["Plaats (afgeleid)"] == "Amsterdam"
    assert viewed["Documenten"] == "Aangifte “Özgür” 2025; v2.pdf"
    assert len(viewed["SHA-256"]) == 64
    assert sent["Documenten"].count("\n") == 4
    assert sent["Status nu"] == "Open"
    assert sent["Verzoek"] == "envelope-1"
    answer = await logs.client.get("/logs/envelope.csv", headers=DUTCH)
    assert answer.content_disposition
    assert answer.content_disposition.type == "attachment"
    assert answer.content_disposition.filename == "transactielog-1001-2026-03-02.csv"


async def test_a_long_log_is_paged_on_the_page_whole_in_the_csv_and_bounded_in_the_pdf(logs: Site) -> None:
    await add_many(logs.ports, 2_500)
    page = await read(logs, "dossier")
    assert f"Deze pagina toont {LINES_ON_PAGE} regels" in page
    assert page.count("<tr>") == LINES_ON_PAGE + 1
    older = page.split('">Oudere regels')[0].rpartition('href="')[2].replace("&amp;", "&")
    second = await (await logs.client.get(older, headers=DUTCH)).text()
    assert f"Nummer {2_499 - LINES_ON_PAGE}.pdf" in second
    assert f"Nummer {2_500 - LINES_ON_PAGE}.pdf" not in second
    assert "Nieuwste regels" in second
    rows = await read_csv(logs, "dossier.csv")
    assert [row["Documenten"] for row in rows[:2_500]] == [f"Nummer {number}.pdf" for number in reversed(range(2_500))]
    assert len(rows) == 2_504
    pdf = await read_pdf(logs, "dossier.pdf")
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert f"Dit zijn de nieuwste {LINES_IN_PDF} regels." in text.replace("\n", " ")
    assert f"Nummer {2_500 - LINES_IN_PDF}.pdf" in text
    assert f"Nummer {2_499 - LINES_IN_PDF}.pdf" not in text


@pytest.mark.parametrize(
    "before", ["", "x", "2026-03-02", "2026-03-02T12:00:00+00:00~x", "0001-01-01T00:00:00+14:00~1"]
)
async def test_a_made_up_place_to_go_on_begins_at_the_newest_line(logs: Site, before: str) -> None:
    answer = await logs.client.get("/logs/dossier", params={"before": before}, headers=DUTCH)
    assert answer.status == 200
    assert "Afgekeurd" in await answer.text()


async def test_the_pdf_says_it_all_with_titles_and_page_numbers(logs: Site) -> None:
    pdf = await read_pdf(logs, "envelope.pdf")
    first, last = pdf.pages[0].extract_text(), pdf.pages[-1].extract_text()
    for words in (
        "Transactielog",
        SANNE.name,
        "@Utrecht (opgegeven)",
        "Amsterdam (afgeleid)",
        "13:03:00 Europe/Amsterdam",
    ):
        assert words in "".join(sheet.extract_text() for sheet in pdf.pages)
    assert f"Pagina 1 van {len(pdf.pages)}" in first
    assert f"Pagina {len(pdf.pages)} van {len(pdf.pages)}" in last
    assert pdf.metadata
    assert pdf.metadata.title == f"Transactielog · {a.an_office().name}"
    assert str(pdf.root_object["/Lang"]) == "nl"
    answer = await logs.client.get("/logs/envelope.pdf")
    assert answer.content_type == "application/pdf"


async def test_english_readers_read_english(logs: Site) -> None:
    answer = await logs.client.get("/logs/dossier", headers={"Accept-Language": "en"})
    page = await answer.text()
    assert '<html lang="en">' in page
    assert "Dossier log" in page
    assert "@Utrecht (given)" in page
