"""The certificate of a request that ended, behind the link to its log."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from adapters.web.log_refusals import tell_absence
from adapters.web.pages import PRIVATE, show_page
from adapters.web.signing.documents import write_disposition
from bot.domain.envelope import Envelope
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.ports import Ports
from bot.texts import Texts, texts_for
from bot.use_cases.read_certificate import read_certificate
from bot.use_cases.read_log import OpenedLog
from bot.views.certificate import Certificate, name_certificate

ENDING = "/certificate.pdf"
"""What its address ends in, behind that of the log's page."""

DrawCertificate = Callable[[Certificate], Awaitable[bytes | None]]
"""The PDF of a certificate; None where it cannot be drawn."""


def offers_certificate(envelope: Envelope | None) -> bool:
    """Whether a log is of a request that ended and is proved, or will be: without proof a certificate says nothing."""
    return envelope is not None and (envelope.evidence is not None or envelope.evidence_follows)


async def send_certificate(ports: Ports, opened: OpenedLog, draw: DrawCertificate, texts: Texts) -> web.Response:
    """The certificate, or that its proof follows. Raises `LinkRefused` for a log that has none."""
    envelope = opened.envelope
    if envelope is None or not offers_certificate(envelope):
        raise LinkRefused(LinkTrouble.UNKNOWN)
    if envelope.evidence is None:
        words = texts.say("The request is closed, and is being recorded in the evidence log. Try again in a minute.")
        return show_page(503, texts.say("Proof follows"), words, texts=texts)
    level = envelope.sealed.level if envelope.sealed else None
    certificate = await read_certificate(ports, opened.office, opened.client, envelope, envelope.evidence, level)
    drawn = await draw(certificate)
    if drawn is None:
        return tell_absence(texts.say("The PDF could not be made. Print the page of the log, or take the CSV."), texts)
    disposition = write_disposition("attachment", _name_file(ports, opened, envelope))
    return web.Response(
        body=drawn, headers={**PRIVATE, "Content-Type": "application/pdf", "Content-Disposition": disposition}
    )


def _name_file(ports: Ports, opened: OpenedLog, envelope: Envelope) -> str:
    name = name_certificate(envelope.way, texts_for(opened.office.locale)).lower().replace(" ", "-")
    number = f"-{opened.client.number}" if opened.client else ""
    return f"{name}{number}-{ports.clock.now():%Y-%m-%d}.pdf"
