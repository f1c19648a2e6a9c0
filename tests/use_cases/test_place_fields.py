"""Placing fields: who may, on what, and what is kept of it."""

from dataclasses import replace

import pytest

from bot.conversation import Actor
from bot.domain.dossier import DossierItem, ItemId
from bot.domain.errors import (
    Conflict,
    ConversationNotLinked,
    LinkRefused,
    LinkTrouble,
    NotAParticipant,
    NotStaff,
    UnknownEnvelope,
)
from bot.domain.faults import InvalidInput
from bot.domain.fields import Field, FieldKind
from bot.domain.log import EVERYTHING, DossierLog, Happening
from bot.domain.people import ClientId, OfficeId
from bot.domain.placing import (
    MOST_FIELDS,
    MOST_TEMPLATES,
    PLACING_TIME,
    FieldsRefused,
    FieldTemplate,
    Misplaced,
    NothingToPlaceOn,
    TooManyTemplates,
)
from bot.ports import Ports
from bot.use_cases.filing import file_document, store_file
from bot.use_cases.place_fields import (
    fields_for,
    forget_template,
    give_placing_link,
    guess_template,
    open_placed_document,
    open_placing,
    save_fields,
)
from tests import builders as a
from tests.documents import make_pdf
from tests.reading_once import OnceLayoutReader
from tests.use_cases.conftest import SIGNER, STAFF, World

SANNE, KARIM = Actor(STAFF, "T0OFFICE", "Sanne de Vries"), Actor(SIGNER, "T0OFFICE", "Karim Haddad")
GOOD = Field(FieldKind.SIGNATURE, 1, 1, (50, 60, 180, 60))
A4 = (595.28, 841.89)
THREE_PAGES = make_pdf(3, "Overeenkomst")


@pytest.fixture
def ports(world: World) -> Ports:
    return replace(world.ports, layouts=OnceLayoutReader())


@pytest.fixture
async def item(ports: Ports) -> DossierItem:
    return await file(ports, "Overeenkomst.pdf", THREE_PAGES)


async def file(ports: Ports, name: str, content: bytes) -> DossierItem:
    stored = await store_file(ports, name, content)
    async with ports.store.transaction() as tx:
        return await file_document(tx, a.CLIENT, "Contracten", stored, "Sanne", a.NOON)


async def give(ports: Ports, item: ItemId, *signers: str) -> str:
    """The secret of a new link of Sanne's."""
    address = await give_placing_link(ports, SANNE, a.a_place(thread="17"), a.CLIENT, item, signers)
    assert address.startswith("https://paraaf.example/placing/")
    return address.rpartition("/")[2]


async def test_staff_place_fields_which_sending_finds_for_that_version_alone(ports: Ports, item: DossierItem) -> None:
    secret = await give(ports, item.id, "Karim", "Noor")
    page = await open_placing(ports, secret)
    assert (page.item, page.revision, page.placement, page.link.signers) == (item, 0, None, ("Karim", "Noor"))
    assert [(each.width, each.height) for each in page.layout.pages] == [pytest.approx(A4, abs=0.01)] * 3
    assert b"".join([piece async for piece in await open_placed_document(ports, secret)]) == THREE_PAGES
    await save_fields(ports, secret, [GOOD], 0)
    again = await open_placing(ports, secret)
    assert again.placement
    assert (again.placement.fields, again.revision, again.placement.by.name) == ((GOOD,), 1, "Sanne de Vries")
    async with ports.store.reading() as tx:
        assert await fields_for(tx, a.OFFICE, item.id, 1) == (GOOD,)
        assert await fields_for(tx, a.OFFICE, item.id, 2) == ()
        assert await fields_for(tx, OfficeId("other"), item.id, 1) == ()
        lines = await tx.log.find(a.OFFICE, DossierLog(a.CLIENT), EVERYTHING, None, 10)
        lag = await tx.owed_evidence.lag()
    (line,) = [each for each in lines if each.happening is Happening.FIELDS_PLACED]
    assert line.by.name == "Sanne de Vries"
    assert line.facts == {"document": "Overeenkomst.pdf", "sha256": item.version.content.sha256, "fields": "1"}
    assert lag.owed == 0  # what is prepared proves nothing


async def test_who_saves_on_what_was_not_read_is_refused(ports: Ports, item: DossierItem) -> None:
    secret = await give(ports, item.id)
    await save_fields(ports, secret, [GOOD], 0)
    for revision in (0, 2):
        with pytest.raises(Conflict):
            await save_fields(ports, secret, [], revision, "Contract")
    page = await open_placing(ports, secret)
    assert page.placement
    assert (page.placement.fields, page.templates) == ((GOOD,), ())


async def test_only_staff_in_the_conversation_of_that_client_get_a_link(
    ports: Ports, world: World, item: DossierItem
) -> None:
    with pytest.raises(NotStaff):
        await give_placing_link(ports, KARIM, a.a_place(), a.CLIENT, item.id)
    with pytest.raises(ConversationNotLinked):
        await give_placing_link(ports, SANNE, a.a_place("C0ELSEWHERE"), a.CLIENT, item.id)
    async with ports.store.transaction() as tx:
        await tx.people.save_client(a.a_client(id=ClientId("client-2"), number="1002"))
        await tx.dossiers.add(replace(a.an_item("item-2"), client=ClientId("client-2")))
    with pytest.raises(ConversationNotLinked):
        await give_placing_link(ports, SANNE, a.a_place(), ClientId("client-2"), ItemId("item-2"))
    with pytest.raises(UnknownEnvelope):
        await give_placing_link(ports, SANNE, a.a_place(), a.CLIENT, ItemId("item-2"))
    world.directory.left.add(STAFF)
    with pytest.raises(NotAParticipant):
        await give_placing_link(ports, SANNE, a.a_place(), a.CLIENT, item.id)


async def test_what_is_no_readable_pdf_is_refused_before_a_link_is_given(ports: Ports) -> None:
    for name, content in (("Brief.docx", b"PK"), ("Kapot.pdf", b"%PDF-1.7 and no more")):
        found = await file(ports, name, content)
        with pytest.raises(NothingToPlaceOn, match=name):
            await give(ports, found.id)


async def test_a_link_ends_with_time_and_with_the_next_version(ports: Ports, world: World, item: DossierItem) -> None:
    first, second = await give(ports, item.id), await give(ports, item.id)
    world.clock.move(PLACING_TIME / 2)
    third = await give(ports, item.id)
    world.clock.move(PLACING_TIME / 2)
    for secret in (first, second):
        with pytest.raises(LinkRefused) as expired:
            await save_fields(ports, secret, [GOOD], 0)
        assert expired.value.trouble is LinkTrouble.EXPIRED
    await file(ports, "Overeenkomst.pdf", make_pdf(2, "Nieuw"))
    for work in (open_placing(ports, third), open_placed_document(ports, third), save_fields(ports, third, [GOOD], 0)):
        with pytest.raises(LinkRefused):
            await work
    with pytest.raises(LinkRefused):
        await forget_template(ports, "guessed", "Contract")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"signer": 2}, Misplaced.NO_SUCH_SIGNER),
        ({"signer": -1}, Misplaced.NO_SUCH_SIGNER),
        ({"page": 3}, Misplaced.NO_SUCH_PAGE),
        ({"page": -1}, Misplaced.NO_SUCH_PAGE),
        ({"box": (-2, 0, 100, 20)}, Misplaced.OUTSIDE),
        ({"box": (0, -2, 100, 20)}, Misplaced.OUTSIDE),
        ({"box": (500, 0, 100, 20)}, Misplaced.OUTSIDE),
        ({"box": (0, 830, 100, 20)}, Misplaced.OUTSIDE),
        ({"box": (0, 0, 7, 20)}, Misplaced.TOO_SMALL),
        ({"box": (0, 0, 100, -20)}, Misplaced.TOO_SMALL),
        ({"box": (float("nan"), 0, 100, 20)}, Misplaced.TOO_SMALL),
        ({"label": "x" * 81}, Misplaced.LABEL_TOO_LONG),
    ],
)
async def test_fields_that_cannot_be_are_refused(
    ports: Ports, item: DossierItem, changes: dict[str, object], why: Misplaced
) -> None:
    secret = await give(ports, item.id, "Karim", "Noor")
    with pytest.raises(FieldsRefused) as refused:
        await save_fields(ports, secret, [GOOD, replace(GOOD, **changes)], 0)  # type: ignore[arg-type]  # any field
    assert refused.value.why is why
    assert (await open_placing(ports, secret)).placement is None


async def test_there_is_an_end_to_how_many_are_kept(ports: Ports, item: DossierItem) -> None:
    secret = await give(ports, item.id)
    with pytest.raises(FieldsRefused) as refused:
        await save_fields(ports, secret, [GOOD] * (MOST_FIELDS + 1), 0)
    assert refused.value.why is Misplaced.TOO_MANY
    with pytest.raises(FieldsRefused):
        await save_fields(ports, secret, [replace(GOOD, signer=20)], 0)
    with pytest.raises(InvalidInput):
        await save_fields(ports, secret, [GOOD], 0, "x" * 61)
    async with ports.store.transaction() as tx:
        for number in range(MOST_TEMPLATES):
            made = FieldTemplate(a.OFFICE, f"Soort {number}", 1, (), a.a_party(), a.NOON)
            await tx.placed_fields.save_template(made)
    with pytest.raises(TooManyTemplates):
        await save_fields(ports, secret, [GOOD], 0, "Nog een")
    assert (await open_placing(ports, secret)).placement is None
    await save_fields(ports, secret, [replace(GOOD, signer=19)] * MOST_FIELDS, 0, "soort 7")


async def test_a_template_is_offered_by_name_and_removed(ports: Ports, item: DossierItem) -> None:
    secret = await give(ports, item.id)
    for number, name in enumerate(("Contract", " overeenkomst\n", "Jaarrekening")):
        await save_fields(ports, secret, [GOOD], number, name)
    page = await open_placing(ports, secret)
    assert [each.name for each in page.templates] == ["Contract", "Jaarrekening", "overeenkomst"]
    guessed = guess_template(page)
    assert guessed
    assert (guessed.name, guessed.pages, guessed.fields) == ("overeenkomst", 3, (GOOD,))
    assert await forget_template(ports, secret, "Overeenkomst")
    assert not await forget_template(ports, secret, "Overeenkomst")
    found = guess_template(await open_placing(ports, secret))
    assert found
    assert found.name == "Contract"
