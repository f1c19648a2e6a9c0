"""Why what staff do about a delivery is refused."""

from dataclasses import dataclass

from bot.domain.delivery import DeliveryState
from bot.domain.errors import Refusal


@dataclass(eq=False)
class DeliverySettled(Refusal):
    """Something became of the delivery already, or is about to."""

    state: DeliveryState


@dataclass(eq=False)
class UnknownDelivery(Refusal):
    """There is no such delivery at this office."""


@dataclass(eq=False)
class IntakeNotPrivate(Refusal):
    """Who takes part in the conversation is not all of the office: `names` of those who are not."""

    names: tuple[str, ...]
