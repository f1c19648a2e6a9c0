"""Who takes part: accounts on a chat platform, and the people of an office and its clients behind them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.signature import Drawing

OfficeId = NewType("OfficeId", str)
ClientId = NewType("ClientId", str)
ContactId = NewType("ContactId", str)
StaffId = NewType("StaffId", str)


class Platform(StrEnum):
    """A chat platform that Paraaf works in."""

    SLACK = "slack"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class Account:
    """A person as one platform knows them.

    `tenant` is the workspace (Slack) or organisation (Teams) that the person belongs to, which for a client is often
    not the office's own; `user` is the person's id there.
    """

    platform: Platform
    tenant: str
    user: str


class Standing(StrEnum):
    """What someone is in a conversation of the office, as the platform tells it."""

    MEMBER = "member"
    """A full member of the office's own workspace or tenant: the only ones who may be staff."""
    GUEST = "guest"
    """Invited into the office's own workspace or tenant with fewer rights."""
    EXTERNAL = "external"
    """Someone of another organisation, in a conversation that the two share."""
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Person:
    """What a platform tells about an account right now.

    `email` is present only where the platform says that the address was confirmed; `locale` is a tag such as `nl-NL`,
    or None where the platform does not tell. `active` is False for an account that was closed.
    """

    account: Account
    name: str
    standing: Standing
    email: str | None = None
    locale: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often an office reminds, in working days. The defaults are those of the product.

    `first` after sending, then `every`; after the due date every `late_every`, `most` times at most.
    """

    first: int = 3
    every: int = 3
    late_every: int = 2
    most: int = 5


@dataclass(frozen=True, slots=True)
class Office:
    """The tenant: one accounting firm.

    `locale` is the language of what everybody in a conversation reads. `staff_group` (a platform's user group) and
    `staff_accounts` (user ids, or e-mail addresses in lower case) narrow who counts as staff; when neither is set
    every full member does. `sender_may_sign` lets a sender be the signer of their own request, which an office forbids
    unless it says otherwise. `drawing` says whether signers are asked for a signature (product, rule 4), and
    `typed_names` whether a typed name will do for one, for who cannot draw. `reminders` is how often signers are
    reminded. `own_client` is the office itself among its clients, whose dossier holds what it sends along to others,
    such as its general terms.
    """

    id: OfficeId
    name: str
    locale: str = "nl"
    staff_group: str | None = None
    staff_accounts: frozenset[str] = frozenset()
    sender_may_sign: bool = False
    drawing: Drawing = Drawing.OFFERED
    typed_names: bool = True
    reminders: Cadence = Cadence()
    own_client: ClientId | None = None


class Role(StrEnum):
    """What a staff member does for one client; the values are the office's own words."""

    RELATION_KEEPER = "relatiebeheerder"
    ACCOUNTANT = "accountant"
    TAX = "fiscaal"
    BOOKKEEPING = "administratie"
    PAYROLL = "salaris"
    SECRETARIAT = "secretariaat"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Someone who works at the office, known by the e-mail address that a platform confirms."""

    id: StaffId
    office: OfficeId
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Client:
    """A company or person that the office works for; `number` is unique within the office.

    `group` is the office's own word for clients that it treats alike; empty for who is in none.
    """

    id: ClientId
    office: OfficeId
    number: str
    name: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a client. At most one contact of a client is the preferred one."""

    id: ContactId
    client: ClientId
    name: str
    email: str | None = None
    preferred: bool = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That an account is `contact`, as staff said `at` a time through the account `by`."""

    contact: Contact
    by: Account
    at: datetime
