import pytest

from bot.domain.errors import Conflict
from bot.domain.people import ClientId, Confirmation, ContactId, Office, OfficeId, Platform, Role, StaffId
from bot.domain.signature import Drawing
from bot.ports import Store
from tests.builders import (
    CLIENT,
    CONTACT,
    OFFICE,
    a_client,
    a_contact,
    a_conversation,
    a_place,
    a_staff_account,
    a_staff_member,
    an_account,
    an_office,
    at,
)

OTHER_OFFICE = OfficeId("office-2")


async def add_other_office(store: Store) -> None:
    async with store.transaction() as transaction:
        await transaction.offices.save(an_office(id=OTHER_OFFICE, name="Anders"))
        await transaction.people.save_client(a_client(id=ClientId("client-2"), office=OTHER_OFFICE))


class TestOffices:
    async def test_an_office_comes_back_as_it_was_saved(self, store: Store) -> None:
        office = Office(
            OFFICE,
            "Çelik & Zn. 🏢",
            "en",
            "S123",
            frozenset({"U1", "U2"}),
            sender_may_sign=True,
            drawing=Drawing.OFFERED,
            typed_names=False,
            own_client=CLIENT,
        )
        async with store.transaction() as transaction:
            await transaction.offices.save(office)
        async with store.reading() as transaction:
            assert await transaction.offices.get(OFFICE) == office

    async def test_an_unknown_office_is_a_key_error(self, store: Store) -> None:
        async with store.reading() as transaction:
            with pytest.raises(KeyError):
                await transaction.offices.get(OFFICE)

    async def test_saving_again_replaces(self, store: Store) -> None:
        async with store.transaction() as transaction:
            await transaction.offices.save(an_office(staff_group="S1"))
            await transaction.offices.save(an_office(name="Nieuw"))
            assert await transaction.offices.get(OFFICE) == an_office(name="Nieuw")

    async def test_all_come_by_name_ignoring_case(self, store: Store) -> None:
        async with store.transaction() as transaction:
            for number, name in enumerate(("beta", "Alfa", "Gamma")):
                await transaction.offices.save(an_office(id=OfficeId(str(number)), name=name))
            assert [office.name for office in await transaction.offices.all()] == ["Alfa", "beta", "Gamma"]

    async def test_a_tenant_belongs_to_the_office_it_was_mapped_to_last(self, office_store: Store) -> None:
        await add_other_office(office_store)
        async with office_store.transaction() as transaction:
            assert await transaction.offices.by_tenant(Platform.SLACK, "T1") is None
            await transaction.offices.map_tenant(OFFICE, Platform.SLACK, "T1")
            assert await transaction.offices.by_tenant(Platform.SLACK, "T1") == an_office()
            assert await transaction.offices.by_tenant(Platform.TEAMS, "T1") is None
            await transaction.offices.map_tenant(OTHER_OFFICE, Platform.SLACK, "T1")
            found = await transaction.offices.by_tenant(Platform.SLACK, "T1")
            assert found is not None
            assert found.id == OTHER_OFFICE


class TestClients:
    async def test_a_client_is_found_in_its_own_office_only(self, office_store: Store) -> None:
        await add_other_office(office_store)
        async with office_store.reading() as transaction:
            assert await transaction.people.client(OFFICE, CLIENT) == a_client()
            assert await transaction.people.client(OTHER_OFFICE, CLIENT) is None
            assert await transaction.people.client_by_number(OFFICE, "1001") == a_client()
            assert await transaction.people.client_by_number(OTHER_OFFICE, "1001") != a_client()
            assert await transaction.people.client_by_number(OFFICE, "1002") is None
            assert await transaction.people.count_clients(OFFICE) == 1

    async def test_a_number_is_unique_within_an_office(self, office_store: Store) -> None:
        with pytest.raises(Conflict):
            async with office_store.transaction() as transaction:
                await transaction.people.save_client(a_client(id=ClientId("another"), name="Dezelfde"))

    async def test_saving_again_replaces_number_name_and_group(self, office_store: Store) -> None:
        renamed = a_client(number="9", name="Haddad Groep", group="Mkb")
        async with office_store.transaction() as transaction:
            await transaction.people.save_client(renamed)
            assert await transaction.people.find_clients(OFFICE, "groep", 9) == (renamed,)
            assert await transaction.people.find_clients(OFFICE, "bouw", 9) == ()

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("", ["Café Zuid", "École 100%", "Haddad Bouw B.V.", "STRASSE_1"]),
            ("CAFÉ", ["Café Zuid"]),
            ("Cafe\N{COMBINING ACUTE ACCENT}", ["Café Zuid"]),
            ("école", ["École 100%"]),
            ("0%", ["École 100%"]),
            ("%", ["École 100%"]),
            ("_", ["STRASSE_1"]),
            ("straße", ["STRASSE_1"]),
            ("10", ["Haddad Bouw B.V.", "École 100%"]),
            ("a/b", []),
            ("\\", []),
        ],
    )
    async def test_clients_are_found_by_part_of_name_or_number(
        self, office_store: Store, text: str, found: list[str]
    ) -> None:
        async with office_store.transaction() as transaction:
            for number, name in (("2", "STRASSE_1"), ("3", "Café Zuid"), ("4", "École 100%")):
                await transaction.people.save_client(a_client(id=ClientId(number), number=number, name=name))
        async with office_store.reading() as transaction:
            clients = await transaction.people.find_clients(OFFICE, text, 10)
        assert sorted(client.name for client in clients) == sorted(found)

    async def test_found_clients_come_by_name_and_no_more_than_asked(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            for number, name in (("2", "b"), ("3", "C"), ("4", "A")):
                await transaction.people.save_client(a_client(id=ClientId(number), number=number, name=name))
            assert [client.name for client in await transaction.people.find_clients(OFFICE, "", 3)] == ["A", "b", "C"]

    async def test_an_office_finds_no_clients_of_another(self, office_store: Store) -> None:
        await add_other_office(office_store)
        async with office_store.reading() as transaction:
            assert await transaction.people.find_clients(OFFICE, "", 10) == (a_client(),)
            assert await transaction.people.count_clients(OTHER_OFFICE) == 1


class TestContacts:
    async def test_the_preferred_contact_comes_first_then_by_name(self, office_store: Store) -> None:
        anna = a_contact(id=ContactId("a"), name="anna", preferred=False, email=None)
        bob = a_contact(id=ContactId("b"), name="Bob", preferred=False)
        async with office_store.transaction() as transaction:
            await transaction.people.save_contact(bob)
            await transaction.people.save_contact(anna)
            assert await transaction.people.contacts(CLIENT) == (a_contact(), anna, bob)

    async def test_one_contact_at_most_is_preferred(self, office_store: Store) -> None:
        other = a_contact(id=ContactId("a"), name="Anna")
        async with office_store.transaction() as transaction:
            await transaction.people.save_contact(other)
            assert await transaction.people.contacts(CLIENT) == (other, a_contact(preferred=False))

    async def test_an_account_is_the_contact_that_was_confirmed_last(self, office_store: Store) -> None:
        other = a_contact(id=ContactId("a"), name="Anna", preferred=False)
        async with office_store.transaction() as transaction:
            people = transaction.people
            await people.save_contact(other)
            assert await people.contact_of(CLIENT, an_account()) is None
            await people.confirm(an_account(), CONTACT, a_staff_account(), at())
            assert await people.contact_of(CLIENT, an_account()) == a_contact()
            await people.confirm(an_account(), other.id, a_staff_account(), at())
            await people.confirm(an_account("U2"), other.id, a_staff_account(), at())
            assert await people.contact_of(CLIENT, an_account()) == other
            assert await people.confirmed_accounts(CLIENT) == {an_account(): other, an_account("U2"): other}

    async def test_a_confirmation_says_who_gave_it_and_when(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            people = transaction.people
            await people.confirm(an_account(), CONTACT, a_staff_account("U1"), at())
            await people.confirm(an_account(), CONTACT, a_staff_account("U2"), at(5))
            assert await people.confirmations(CLIENT) == {
                an_account(): Confirmation(a_contact(), a_staff_account("U2"), at(5))
            }
            assert await people.confirmations(ClientId("client-2")) == {}

    async def test_a_confirmation_counts_for_that_client_and_that_account_only(self, office_store: Store) -> None:
        await add_other_office(office_store)
        async with office_store.transaction() as transaction:
            people = transaction.people
            await people.confirm(an_account(), CONTACT, a_staff_account(), at())
            assert await people.contact_of(ClientId("client-2"), an_account()) is None
            assert await people.confirmed_accounts(ClientId("client-2")) == {}
            assert await people.contact_of(CLIENT, an_account(tenant="T0OTHER")) is None
            assert await people.contact_of(CLIENT, an_account(platform=Platform.TEAMS)) is None

    async def test_one_person_may_be_a_contact_of_two_clients(self, office_store: Store) -> None:
        second = a_client(id=ClientId("client-3"), number="3")
        there = a_contact(id=ContactId("there"), client=second.id)
        async with office_store.transaction() as transaction:
            people = transaction.people
            await people.save_client(second)
            await people.save_contact(there)
            await people.confirm(an_account(), CONTACT, a_staff_account(), at())
            await people.confirm(an_account(), there.id, a_staff_account(), at())
            assert await people.contact_of(CLIENT, an_account()) == a_contact()
            assert await people.contact_of(second.id, an_account()) == there

    async def test_an_unknown_contact_cannot_be_confirmed(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            with pytest.raises(KeyError):
                await transaction.people.confirm(an_account(), ContactId("nobody"), a_staff_account(), at())


class TestStaff:
    async def test_staff_are_found_by_email_ignoring_case_in_their_office_only(self, office_store: Store) -> None:
        await add_other_office(office_store)
        member = a_staff_member(email="Sanne@VanDijk.example")
        async with office_store.transaction() as transaction:
            await transaction.people.save_staff(member)
            assert await transaction.people.staff_by_email(OFFICE, "sanne@vandijk.EXAMPLE") == member
            assert await transaction.people.staff_by_email(OTHER_OFFICE, "sanne@vandijk.example") is None
            assert await transaction.people.staff_by_email(OFFICE, "sanne@vandijk.exampl_") is None

    async def test_an_email_address_belongs_to_one_staff_member(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            await transaction.people.save_staff(a_staff_member())
        with pytest.raises(Conflict):
            async with office_store.transaction() as transaction:
                await transaction.people.save_staff(a_staff_member(id=StaffId("b"), email="SANNE@vandijk.example"))

    async def test_a_role_is_held_by_whoever_was_assigned_last(self, office_store: Store) -> None:
        sanne, tom = a_staff_member(), a_staff_member(id=StaffId("tom"), name="Tom", email="tom@vandijk.example")
        async with office_store.transaction() as transaction:
            people = transaction.people
            await people.save_staff(sanne)
            await people.save_staff(tom)
            assert await people.roles(CLIENT) == {}
            await people.assign(CLIENT, Role.TAX, tom)
            await people.assign(CLIENT, Role.RELATION_KEEPER, tom)
            await people.assign(CLIENT, Role.RELATION_KEEPER, sanne)
            assert await people.roles(CLIENT) == {Role.TAX: tom, Role.RELATION_KEEPER: sanne}


class TestConversations:
    async def test_a_thread_belongs_to_the_client_of_its_conversation(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            await transaction.conversations.link(a_conversation())
            assert await transaction.conversations.at(a_place(thread="1.2")) == a_conversation()
            assert await transaction.conversations.at(a_place("C0OTHER")) is None
            assert await transaction.conversations.at(a_place(tenant="T0OTHER")) is None

    async def test_linking_again_replaces(self, office_store: Store) -> None:
        other = a_client(id=ClientId("client-3"), number="3")
        relinked = a_conversation(client=other.id, linked_by=a_staff_account("U9"), linked_at=at(5))
        async with office_store.transaction() as transaction:
            await transaction.people.save_client(other)
            await transaction.conversations.link(a_conversation())
            await transaction.conversations.link(relinked)
            assert await transaction.conversations.at(a_place()) == relinked
            assert await transaction.conversations.of_client(CLIENT) == ()

    async def test_the_conversations_of_a_client_come_in_order(self, office_store: Store) -> None:
        await add_other_office(office_store)
        elsewhere = a_conversation(office=OTHER_OFFICE, client=ClientId("client-2"), place=a_place("C0B", tenant="T9"))
        linked = [a_conversation(place=a_place(channel)) for channel in ("C0A", "C0B")]
        async with office_store.transaction() as transaction:
            for conversation in (linked[1], elsewhere, linked[0]):
                await transaction.conversations.link(conversation)
            assert await transaction.conversations.of_client(CLIENT) == tuple(linked)
            assert await transaction.conversations.of_client(ClientId("client-2")) == (elsewhere,)

    async def test_a_new_link_takes_the_place_of_none(self, office_store: Store) -> None:
        other = a_client(id=ClientId("client-3"), number="3")
        async with office_store.transaction() as transaction:
            await transaction.people.save_client(other)
            assert await transaction.conversations.link_new(a_conversation())
            assert not await transaction.conversations.link_new(a_conversation(client=other.id))
            assert await transaction.conversations.at(a_place()) == a_conversation()
            assert await transaction.conversations.of_client(other.id) == ()
