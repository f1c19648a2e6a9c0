"""A log with everything in it that somebody might try, and links to it."""

from hashlib import sha256

from bot.domain.envelope import Party
from bot.domain.log import LOG_READING_TIME, DossierLog, EnvelopeLog, Happening, LogLine, LogLink, LogScope
from bot.domain.people import ClientId, OfficeId
from bot.ports import Ports
from bot.use_cases.secrets import hash_secret
from tests import builders as a

SANNE, KARIM = a.a_party(), a.a_party("Karim <img src=x onerror=alert(1)> Haddad", a.an_account())
ENVELOPE = EnvelopeLog(a.an_envelope().id)
DOSSIER = DossierLog(a.CLIENT)
SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example";"klik")'
OTHER_OFFICE, OTHER_CLIENT = OfficeId("office-2"), ClientId("client-2")


def a_line(minute: float, happening: Happening = Happening.VIEWED, **changes: object) -> LogLine:
    return a.a_log_line(happening, at=a.at(minute), **changes)


def lines_of(documents: str) -> list[LogLine]:
    """What happened to the envelope, and to the dossier before it."""
    answer = {
        "documents": documents,
        "reason": f"{FORMULA}\n{SCRIPT}",
        "place": "@Utrecht",
        "derived_place": "Amsterdam",
    }
    first, *_ = documents.split()
    return [
        a_line(0, Happening.LINKED, envelope=None, facts={"channel": "C0CLIENT"}),
        a_line(1, Happening.SENT, facts={"documents": documents, "signer": "Karim Haddad"}),
        a_line(2, by=KARIM, facts={"document": "Aangifte “Özgür” 2025; v2.pdf", "sha256": first}),
        a_line(3, Happening.REJECTED, by=KARIM, facts=answer),
    ]


async def furnish_log(ports: Ports) -> None:
    """Write the log, beside that of another office, with a link `envelope` and a link `dossier` to it for Sanne."""
    async with ports.store.transaction() as tx:
        envelope = await tx.envelopes.get(a.OFFICE, ENVELOPE.envelope)
        assert envelope
        await tx.log.add(lines_of(" ".join(each.sha256 for each in envelope.documents)))
        await tx.offices.save(a.an_office(id=OTHER_OFFICE, name="Ander kantoor"))
        await tx.people.save_client(a.a_client(id=OTHER_CLIENT, office=OTHER_OFFICE, name="Geheime klant"))
        foreign = a.a_party("Geheime persoon")
        await tx.log.add([a_line(5, office=OTHER_OFFICE, client=OTHER_CLIENT, envelope=None, by=foreign)])
    await add_link(ports, "envelope", ENVELOPE)
    await add_link(ports, "dossier", DOSSIER)


async def add_link(
    ports: Ports, secret: str, scope: LogScope, viewer: Party = SANNE, *, as_staff: bool = True, office: str = a.OFFICE
) -> None:
    """Keep a link whose secret is `secret`."""
    expires_at = a.NOON + LOG_READING_TIME
    link = LogLink(hash_secret(secret), OfficeId(office), scope, viewer, as_staff, expires_at)
    assert link.secret_hash == sha256(secret.encode()).hexdigest()
    async with ports.store.transaction() as tx:
        await tx.log_links.add(link)


async def add_many(ports: Ports, number: int) -> None:
    """Fill the dossier's log with so many views, the newest with the highest number."""
    async with ports.store.transaction() as tx:
        await tx.log.add(a_line(10 + each / 100, facts={"document": f"Nummer {each}.pdf"}) for each in range(number))
