"""Personal links, by which one person opens documents or brings them, in a browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.envelope import EnvelopeId, Party
from bot.domain.people import ClientId, OfficeId

VIEWING_TIME = timedelta(hours=1)
"""How long a link to the documents works: long enough to read, short enough that a copied address is soon worthless."""


@dataclass(frozen=True, slots=True)
class ViewingLink:
    """A link for `viewer` to the documents of an envelope, until `expires_at`.

    Opening it does not use it up, since link previews open links too. `secret_hash` is the SHA-256 of the secret in the
    address, in hex.
    """

    secret_hash: str
    office: OfficeId
    envelope: EnvelopeId
    viewer: Party
    expires_at: datetime


UPLOADING_TIME = timedelta(hours=1)
"""How long an upload page waits, which it does from the moment that the dialog it belongs to was opened."""


@dataclass(frozen=True, slots=True)
class UploadPage:
    """A page where `uploader` can bring documents for a client's dossier once, until `expires_at`.

    For platforms whose dialogs cannot ask for files. `secret_hash` is as in `ViewingLink`.
    """

    secret_hash: str
    office: OfficeId
    client: ClientId
    uploader: Party
    expires_at: datetime
