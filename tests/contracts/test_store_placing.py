"""Placed fields, their templates and the links to the page for it: what every store promises of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Conflict
from bot.domain.fields import Field, FieldKind
from bot.domain.people import OfficeId
from bot.domain.placing import FieldTemplate, Placement, PlacingLink
from bot.ports import Store
from tests import builders as a

OTHER = OfficeId("office-2")
SIGNATURE = Field(FieldKind.SIGNATURE, 0, 0, (72.5, 100.25, 180, 60))
TEXT = Field(FieldKind.TEXT, 1, 2, (0, 0, 120, 20), "Functie “Ö”")
FIRST = Placement(a.OFFICE, a.ITEM, 1, 1, (SIGNATURE, TEXT), a.a_party(), a.at())
TEMPLATE = FieldTemplate(a.OFFICE, "Opdrachtbevestiging", 3, (SIGNATURE,), a.a_party(), a.at())
LINK = PlacingLink(
    "0" * 64, a.OFFICE, a.CLIENT, a.ITEM, 1, a.a_content().sha256, a.a_party(), a.at(60), ("Karim Haddad", "Noor")
)


@pytest.fixture
async def filled(office_store: Store) -> Store:
    async with office_store.transaction() as tx:
        await tx.offices.save(replace(a.an_office(), id=OTHER))
        if not await tx.dossiers.items(a.CLIENT, [a.ITEM]):
            await tx.dossiers.add(a.an_item())
    return office_store


async def test_fields_are_kept_for_one_version_and_replaced(filled: Store) -> None:
    second = replace(FIRST, revision=2, fields=(TEXT,), by=a.a_party("Noor"), at=a.at(5))
    async with filled.transaction() as tx:
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 1) is None
        await tx.placed_fields.save(FIRST)
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 1) == FIRST
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 2) is None
        await tx.placed_fields.save(second)
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 1) == second
        await tx.placed_fields.save(replace(second, revision=3, fields=()))
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 1) == replace(second, revision=3, fields=())


@pytest.mark.parametrize("revision", [1, 2, 4])
async def test_only_the_next_revision_is_saved(filled: Store, revision: int) -> None:
    async with filled.transaction() as tx:
        await tx.placed_fields.save(FIRST)
        await tx.placed_fields.save(replace(FIRST, revision=2))
    with pytest.raises(Conflict):
        async with filled.transaction() as tx:
            await tx.placed_fields.save(replace(FIRST, revision=revision, fields=()))
    async with filled.reading() as tx:
        assert await tx.placed_fields.get(a.OFFICE, a.ITEM, 1) == replace(FIRST, revision=2)


async def test_another_office_sees_and_changes_nothing(filled: Store) -> None:
    async with filled.transaction() as tx:
        await tx.placed_fields.save(FIRST)
        await tx.placed_fields.save_template(TEMPLATE)
        assert await tx.placed_fields.get(OTHER, a.ITEM, 1) is None
        assert await tx.placed_fields.templates(OTHER) == ()
        assert not await tx.placed_fields.forget_template(OTHER, TEMPLATE.name)
        assert await tx.placed_fields.templates(a.OFFICE) == (TEMPLATE,)
    for revision in (1, 2):
        with pytest.raises(Conflict):
            async with filled.transaction() as tx:
                await tx.placed_fields.save(replace(FIRST, office=OTHER, revision=revision))


async def test_templates_are_listed_by_name_replaced_and_forgotten(filled: Store) -> None:
    again = replace(TEMPLATE, name="opdrachtBEVESTIGING", pages=1, fields=(TEXT,), at=a.at(9))
    lease = replace(TEMPLATE, name="Huurovereenkomst")
    async with filled.transaction() as tx:
        await tx.placed_fields.save_template(TEMPLATE)
        await tx.placed_fields.save_template(lease)
        await tx.placed_fields.save_template(again)
        assert await tx.placed_fields.templates(a.OFFICE) == (lease, again)
        assert await tx.placed_fields.forget_template(a.OFFICE, "OpdrachtBevestiging")
        assert not await tx.placed_fields.forget_template(a.OFFICE, "OpdrachtBevestiging")
        assert await tx.placed_fields.templates(a.OFFICE) == (lease,)


async def test_a_link_is_found_by_the_hash_of_its_secret(filled: Store) -> None:
    async with filled.transaction() as tx:
        await tx.placing_links.add(LINK)
    async with filled.reading() as tx:
        assert await tx.placing_links.get("0" * 64) == LINK
        assert await tx.placing_links.get("1" * 64) is None


@pytest.mark.parametrize(("later", "is_kept"), [(timedelta(days=30), True), (timedelta(days=30, seconds=1), False)])
async def test_links_are_forgotten_a_month_after_they_expired(filled: Store, later: timedelta, is_kept: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    async with filled.transaction() as tx:
        await tx.placing_links.add(LINK)
        await tx.placing_links.add(replace(LINK, secret_hash="1" * 64, expires_at=LINK.expires_at + later))
        assert (await tx.placing_links.get("0" * 64) is not None) is is_kept
