"""Upload pages, links to logs and conversation references: what every store promises of them."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.links import UploadPage
from bot.domain.log import DossierLog, LogLink
from bot.domain.people import Platform
from bot.domain.places import ConversationKind, Place, Reference
from bot.ports import Store
from tests import builders as a

MONTH = ((timedelta(days=30), True), (timedelta(days=30, seconds=1), False))
"""How much later a new link expires than an old one, and whether the old one is still there after that."""
PLACE = Place(Platform.TEAMS, "tenant", "19:room@thread.tacv2")


def a_page(secret_hash: str = "0" * 64) -> UploadPage:
    return UploadPage(secret_hash, a.OFFICE, a.CLIENT, a.a_party(), a.at(60))


async def test_an_upload_page_is_found_and_used_up_once(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        await tx.upload_pages.add(a_page())
    async with office_store.reading() as tx:
        assert await tx.upload_pages.get("0" * 64) == a_page()
        assert await tx.upload_pages.get("1" * 64) is None
    async with office_store.transaction() as tx:
        assert await tx.upload_pages.use_up("0" * 64)
        assert not await tx.upload_pages.use_up("0" * 64)
        assert await tx.upload_pages.get("0" * 64) is None


async def test_upload_pages_are_forgotten_a_month_after_they_expired(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        await tx.upload_pages.add(a_page())
    for number, (later, is_kept) in enumerate(MONTH, 1):
        async with office_store.transaction() as tx:
            await tx.upload_pages.add(replace(a_page(str(number) * 64), expires_at=a_page().expires_at + later))
        async with office_store.reading() as tx:
            assert (await tx.upload_pages.get("0" * 64) is not None) is is_kept


async def test_links_to_logs_are_forgotten_a_month_after_they_expired(office_store: Store) -> None:
    link = LogLink("0" * 64, a.OFFICE, DossierLog(a.CLIENT), a.a_party(), as_staff=True, expires_at=a.at(60))
    async with office_store.transaction() as tx:
        await tx.log_links.add(link)
    for number, (later, is_kept) in enumerate(MONTH, 1):
        async with office_store.transaction() as tx:
            await tx.log_links.add(replace(link, secret_hash=str(number) * 64, expires_at=link.expires_at + later))
        async with office_store.reading() as tx:
            assert (await tx.log_links.get("0" * 64) is not None) is is_kept


async def test_a_reference_is_kept_for_the_whole_conversation_and_replaced(office_store: Store) -> None:
    old = Reference(PLACE, "https://smba.example/emea", ConversationKind.CHANNEL, "28:bot")
    new = Reference(PLACE, "https://smba.example/amer", ConversationKind.CHANNEL, "28:bot")
    async with office_store.transaction() as tx:
        await tx.references.save(old, a.at())
        await tx.references.save(new, a.at(1))
        inside = Place(PLACE.platform, PLACE.tenant, PLACE.channel, thread="17")
        assert await tx.references.get(inside) == new
        assert await tx.references.get(Place(Platform.TEAMS, "other", PLACE.channel)) is None


async def test_the_newest_reference_of_a_tenant_reaches_its_people(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        for minute, channel in enumerate(("c1", "c2", "c3")):
            place = Place(Platform.TEAMS, "tenant", channel)
            told = Reference(place, f"https://smba.example/{channel}", ConversationKind.GROUP, "28:bot")
            await tx.references.save(told, a.at(-minute))
        newest = await tx.references.of_tenant(Platform.TEAMS, "tenant")
        assert newest is not None
        assert newest.place.channel == "c1"
        assert await tx.references.of_tenant(Platform.TEAMS, "other") is None
