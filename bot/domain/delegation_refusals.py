"""Why a task is not passed on."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.errors import Refusal
from bot.domain.faults import Problem

if TYPE_CHECKING:
    from bot.domain.delegation import DelegationState
    from bot.domain.envelope import Answer


@dataclass(eq=False)
class PassedOn(Refusal):
    """The person was asked to answer, and passed that on to `name` at `at`."""

    name: str
    at: datetime


@dataclass(eq=False)
class NotTheDelegator(Refusal):
    """Only `name` may take their request to pass the task on back."""

    name: str


@dataclass(eq=False)
class DelegationClosed(Refusal):
    """The request to pass a task on to `taker` reached `state` through `by` at `at`."""

    state: "DelegationState"
    taker: str
    by: str
    at: datetime


@dataclass(eq=False)
class DelegationLapsed(Refusal):
    """The signer `name`, who asked to pass the task on, gave the answer themself at `at`."""

    name: str
    answer: "Answer"
    at: datetime


@dataclass(eq=False)
class CannotTakeOver(Refusal):
    """`name` cannot become the signer in the place of `signer`, for `problem`."""

    name: str
    signer: str
    problem: "Problem"


@dataclass(eq=False)
class NobodyToTakeOver(Refusal):
    """Nobody else in the conversation could become the signer."""
