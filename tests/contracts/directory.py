"""What every `Directory` promises. A platform's suite inherits `DirectoryContract` and gives a `stage`."""

from typing import Protocol

import pytest

from bot.conversation import Actor
from bot.domain.errors import PlatformError, PlatformUnavailable
from bot.domain.people import Account, Platform, Standing
from bot.domain.places import Place
from bot.ports import Directory


class DirectoryStage(Protocol):
    """An office's workspace with one conversation, empty but for Paraaf itself."""

    directory: Directory
    place: Place

    def add(self, name: str, standing: Standing, *, email: str | None = None, joins: bool = True) -> Account:
        """Someone of that standing, whose address is confirmed, who joins the conversation."""

    def add_with_unconfirmed_email(self, name: str, email: str) -> Account:
        """A full member whose address is not confirmed."""

    def actor(self, account: Account) -> Actor:
        """This account, doing something in the conversation."""

    def leave(self, account: Account) -> None:
        """Let someone leave the conversation."""

    def deactivate(self, account: Account) -> None:
        """Close an account."""

    def make_group(self, group: str, *members: Account) -> None:
        """A user group of the office."""

    def stop(self) -> None:
        """Let the platform stop answering."""


class DirectoryContract:
    @pytest.mark.parametrize("standing", list(Standing))
    async def test_tells_what_someone_is(self, stage: DirectoryStage, standing: Standing) -> None:
        account = stage.add("Noor 🌷 El Idrissi", standing)
        person = await stage.directory.person(stage.actor(account))
        assert (person.account, person.name, person.standing) == (account, "Noor 🌷 El Idrissi", standing)
        assert person.active

    async def test_tells_the_language_and_a_confirmed_address(self, stage: DirectoryStage) -> None:
        account = stage.add("Sanne", Standing.MEMBER, email="sanne@kantoor.example")
        person = await stage.directory.person(stage.actor(account))
        assert (person.email, person.locale) == ("sanne@kantoor.example", "nl-NL")

    async def test_keeps_an_unconfirmed_address_to_itself(self, stage: DirectoryStage) -> None:
        account = stage.add_with_unconfirmed_email("Eve", "directeur@kantoor.example")
        assert (await stage.directory.person(stage.actor(account))).email is None

    async def test_tells_of_a_closed_account(self, stage: DirectoryStage) -> None:
        account = stage.add("Weg", Standing.MEMBER)
        stage.deactivate(account)
        assert not (await stage.directory.person(stage.actor(account))).active

    async def test_finds_members_alone_by_their_address(self, stage: DirectoryStage) -> None:
        sanne = stage.add("Sanne", Standing.MEMBER, email="sanne@kantoor.example", joins=False)
        stage.add("Gast", Standing.GUEST, email="gast@kantoor.example")
        stage.add_with_unconfirmed_email("Eve", "directeur@kantoor.example")
        found = await stage.directory.find_by_email(stage.place, "Sanne@kantoor.example")
        assert found is None if stage.place.platform is Platform.TEAMS else found and found.account == sanne
        for nobody in ("gast@kantoor.example", "directeur@kantoor.example", "niemand@kantoor.example"):
            assert await stage.directory.find_by_email(stage.place, nobody) is None

    async def test_finds_no_closed_account_by_its_address(self, stage: DirectoryStage) -> None:
        gone = stage.add("Weg", Standing.MEMBER, email="weg@kantoor.example")
        stage.deactivate(gone)
        assert await stage.directory.find_by_email(stage.place, "weg@kantoor.example") is None

    async def test_lists_everybody_over_all_pages(self, stage: DirectoryStage) -> None:
        added = [stage.add(f"Deelnemer {number}", list(Standing)[number % 4]) for number in range(450)]
        people = await stage.directory.participants(stage.place)
        accounts = {person.account for person in people}
        assert len(people) == len(accounts)  # nobody twice
        assert set(added) <= accounts
        assert {person.standing for person in people} == set(Standing)

    async def test_knows_the_last_of_many(self, stage: DirectoryStage) -> None:
        accounts = [stage.add(f"Deelnemer {number}", Standing.MEMBER) for number in range(450)]
        assert await stage.directory.takes_part(stage.place, accounts[-1])

    async def test_sees_at_once_that_someone_left(self, stage: DirectoryStage) -> None:
        account = stage.add("Karim", Standing.EXTERNAL)
        assert await stage.directory.takes_part(stage.place, account)
        assert account in {person.account for person in await stage.directory.participants(stage.place)}
        stage.leave(account)
        assert not await stage.directory.takes_part(stage.place, account)
        assert account not in {person.account for person in await stage.directory.participants(stage.place)}

    async def test_someone_who_never_joined_takes_no_part(self, stage: DirectoryStage) -> None:
        account = stage.add("Buiten", Standing.MEMBER, joins=False)
        assert not await stage.directory.takes_part(stage.place, account)

    async def test_knows_a_group(self, stage: DirectoryStage) -> None:
        inside, outside = stage.add("In", Standing.MEMBER), stage.add("Uit", Standing.MEMBER)
        stage.make_group("S0STAFF", inside)
        assert await stage.directory.is_in_group(stage.place.tenant, inside, "S0STAFF")
        assert not await stage.directory.is_in_group(stage.place.tenant, outside, "S0STAFF")

    async def test_an_unknown_group_is_no_answer(self, stage: DirectoryStage) -> None:
        account = stage.add("In", Standing.MEMBER)
        with pytest.raises(PlatformError):
            await stage.directory.is_in_group(stage.place.tenant, account, "S0NONE")

    async def test_says_so_when_nobody_answers(self, stage: DirectoryStage) -> None:
        account = stage.add("Sanne", Standing.MEMBER)
        stage.stop()
        with pytest.raises(PlatformUnavailable):
            await stage.directory.takes_part(stage.place, account)
        with pytest.raises(PlatformUnavailable):
            await stage.directory.person(stage.actor(account))
