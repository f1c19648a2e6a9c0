"""Read what the certificate of a request tells."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.domain.certified import SealLevel
from bot.domain.envelope import Envelope
from bot.domain.evidence import Receipt
from bot.domain.log import DossierLog, Happening, LogFilter, LogLine
from bot.domain.people import Account, Client, Confirmation, Office
from bot.ports import Ports, Transaction
from bot.texts import texts_for
from bot.use_cases.read_log import Lines
from bot.views.certificate import Certificate, Told, make_certificate
from bot.views.certificate_signers import Signing

MOST_LOOKS = 400
"""Lines by which somebody looked that a certificate has: with them it stays below a hundred pages."""
VERIFY = "/verify"
"""The path of the page that checks proofs."""

_LOOKS = (Happening.VIEWED, Happening.PAGES_OPENED)
_INSTANT = timedelta(microseconds=1)


async def read_certificate(
    ports: Ports, office: Office, client: Client | None, envelope: Envelope, receipt: Receipt, level: SealLevel | None
) -> Certificate:
    """The certificate of a request that ended, in the office's language.

    `receipt` is that of the line that ended it, `level` that of the seal, None where nothing is sealed.
    """
    texts = texts_for(office.locale)
    async with ports.store.reading() as tx:
        lines = await tx.log.of_envelope(office.id, envelope.id)
        chosen = choose_lines(lines)
        subjects = await tx.log.subjects(office.id, [envelope.id])
        signatures = await tx.signatures.of_envelopes(office.id, [envelope.id])
        known = await _find_known(tx, envelope)
    told = Told(
        office=office,
        client=client,
        envelope=envelope,
        receipt=receipt,
        level=level,
        entries=Lines(chosen, subjects, signatures, older=False).describe(texts),
        left_out=len(lines) - len(chosen),
        known=known,
        signatures={account: signature for (_, account), signature in signatures.items()},
        verify=ports.public_url + VERIFY,
        at=ports.clock.now(),
    )
    return make_certificate(told, texts)


def choose_lines(lines: Iterable[LogLine]) -> Sequence[LogLine]:
    """The lines without the looks after the first `MOST_LOOKS`; whatever else happened always stays."""
    chosen: list[LogLine] = []
    looks = 0
    for line in lines:
        looks += line.happening in _LOOKS
        if line.happening not in _LOOKS or looks <= MOST_LOOKS:
            chosen.append(line)
    return chosen


async def _find_known(tx: Transaction, envelope: Envelope) -> Mapping[Account, Signing]:
    """How staff know the signers, where the account is still the contact that it was when it was asked."""
    confirmed = await tx.people.confirmations(envelope.client)
    known: dict[Account, Signing] = {}
    for signer in envelope.signers:
        given = confirmed.get(signer.account)
        if given and given.contact.id == signer.contact:
            known[signer.account] = Signing(given.contact.name, await _name_confirmer(tx, envelope, given), given.at)
    return known


async def _name_confirmer(tx: Transaction, envelope: Envelope, given: Confirmation) -> str:
    """The name that they had then, as the log tells; their user id where it does not."""
    then = LogFilter(given.at, given.at + _INSTANT, given.by.user)
    lines = await tx.log.find(envelope.office, DossierLog(envelope.client), then, None, 1)
    return lines[0].by.name if lines else given.by.user
