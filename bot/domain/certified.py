"""The certified way of signing: several signers, one sealed PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.dossier import Document

MOST_SIGNERS = 20
"""Signers of one envelope."""


class Way(StrEnum):
    """How an envelope is signed."""

    APPROVAL = "approval"
    """One signer approves documents of any type."""
    CERTIFIED = "certified"
    """Signers sign one PDF, which is sealed after the last of them."""


class SealLevel(StrEnum):
    """How long a seal can be checked: the baseline levels of PAdES (ETSI EN 319 142-1), the weakest first."""

    B_B = "B-B"
    """As long as the certificate is known."""
    B_T = "B-T"
    """With a timestamp by an authority."""
    B_LT = "B-LT"
    """And with what tells that no certificate was revoked."""
    B_LTA = "B-LTA"
    """And with a timestamp on all of that, which can be renewed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The sealed PDF, which came of an envelope at `at`; `shortfall` says why its level is none of those above."""

    document: Document
    level: SealLevel
    at: datetime
    shortfall: str = ""


def rearrange(order: Sequence[str], moved: Mapping[int, str]) -> tuple[str, ...]:
    """`order` with some of its own at other places, counted from 0; the rest keep their order around them."""
    rest = iter([each for each in order if each not in moved.values()])
    return tuple(moved[place] if place in moved else next(rest) for place, _ in enumerate(order))
