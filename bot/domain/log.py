"""The transaction log that people read: who did what, when, where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.envelope import EnvelopeId, Party
from bot.domain.people import ClientId, OfficeId


class Happening(StrEnum):
    """What a log line says happened."""

    LINKED = "linked"
    CONTACT_CONFIRMED = "contact confirmed"
    SENT = "sent"
    VIEWED = "viewed"
    PAGES_OPENED = "pages opened"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line. `envelope` or `client` is what it is about; `facts` are the particulars of this happening, by name."""

    office: OfficeId
    happening: Happening
    by: Party
    at: datetime
    client: ClientId
    envelope: EnvelopeId | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
