"""Personal links, by which one person signs or looks, or brings documents, in a browser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.dossier import Document
from bot.domain.envelope import Envelope, EnvelopeId, Party
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.domain.people import ClientId, OfficeId

SIGNING_HOURS = 8
"""How long a signing link works: a working day, in which annual accounts can be read through with a break, after which
a copied address is worthless. Pressing View again gives a new one."""
SIGNING_TIME = timedelta(hours=SIGNING_HOURS)

IN_DIALOG = "in=teams"
"""What the address of the page ends in where a dialog of Teams shows it in a frame."""


@dataclass(frozen=True, slots=True)
class SigningLink:
    """A link to the signing page for one person, one envelope and the bytes in it, until `expires_at`.

    Opening it does not use it up, since link previews open links too; answering does, at `used_at`. `secret_hash` is
    the SHA-256 of the secret in the address, in hex; `documents` is what `fingerprint` makes of the documents.
    `as_staff` says that `viewer` may look because they were staff when it was made, whoever the signers are. `shown`
    has the pages that were shown on screen, from 1, by the number of their document, from 1.
    """

    secret_hash: str
    office: OfficeId
    envelope: EnvelopeId
    viewer: Party
    as_staff: bool
    documents: str
    expires_at: datetime
    used_at: datetime | None = None
    shown: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def require_usable(self, envelope: Envelope, now: datetime) -> None:
        """Raise `LinkRefused` when it was used, has expired, or was for anything but this envelope as it is.

        So it is as well when it was made for a signer who passed the task on since.
        """
        if self.envelope != envelope.id or self.documents != fingerprint(envelope.documents):
            raise LinkRefused(LinkTrouble.UNKNOWN)
        signer = envelope.signer(self.viewer.account)
        if signer is None and not self.as_staff:
            raise LinkRefused(LinkTrouble.PASSED_ON)
        if self.used_at is not None:
            answer = signer.decision.answer if signer and signer.decision else None
            raise LinkRefused(LinkTrouble.USED, self.used_at, answer)
        if self.expires_at <= now:
            raise LinkRefused(LinkTrouble.EXPIRED, self.expires_at)


def fingerprint(documents: Iterable[Document]) -> str:
    """The SHA-256, in hex, over the hashes of the documents in their order, each in hex with a line end behind it."""
    return sha256("".join(f"{document.sha256}\n" for document in documents).encode()).hexdigest()


UPLOADING_TIME = timedelta(hours=1)
"""How long an upload page waits, which it does from the moment that the dialog it belongs to was opened."""


@dataclass(frozen=True, slots=True)
class UploadPage:
    """A page where `uploader` can bring documents for a client's dossier once, until `expires_at`.

    For platforms whose dialogs cannot ask for files. `secret_hash` is as in `SigningLink`.
    """

    secret_hash: str
    office: OfficeId
    client: ClientId
    uploader: Party
    expires_at: datetime
