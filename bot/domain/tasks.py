"""Tasks: the envelopes that somebody has to do with, by whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.envelope import Envelope, EnvelopeState
from bot.domain.people import Account, ClientId, OfficeId
from bot.domain.places import Place

PAGE_SIZE: Final = 5
"""Envelopes on a page: with long names and every button they fit into one message in Slack, and on a phone's screen."""
REACH: Final = 1_000
"""Envelopes of one list that are counted and paged at most, so that a list costs the same however old an office is."""


class Turn(StrEnum):
    """Whose turn it is, in the order in which lists are shown."""

    MINE = "mine"
    """An open envelope that awaits this person's own answer."""
    OTHERS = "others"
    """An open envelope that this person sent, answered or is to answer later, and that awaits somebody else."""
    DONE = "done"
    """An envelope of this person's that has a final state."""


@dataclass(frozen=True, slots=True)
class TaskScope:
    """Whose tasks: those of an account in an office, `within` one conversation or everywhere.

    `sees_all` adds, within a conversation, what others sent there to others.
    """

    office: OfficeId
    account: Account
    within: Place | None = None
    sees_all: bool = False


@dataclass(frozen=True, slots=True)
class TaskList:
    """Page `page`, from 0, of the `pages` pages of one list, at least one; and how long every list is.

    What is open comes late first, then by due date, then oldest first; what is done newest first. No count is above
    `REACH`, which then stands for "so many or more". `clients` are the names of whom the envelopes are about.
    """

    turn: Turn
    envelopes: tuple[Envelope, ...]
    page: int
    pages: int
    counts: Mapping[Turn, int]
    clients: Mapping[ClientId, str]


def find_turn(envelope: Envelope, account: Account, *, sees_all: bool = False) -> Turn | None:
    """The list in which this account sees an envelope; None when it has nothing to do with it.

    This is the rule that a store's queries keep.
    """
    signer = envelope.signer(account)
    if not sees_all and signer is None and envelope.sender.account != account:
        return None
    if envelope.state is not EnvelopeState.OPEN:
        return Turn.DONE
    return Turn.MINE if signer in envelope.waiting_for else Turn.OTHERS
