"""*Gesprek maken*: one conversation for a client who has none, whoever asks for it and however often."""

import asyncio
from dataclasses import replace

import pytest

from bot.conversation import Actor
from bot.domain.errors import NotStaff, PlatformUnavailable, Undeliverable, UnknownTenant
from bot.domain.log import DossierLog, Happening, LogFilter
from bot.domain.making import Absence, Missing
from bot.domain.people import Account, Client, ClientId, ContactId, OfficeId, Platform, Role, StaffId, Standing
from bot.domain.places import Conversation
from bot.texts import load_texts
from bot.use_cases.make_conversation import HowTo, Made, make_conversation, name_for
from bot.views.making import show_how
from cards.model import Card, Plain, Text
from tests import builders as a
from tests.use_cases.conftest import SIGNER, STAFF, World

NEAR = a.a_place("C0INTAKE", thread="1.2")
NEW = a.a_client(id=ClientId("client-9"), number="1009", name="Bakkerij Zoë")
KEEPER, TAXER = a.a_staff_account("U0KEEPER"), a.a_staff_account("U0TAXER")
GUEST = a.an_account("U0GUEST", "T0OFFICE")
SANNE = Actor(STAFF, "T0OFFICE", "Sanne de Vries", NEAR)


async def furnish(world: World) -> None:
    """A client without a conversation, with two contacts of whom one was confirmed, and two who hold a role."""
    keeper = a.a_staff_member(id=StaffId("staff-8"), name="Bram Bos", email="bram@vandijk.example")
    taxer = a.a_staff_member(id=StaffId("staff-9"), name="Femke Faber", email="femke@vandijk.example")
    contact = a.a_contact(id=ContactId("contact-8"), client=NEW.id, name="Zoë Zand", email=None)
    async with world.store.transaction() as tx:
        await tx.people.save_client(NEW)
        for member, role in ((keeper, Role.RELATION_KEEPER), (taxer, Role.TAX)):
            await tx.people.save_staff(member)
            await tx.people.assign(NEW.id, role, member)
        await tx.people.save_contact(contact)
        await tx.people.save_contact(replace(contact, id=ContactId("contact-9"), name="Ada Aal", preferred=False))
        await tx.people.confirm(GUEST, contact.id, STAFF, a.NOON)
    for account, member in ((KEEPER, keeper), (TAXER, taxer)):
        world.directory.people[account] = a.a_person(
            member.name, account=account, standing=Standing.MEMBER, email=member.email
        )


async def links(world: World, client: Client = NEW) -> tuple[Conversation, ...]:
    async with world.store.reading() as tx:
        return await tx.conversations.of_client(client.id)


async def count_log_lines(world: World) -> int:
    async with world.store.reading() as tx:
        lines = await tx.log.find(a.OFFICE, DossierLog(NEW.id), LogFilter(), None, 10)
    return sum(line.happening is Happening.LINKED for line in lines)


def invited(world: World) -> list[Account]:
    return [account for _, account in world.messenger.invited]


async def test_makes_it_invites_links_and_says_whose_it_is(world: World) -> None:
    await furnish(world)
    made = await make_conversation(world.ports, SANNE, NEAR, NEW, Role.TAX)
    place = a.a_place("1009 Bakkerij Zoë")
    assert made == Made(place, is_new=True, missing=(Missing("Ada Aal", Absence.UNKNOWN),))
    assert invited(world) == [STAFF, KEEPER, TAXER, GUEST]
    assert await links(world) == (Conversation(a.OFFICE, place, NEW.id, STAFF, world.clock.now()),)
    assert await count_log_lines(world) == 1
    (message,) = world.messenger.messages
    assert (message.ref.place, message.cards[0].title) == (place, "Gesprek met 1009 · Bakkerij Zoë")


async def test_without_a_role_only_the_relatiebeheerder_comes_along(world: World) -> None:
    await furnish(world)
    await make_conversation(world.ports, SANNE, NEAR, NEW)
    assert invited(world) == [STAFF, KEEPER, GUEST]


async def test_tells_who_could_not_be_invited_and_why(world: World) -> None:
    await furnish(world)
    del world.directory.people[KEEPER]
    world.messenger.uninvitable[GUEST] = "user_is_restricted"
    async with world.store.transaction() as tx:
        await tx.people.confirm(a.an_account("U0ADA", "T0ELSEWHERE"), ContactId("contact-9"), STAFF, a.NOON)
    made = await make_conversation(world.ports, SANNE, NEAR, NEW)
    assert isinstance(made, Made)
    assert made.missing == (
        Missing("Bram Bos", Absence.UNKNOWN),
        Missing("Ada Aal", Absence.ELSEWHERE),
        Missing("Zoë Zand", Absence.REFUSED, "user_is_restricted"),
    )
    assert invited(world) == [STAFF]


async def test_a_second_press_makes_nothing(world: World) -> None:
    await furnish(world)
    first = await make_conversation(world.ports, SANNE, NEAR, NEW)
    again = await make_conversation(world.ports, replace(SANNE, name="Bram"), NEAR, NEW)
    assert isinstance(first, Made)
    assert again == Made(first.place, is_new=False)
    assert (len(world.messenger.made), len(world.messenger.messages), await count_log_lines(world)) == (1, 1, 1)


async def test_two_at_once_make_one(world: World) -> None:
    await furnish(world)
    both = await asyncio.gather(*(make_conversation(world.ports, SANNE, NEAR, NEW) for _ in range(2)))
    assert sorted(isinstance(made, Made) and made.is_new for made in both) == [False, True]
    assert (len(await links(world)), len(world.messenger.messages), await count_log_lines(world)) == (1, 1, 1)


async def test_a_failure_leaves_no_link_and_the_next_press_goes_on(world: World) -> None:
    await furnish(world)
    for broken_call in ("make_conversation", "invite"):
        world.messenger.breaks[broken_call] = PlatformUnavailable("away")
        with pytest.raises(PlatformUnavailable):
            await make_conversation(world.ports, SANNE, NEAR, NEW)
        assert await links(world) == ()
        del world.messenger.breaks[broken_call]
    made = await make_conversation(world.ports, SANNE, NEAR, NEW)
    assert isinstance(made, Made)
    assert made.is_new


async def test_the_conversation_stands_when_its_first_card_does_not_arrive(world: World) -> None:
    await furnish(world)
    world.messenger.broken["1009 Bakkerij Zoë"] = PlatformUnavailable("away")
    made = await make_conversation(world.ports, SANNE, NEAR, NEW)
    assert isinstance(made, Made)
    assert made.is_new
    assert len(await links(world)) == 1


async def test_nobody_is_invited_to_another_clients_conversation(world: World) -> None:
    await furnish(world)
    theirs = a.a_conversation(place=a.a_place(name_for(NEW)))
    async with world.store.transaction() as tx:
        await tx.conversations.link(theirs)
    with pytest.raises(Undeliverable, match="name_taken"):
        await make_conversation(world.ports, SANNE, NEAR, NEW)
    assert invited(world) == []
    assert theirs in await links(world, a.a_client())


async def test_only_staff_make_one(world: World) -> None:
    await furnish(world)
    with pytest.raises(NotStaff):
        await make_conversation(world.ports, Actor(SIGNER, "T0OFFICE", "Karim", NEAR), NEAR, NEW)
    with pytest.raises(UnknownTenant):
        await make_conversation(world.ports, replace(SANNE, office_tenant="T0STRANGE"), NEAR, NEW)
    assert world.messenger.made == []


async def test_never_for_a_client_of_another_office(world: World) -> None:
    theirs = a.a_client(id=ClientId("client-other"), office=OfficeId("office-2"))
    async with world.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=theirs.office, name="Anders"))
        await tx.people.save_client(theirs)
    for client in (theirs, replace(theirs, office=a.OFFICE)):
        with pytest.raises(KeyError):
            await make_conversation(world.ports, SANNE, NEAR, client)
    assert world.messenger.made == []


async def test_where_paraaf_cannot_it_says_how(world: World) -> None:
    await furnish(world)
    world.messenger.makes_conversations = False
    assert await make_conversation(world.ports, SANNE, NEAR, NEW) == HowTo(NEW)
    words = read(show_how(NEW, load_texts("nl"), Platform.TEAMS))
    for said in ("1009 · Bakkerij Zoë", "groepschat", "app Paraaf", "@Paraaf koppel"):
        assert said in words
    assert (world.messenger.made, await links(world)) == ([], ())


def test_no_two_clients_share_a_name_however_it_is_spelled() -> None:
    clean, dashed = a.a_client(number="10", name="1 Bakker"), a.a_client(number="10-1", name="Bakker")
    assert name_for(clean) == "10 1 Bakker"
    assert name_for(dashed) != "10-1 Bakker"
    assert name_for(dashed) != name_for(replace(dashed, id=ClientId("client-2"), number="10.1"))
    assert name_for(replace(dashed, name="B")).split()[:2] == name_for(dashed).split()[:2]


def read(card: Card) -> str:
    texts = [element for element in card.elements if isinstance(element, Text)]
    return "\n".join([card.title, *(span.text for text in texts for span in text.spans if isinstance(span, Plain))])
