"""Refusals about deliveries, in words."""

from typing import assert_never

from bot.domain.delivery import DeliveryState
from bot.domain.intake_refusals import DeliverySettled, IntakeNotPrivate, UnknownDelivery
from bot.texts import Texts

IntakeRefusal = DeliverySettled | UnknownDelivery | IntakeNotPrivate


def word_intake_refusal(refusal: IntakeRefusal, texts: Texts) -> str:
    """What is wrong, and what to do."""
    match refusal:
        case DeliverySettled(DeliveryState.SENT):
            return texts.say("This delivery was sent meanwhile. There is nothing left to choose.")
        case DeliverySettled(DeliveryState.REFUSED):
            return texts.say("A colleague rejected this delivery meanwhile. There is nothing left to choose.")
        case DeliverySettled():
            return texts.say("A colleague answered this meanwhile. The card shows in a moment what became of it.")
        case UnknownDelivery():
            return texts.say("This delivery is not known here any more. Nothing was changed.")
        case IntakeNotPrivate(names):
            return texts.say(
                "Deliveries of all clients come here, so only the office's own staff may take part: not {names}. "
                "Choose a conversation without them.",
                names=", ".join(names),
            )
        case _:
            assert_never(refusal)
