"""What is wrong with the fields of a form."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Refusal


class Problem(StrEnum):
    """What can be wrong with one field."""

    MISSING = "missing"
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    TOO_MANY = "too many"
    IN_THE_PAST = "in the past"
    BEFORE_DUE = "before due"
    NOT_A_DAY = "not a day"
    IN_THE_FUTURE = "in the future"
    BEFORE_PERIOD_END = "before period end"
    ANOTHER_DAY = "another day"
    BEFORE_ITS_START = "before its start"
    NOT_A_PARTICIPANT = "not a participant"
    OWN_REQUEST = "own request"
    NOT_A_PERSON = "not a person"
    SIGNER_ALREADY = "signer already"
    UNKNOWN = "unknown"
    NOT_ASKED = "not asked"
    NOT_READABLE = "not readable"
    NOT_ONE_PDF = "not one pdf"
    PDF_ENCRYPTED = "pdf encrypted"
    PDF_BROKEN = "pdf broken"
    PDF_XFA = "pdf xfa"
    PDF_ACTIVE = "pdf active"
    PDF_TOO_HEAVY = "pdf too heavy"
    TOO_MANY_SIGNERS = "too many signers"
    TOO_FEW_SIGNERS = "too few signers"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong field: the problem and, where the problem is about a number, the limit it broke."""

    problem: Problem
    limit: int | None = None


@dataclass(eq=False)
class InvalidInput(Refusal):
    """Fields by input id, each with what is wrong with it; at least one."""

    faults: Mapping[str, Fault]
