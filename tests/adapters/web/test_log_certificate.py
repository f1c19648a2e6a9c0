"""The certificate behind the link to a log: what is on it, who gets it, and what stands there when there is none."""

from io import BytesIO

import aiohttp
import pytest
import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy.exc import IntegrityError

from bot.domain.envelope import Closing, EnvelopeId, EnvelopeState
from bot.domain.evidence import Receipt
from bot.domain.log import LOG_READING_TIME, EnvelopeLog, Happening, SignerLog
from bot.domain.people import ContactId, OfficeId
from bot.domain.signature import DrawnSignature
from tests import builders as a
from tests.adapters.web.conftest import KARIM, Site
from tests.adapters.web.log_office import DOSSIER, OTHER_CLIENT, OTHER_OFFICE, add_link
from tests.adapters.web.test_logs import DUTCH, HEADERS
from tests.pictures import make_drawing

ORIGIN = f"paraaf.example/evidence/{a.OFFICE}"
HASH = "0123456789abcdef" * 4
SIGNED, OPEN = EnvelopeLog(EnvelopeId("signed")), EnvelopeLog(EnvelopeId("open"))
KARIM_PARTY = a.a_party("Karim Haddad", KARIM)
STRANGER = a.a_party("Vreemd", a.an_account("U0STRANGER"))


@pytest_asyncio.fixture(loop_scope="session")
async def logs(site: Site) -> Site:
    """Karim, whom Sanne confirmed, approved `signed` with a drawing; `open` is open. Links for Sanne to both."""
    ports = site.ports
    async with ports.store.transaction() as tx:
        await tx.people.confirm(KARIM, a.CONTACT, a.a_staff_account(), a.at(-60))
        facts = {"contact": "Karim Haddad", "account": KARIM.user}
        confirmed = a.a_log_line(Happening.CONTACT_CONFIRMED, envelope=None, at=a.at(-60), facts=facts)
        await tx.log.add([confirmed, a.a_log_line(envelope=None, at=a.at(-60), by=KARIM_PARTY)])
    for log in (SIGNED, OPEN):
        await site.offer(log.envelope)
        await add_link(ports, log.envelope, log)
    await approve(site)
    return site


async def approve(site: Site) -> None:
    decision = a.an_approval(derived_place="Amsterdam")
    facts = {"consent": "1/nl", "place": "Utrecht", "derived_place": "Amsterdam", "signature": "drawn"}
    async with site.ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, SIGNED.envelope)
        assert envelope
        approved = await tx.envelopes.save(envelope.answer(KARIM, decision))
        await tx.signatures.add(approved, KARIM, DrawnSignature(make_drawing(), ()))
        sent = a.a_log_line(envelope=envelope.id, facts={"signer": "Karim Haddad"})
        line = a.a_log_line(Happening.APPROVED, envelope=envelope.id, at=decision.at, by=KARIM_PARTY, facts=facts)
        await tx.log.add([sent, line])


async def prove(site: Site) -> None:
    """Record what is owed; the newest line gets the entry 12."""
    async with site.ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, SIGNED.envelope)
        assert envelope
        for number, owed in enumerate(await tx.owed_evidence.claim(a.at(31), LOG_READING_TIME, 9), start=11):
            await tx.owed_evidence.recorded(owed, Receipt(ORIGIN, number, HASH), a.at(31))
        await tx.envelopes.proved(envelope, Receipt(ORIGIN, 12, HASH))


async def fetch(site: Site, link: str = "signed", language: str = "nl") -> tuple[aiohttp.ClientResponse, bytes]:
    answer = await site.client.get(f"/logs/{link}/certificate.pdf", headers={"Accept-Language": language})
    return answer, await answer.read()


async def read(site: Site, link: str = "signed", language: str = "nl") -> str:
    answer, content = await fetch(site, link, language)
    assert answer.status == 200
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


async def read_page(site: Site, link: str) -> str:
    return await (await site.client.get(f"/logs/{link}", headers=DUTCH)).text()


async def test_it_tells_all_that_is_known(logs: Site) -> None:
    await prove(logs)
    text = await read(logs)
    for words in (
        "Transactiebewijs",
        "1001 · Haddad Bouw B.V.",
        "Aangifte.pdf",
        "Karim Haddad, als contact van de klant bevestigd door Sanne de Vries",
        "2 mrt 2026 12:00:00 Europe/Amsterdam · 2 mrt 2026 11:00:00 UTC",
        "“Ik ga akkoord met de onderstaande documenten”",
        "Plaats, opgegeven Utrecht",
        "Plaats, afgeleid Amsterdam",
        "Een getekende handtekening",
        "Ter ondertekening verstuurd · Sanne de Vries",
        f"Bewijslog {ORIGIN}",
        "Regel 12",
        f"{logs.ports.public_url}/verify",
    ):
        assert words in text
    assert text.count(HASH) == 3
    assert "Onbekend" not in text


async def test_it_comes_as_a_file_that_is_kept_nowhere(logs: Site) -> None:
    await prove(logs)
    answer, content = await fetch(logs)
    assert (answer.content_type, content[:5]) == ("application/pdf", b"%PDF-")
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert answer.content_disposition
    assert answer.content_disposition.filename == "transactiebewijs-1001-2026-03-02.pdf"
    assert sum(len(page.images) for page in PdfReader(BytesIO(content)).pages) == 1
    assert (await logs.client.head("/logs/signed/certificate.pdf")).status == 200
    ahead = await logs.client.get("/logs/signed/certificate.pdf", headers={"Sec-Purpose": "prefetch"})
    assert (ahead.status, await ahead.read()) == (503, b"")


async def test_it_is_in_the_language_of_the_office_whoever_asks(logs: Site) -> None:
    await prove(logs)
    assert "Transactiebewijs" in await read(logs, language="en")
    await logs.change_office(locale="en")
    text = await read(logs)
    assert "Proof of transaction" in text
    assert "“Ik ga akkoord met de onderstaande documenten”" in text
    answer, _ = await fetch(logs)
    assert answer.content_disposition
    assert answer.content_disposition.filename == "proof-of-transaction-1001-2026-03-02.pdf"


async def test_the_page_of_the_log_leads_to_it(logs: Site) -> None:
    assert 'href="/logs/signed/certificate.pdf">Transactiebewijs als PDF</a>' in await read_page(logs, "signed")
    assert "certificate.pdf" not in await read_page(logs, "open")


async def test_while_its_proof_is_owed_there_is_none_yet(logs: Site) -> None:
    answer, page = await fetch(logs)
    assert answer.status == 503
    assert "<h1>Bewijs volgt</h1>" in page.decode()
    assert "wordt vastgelegd in het bewijslog" in page.decode()
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("link", ["open", "unknown"])
async def test_there_is_none_of_what_has_not_ended(logs: Site, link: str) -> None:
    answer, page = await fetch(logs, link)
    assert answer.status == 404
    assert "Deze link is niet geldig" in page.decode()


async def test_there_is_none_of_what_was_closed_before_there_was_evidence(logs: Site) -> None:
    await logs.offer("old", state=EnvelopeState.WITHDRAWN, closing=Closing(a.a_party(), a.NOON))
    await add_link(logs.ports, "old", EnvelopeLog(EnvelopeId("old")))
    assert (await fetch(logs, "old"))[0].status == 404
    assert "certificate.pdf" not in await read_page(logs, "old")


async def test_a_log_of_several_requests_has_none(logs: Site) -> None:
    await prove(logs)
    await add_link(logs.ports, "dossier", DOSSIER)
    await add_link(logs.ports, "own", SignerLog(KARIM, a.a_place()), KARIM_PARTY, as_staff=False)
    for link in ("dossier", "own"):
        assert (await fetch(logs, link))[0].status == 404
        assert "certificate.pdf" not in await read_page(logs, link)


async def test_its_signer_gets_it_and_no_stranger(logs: Site) -> None:
    await prove(logs)
    await add_link(logs.ports, "karim", SIGNED, KARIM_PARTY, as_staff=False)
    await add_link(logs.ports, "stranger", SIGNED, STRANGER, as_staff=False)
    assert "Karim Haddad" in await read(logs, "karim")
    assert (await fetch(logs, "stranger"))[0].status == 404


async def test_an_expired_link_says_so(logs: Site) -> None:
    await prove(logs)
    logs.clock.move(LOG_READING_TIME)
    answer, page = await fetch(logs)
    assert answer.status == 410
    assert "Deze link is verlopen" in page.decode()


async def test_no_link_of_another_office_can_lead_to_it(logs: Site) -> None:
    await prove(logs)
    async with logs.ports.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER_OFFICE, name="Ander kantoor"))
    with pytest.raises(IntegrityError):
        await add_link(logs.ports, "foreign", SIGNED, office=OTHER_OFFICE)
    await add_link(logs.ports, "foreign", SignerLog(KARIM, a.a_place()), KARIM_PARTY, office=OTHER_OFFICE)
    answer, page = await fetch(logs, "foreign")
    assert answer.status == 404
    assert "Haddad" not in page.decode()


@pytest.mark.parametrize("office", [a.OFFICE, OTHER_OFFICE])
async def test_who_another_client_knows_the_account_as_is_not_told(logs: Site, office: OfficeId) -> None:
    """The same account may be a contact of several clients, of other offices as well."""
    await prove(logs)
    async with logs.ports.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OTHER_OFFICE, name="Ander kantoor"))
        await tx.people.save_client(a.a_client(id=OTHER_CLIENT, office=office, number="2002", name="Geheim B.V."))
        contact = a.a_contact(id=ContactId("contact-2"), client=OTHER_CLIENT, name="Geheime naam")
        await tx.people.save_contact(contact)
        await tx.people.confirm(KARIM, contact.id, a.a_staff_account(), a.at(-60))
        by, at = a.a_party("Geheime collega"), a.at(-60)
        told = a.a_log_line(
            Happening.CONTACT_CONFIRMED, office=office, client=OTHER_CLIENT, envelope=None, by=by, at=at
        )
        await tx.log.add([told])
    text = await read(logs)
    assert "Geheim" not in text
    assert "Karim Haddad, als contact van de klant bevestigd door Sanne de Vries" in text


async def test_an_account_that_became_another_contact_is_not_told_as_the_first(logs: Site) -> None:
    await prove(logs)
    async with logs.ports.store.transaction() as tx:
        await tx.people.save_contact(a.a_contact(id=ContactId("contact-3"), name="Noor", preferred=False))
        await tx.people.confirm(KARIM, ContactId("contact-3"), a.a_staff_account(), a.at(40))
    text = await read(logs)
    assert "Er is niet vastgelegd wie heeft bevestigd van wie dit account is." in text
    assert "Noor" not in text


async def test_a_signature_that_was_erased_is_said(logs: Site) -> None:
    await prove(logs)
    async with logs.ports.store.transaction() as tx:
        await tx.signatures.forget(a.OFFICE, KARIM)
    answer, content = await fetch(logs)
    assert answer.status == 200
    pages = PdfReader(BytesIO(content)).pages
    assert "De handtekening is gewist." in "".join(page.extract_text() for page in pages)
    assert not any(page.images for page in pages)
