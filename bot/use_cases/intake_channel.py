"""Make a conversation the office's intake channel: where staff are asked about deliveries of all clients."""

from collections.abc import Iterable

from bot.conversation import Answer, Command, Tell
from bot.domain.intake_refusals import IntakeNotPrivate
from bot.domain.people import Person, Standing
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import ask_participants, read_office, require_staff
from bot.use_cases.intake import show_delivery
from bot.views.help import show_words


async def choose_intake(ports: Ports, command: Command, texts: Texts) -> Answer:
    """Ask here from now on, beginning with what waits already.

    Raises `NotStaff`, `NotAParticipant`, and `IntakeNotPrivate` where others than the office's own take part.
    """
    actor, place = command.actor, command.place.conversation
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    if others := find_others(await ask_participants(ports, actor, place)):
        raise IntakeNotPrivate(tuple(each.name for each in others))
    async with ports.store.transaction() as tx:
        await tx.offices.set_intake(office.id, place)
        waiting = await tx.deliveries.waiting(office.id)
        for delivery in waiting:
            if delivery.card is None:
                await show_delivery(tx, ports, delivery)
    words = texts.say("From now on you are asked here about deliveries that need a choice.")
    return Tell(show_words(words))


def find_others(people: Iterable[Person]) -> list[Person]:
    """Who of those in a conversation is not of the office, to whom the names of all clients are no business."""
    return [each for each in people if each.standing in {Standing.GUEST, Standing.EXTERNAL}]
