"""A delivery that waits for staff: what is known of it, and what there is to choose from."""

from dataclasses import dataclass

from bot.conversation import Actor
from bot.domain.delivery import Delivery, DeliveryId, DeliveryState
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.intake_refusals import DeliverySettled, UnknownDelivery
from bot.domain.outline import Facts, outline
from bot.domain.people import Account, Client, Office, Person
from bot.domain.places import Conversation, Place
from bot.domain.workflow import is_strong_enough
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import directory_of, find_office, require_staff
from bot.use_cases.compose import find_candidates, recognise
from bot.use_cases.plan_delivery import gather_facts
from bot.views import intake as views
from bot.views.options import fit, offer_client, offer_signer
from cards.limits import OPTIONS_IN_MENU
from cards.model import Option


@dataclass(frozen=True, slots=True)
class Asked:
    """A delivery that waits, with all that is known of it; `people` are those of the client's conversation."""

    office: Office
    delivery: Delivery
    source: str
    facts: Facts
    place: Place | None
    people: tuple[Person, ...]

    @property
    def client(self) -> Client | None:
        """Whose it is, as far as that is known."""
        return self.facts.client


async def require_waiting(ports: Ports, actor: Actor, id_: DeliveryId) -> Delivery:
    """The delivery, for staff of its office. Raises `NotStaff`, `UnknownDelivery`, `DeliverySettled`."""
    async with ports.store.reading() as tx:
        office = await find_office(tx, actor)
        delivery = await tx.deliveries.get(office.id, id_)
    await require_staff(ports, office, actor)
    if delivery is None:
        raise UnknownDelivery
    if delivery.state is not DeliveryState.WAITING:
        raise DeliverySettled(delivery.state)
    return delivery


async def read_asked(ports: Ports, actor: Actor, id_: DeliveryId) -> Asked:
    """As `require_waiting`, with what else is known, the platform asked live."""
    delivery = await require_waiting(ports, actor, id_)
    async with ports.store.reading() as tx:
        source = await tx.sources.get(delivery.source)
    facts = await gather_facts(ports, delivery, source.name if source else "")
    place = outline(facts).place
    people = await directory_of(ports, actor).participants(place) if place else ()
    return Asked(facts.office, delivery, facts.source, facts, place, people)


def find_person(asked: Asked, user: str) -> Person:
    """The participant who could sign. Raises `InvalidInput` where there is none of that id."""
    person = next((each for each in _list_candidates(asked) if each.account.user == user), None)
    if person is None:
        raise InvalidInput({views.CONTACT: Fault(Problem.NOT_A_PARTICIPANT)})
    return person


def _list_candidates(asked: Asked) -> list[Person]:
    """Who could sign; nobody where the conversation is gone, or was none."""
    if asked.place is None:
        return []
    nobody = Account(asked.place.platform, "", "")  # who sends it is not known yet, unless somebody was chosen
    return list(find_candidates(asked.people, asked.office, asked.delivery.choices.sender or nobody))


async def offer_choices(ports: Ports, asked: Asked, actor: Actor, texts: Texts) -> views.Offers:
    """What there is to choose from."""
    fitting = [each for each in asked.facts.templates if is_strong_enough(each.way, asked.delivery.kind)]
    return views.Offers(
        clients=await _offer_clients(ports, asked.office),
        templates=tuple(Option(each.name, fit(each.name)) for each in fitting)[:OPTIONS_IN_MENU],
        places=await _offer_places(ports, asked.facts.conversations, texts),
        contacts=_offer_contacts(asked, texts),
        can_send=any(person.account == actor.account for person in asked.people),
    )


async def _offer_clients(ports: Ports, office: Office) -> tuple[Option, ...] | None:
    async with ports.store.reading() as tx:
        if await tx.people.count_clients(office.id) > OPTIONS_IN_MENU:
            return None
        return tuple(map(offer_client, await tx.people.find_clients(office.id, "", OPTIONS_IN_MENU)))


async def _offer_places(ports: Ports, conversations: tuple[Conversation, ...], texts: Texts) -> tuple[Option, ...]:
    """Conversations have no names here, so each is told by who takes part in it."""
    options = []
    for number, each in enumerate(conversations[:OPTIONS_IN_MENU]):
        people = await ports.directories[each.place.platform].participants(each.place)
        options.append(Option(str(number), fit(views.offer_names([person.name for person in people], texts))))
    return tuple(options)


def _offer_contacts(asked: Asked, texts: Texts) -> tuple[Option, ...]:
    known = recognise(asked.people, asked.facts.contacts, asked.facts.confirmed)
    candidates = _list_candidates(asked)
    return tuple(offer_signer(each, known.get(each.account), texts) for each in candidates)[:OPTIONS_IN_MENU]
