import pytest

from bot.domain.dossier import DossierItem, ItemId
from bot.domain.errors import Conflict
from bot.domain.people import ClientId
from bot.ports import Store
from tests.builders import CLIENT, ITEM, a_client, a_content, a_version, an_item, at

OTHER_CLIENT = ClientId("client-2")


def item(number: int, name: str, minutes: float = 0, client: ClientId = CLIENT) -> DossierItem:
    return an_item(f"item-{number}", name=name, client=client, version=a_version(added_at=at(minutes)))


@pytest.fixture
async def dossier(office_store: Store) -> Store:
    async with office_store.transaction() as transaction:
        await transaction.people.save_client(a_client(id=OTHER_CLIENT, number="2"))
        await transaction.dossiers.add(item(2, "Jaarrekening 50%.pdf", 10))
        await transaction.dossiers.add(item(3, "Überweisung_ÉÉN.pdf", 5))
        await transaction.dossiers.add(item(4, "Van een ander.pdf", 20, OTHER_CLIENT))
    return office_store


async def test_items_come_newest_first(dossier: Store) -> None:
    async with dossier.reading() as transaction:
        assert [each.id for each in await transaction.dossiers.recent(CLIENT, 10)] == ["item-2", "item-3", "item-1"]
        assert await transaction.dossiers.recent(CLIENT, 1) == (item(2, "Jaarrekening 50%.pdf", 10),)
        assert await transaction.dossiers.count(CLIENT) == 3
        assert await transaction.dossiers.count(OTHER_CLIENT) == 1


async def test_a_new_version_makes_an_item_the_newest(dossier: Store) -> None:
    second = a_version(2, content=a_content(b"beter"), pages=None, media_type="text/plain", added_at=at(99))
    async with dossier.transaction() as transaction:
        await transaction.dossiers.add_version(ITEM, second)
        assert await transaction.dossiers.recent(CLIENT, 1) == (an_item(version=second),)
        assert await transaction.dossiers.count(CLIENT) == 3


@pytest.mark.parametrize("number", [1, 3])
async def test_only_the_next_version_can_be_added(dossier: Store, number: int) -> None:
    async with dossier.transaction() as transaction:
        with pytest.raises(Conflict):
            await transaction.dossiers.add_version(ITEM, a_version(number))
        assert await transaction.dossiers.items(CLIENT, [ITEM]) == (an_item(),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["item-2", "item-3", "item-1"]),
        ("PDF", ["item-2", "item-3", "item-1"]),
        ("aangifte", ["item-1"]),
        ("één", ["item-3"]),
        ("u\N{COMBINING DIAERESIS}ber", ["item-3"]),
        ("%", ["item-2"]),
        ("g_é", ["item-3"]),
        ("_", ["item-3"]),
        ("ander", []),
    ],
)
async def test_items_are_found_by_part_of_their_name(dossier: Store, text: str, found: list[str]) -> None:
    async with dossier.reading() as transaction:
        assert [each.id for each in await transaction.dossiers.find(CLIENT, text, 10)] == found
        assert [each.id for each in await transaction.dossiers.find(CLIENT, text, 1)] == found[:1]


async def test_items_come_in_the_order_asked_and_of_that_client_only(dossier: Store) -> None:
    asked = [ItemId("item-3"), ItemId("item-4"), ItemId("nothing"), ITEM]
    async with dossier.reading() as transaction:
        assert [each.id for each in await transaction.dossiers.items(CLIENT, asked)] == ["item-3", "item-1"]
        assert await transaction.dossiers.items(CLIENT, []) == ()


async def test_a_name_is_unique_in_its_folder(dossier: Store) -> None:
    async with dossier.transaction() as transaction:
        assert await transaction.dossiers.by_name(CLIENT, "Aangiften/2025", "Aangifte IB 2025.pdf") == an_item()
        assert await transaction.dossiers.by_name(CLIENT, "Aangiften/2024", "Aangifte IB 2025.pdf") is None
        assert await transaction.dossiers.by_name(OTHER_CLIENT, "Aangiften/2025", "Aangifte IB 2025.pdf") is None
        with pytest.raises(Conflict):
            await transaction.dossiers.add(an_item("item-9"))
        elsewhere = an_item("item-9", folder="Aangiften/2024")
        await transaction.dossiers.add(elsewhere)
        assert await transaction.dossiers.by_name(CLIENT, "Aangiften/2024", "Aangifte IB 2025.pdf") == elsewhere
