"""What must still reach a platform: rows of the outbox, as facts that are put into words when they are delivered.

A row says *that* an envelope's card must be shown, not how it looks, so that a late delivery shows the newest state.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from bot.domain.people import OfficeId, Platform
from bot.domain.places import Place

OutgoingId = NewType("OutgoingId", int)


class Errand(StrEnum):
    """What an outbox row asks for."""

    SHOW_CARD = "show card"
    """Post the envelope's card, or update it in place when it was posted before."""
    NOTE_COMPLETION = "note completion"
    """Tell in the thread that everybody approved, and mention who asked."""
    NOTE_REJECTION = "note rejection"
    """Tell the reason in the thread under the card and mention who asked."""
    NOTE_WITHDRAWAL = "note withdrawal"
    """Tell in the thread that the request was withdrawn."""
    NOTE_EXPIRY = "note expiry"
    """Tell in the thread that the request expired, and mention who asked."""
    NOTE_SUCCESSOR = "note successor"
    """Tell in the thread of the old envelope that a corrected version was sent."""
    SHOW_DELEGATION = "show delegation"
    """Ask staff in the thread to allow passing the task on, or update that note; `delegation` is the id of which."""
    NOTE_DELEGATION = "note delegation"
    """Tell in the thread how staff answered `delegation`, and mention who has the task now."""
    NOTIFY_TURN = "notify turn"
    """Write to the signer `tenant` and `user` in their own chat that it is their turn, with the card to answer on."""
    NOTE_TURN = "note turn"
    """Tell in the thread whose turn it is, and mention them, where their own chat could not be reached."""
    REMIND = "remind"
    """Remind the signer `tenant` and `user` in their own chat, with the card to answer on; `also` are the ids of more
    envelopes that await them, which make one list with it. `by` is the party of staff who asked for it."""
    NOTE_REMINDER = "note reminder"
    """Remind the same signer in the thread, by a mention, where their own chat could not be reached."""
    ESCALATE = "escalate"
    """Find out who is told that reminding the signer `tenant` and `user` did not help: sender and relatiebeheerder."""
    TELL_ESCALATION = "tell escalation"
    """Tell that `to_name` (`to_tenant`, `to_user`) in their own chat; `absent` is the relatiebeheerder's name where
    they take no part in the conversation, and could not be told."""
    NOTE_ESCALATION = "note escalation"
    """Tell them in the thread instead, by a mention, where their own chat could not be reached."""
    SEAL = "seal"
    """Make the sealed PDF of what everybody signed, and file it in the dossier; nothing is said of it anywhere."""
    NOTE_SEALED = "note sealed"
    """Tell in the thread that the sealed PDF is there, and mention who asked."""
    POST_SEALED = "post sealed"
    """Put the sealed PDF itself in the thread."""
    SHOW_DELIVERY = "show delivery"
    """Ask staff in the intake channel about the delivery whose id is the subject, or update what was asked before."""
    TAKE_FILES = "take files"
    """Take uploaded files from the platform, file them in the dossier and send the envelope that waits for them."""
    TELL_TROUBLE = "tell trouble"
    """Tell a person privately that something they asked for did not succeed."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to deliver in a conversation, after what was asked before it there.

    `subject` is the id of the envelope it is about, or empty; `facts` are the particulars of the errand, as JSON
    values.
    """

    office: OfficeId
    place: Place
    errand: Errand
    subject: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


COUNTED = 100_000
"""So many are counted at most: more tell nothing more, and cost whoever counts them every few seconds."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many wait, up to `COUNTED`, and since when the oldest of those that are due; None when none is."""

    waiting: int
    due_since: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An outbox row that this process may deliver until its lease ends.

    `attempts` counts the deliveries begun before this one, and `waits` how often it was claimed only to be put back.
    `unclear` says that an earlier one broke after the message was handed over, or was never reported back, so that it
    must be looked up before it is sent again.
    """

    id: OutgoingId
    outgoing: Outgoing
    key: str
    created_at: datetime
    attempts: int
    unclear: bool
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """An outbox row as an administrator sees it, without what it says of people.

    `buried` is what failed for good; the others wait. Asked for at `created_at` or, where it was put back in line, at
    that time; `due_at` is when it is tried next. `last_error` is in machine words, and empty where no try failed.
    """

    id: OutgoingId
    office: OfficeId
    platform: Platform
    errand: Errand
    subject: str
    created_at: datetime
    due_at: datetime
    tries: int
    last_error: str
    buried: bool
