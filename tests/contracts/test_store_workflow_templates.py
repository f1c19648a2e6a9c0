"""Workflow templates: what every store promises of them."""

from dataclasses import replace

import pytest

from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.dossier import ItemId
from bot.domain.people import Cadence, OfficeId, Role
from bot.domain.signature import Drawing
from bot.domain.workflow import Match, WorkflowTemplate
from bot.ports import Store
from tests import builders as a

OTHER = OfficeId("office-2")
FULL = WorkflowTemplate(
    a.OFFICE,
    "Ändere 🧾",
    Match(
        kinds=frozenset({Kind.VAT, Kind.INTRA_COMMUNITY}),
        sources=frozenset({"A", "B"}),
        clients=frozenset({"1*"}),
        groups=frozenset({"Mkb"}),
        except_clients=frozenset({"11"}),
        except_groups=frozenset({"Dga"}),
    ),
    "Regel\n\n{client} “x”",
    "{document}",
    Role.SECRETARIAT,
    Way.CERTIFIED,
    0,
    reminders=False,
    cadence=Cadence(1, 2, 3, 0),
    drawing=Drawing.REQUIRED,
    standard_items=(ItemId("b"), ItemId("a")),
)


@pytest.fixture
async def offices(office_store: Store) -> Store:
    async with office_store.transaction() as tx:
        await tx.offices.save(replace(a.an_office(), id=OTHER, name="Elders"))
    return office_store


async def test_a_template_comes_back_as_it_was_saved_and_all_by_name(offices: Store) -> None:
    plain = a.a_template(name="BTW", days_until_due=None)
    async with offices.transaction() as tx:
        for each in (FULL, a.a_template(), plain):
            await tx.workflow_templates.save(each)
    async with offices.reading() as tx:
        found = await tx.workflow_templates.of_office(a.OFFICE)
    assert found == (a.a_template(), plain, FULL)


async def test_one_of_the_same_name_is_replaced_ignoring_case(offices: Store) -> None:
    again = replace(FULL, name=FULL.name.upper(), message="anders")
    async with offices.transaction() as tx:
        await tx.workflow_templates.save(FULL)
        await tx.workflow_templates.save(again)
        assert await tx.workflow_templates.of_office(a.OFFICE) == (again,)
        assert await tx.workflow_templates.forget(a.OFFICE, FULL.name)
        assert not await tx.workflow_templates.forget(a.OFFICE, FULL.name)
        assert await tx.workflow_templates.of_office(a.OFFICE) == ()


async def test_another_office_sees_and_removes_nothing(offices: Store) -> None:
    theirs = a.a_template(office=OTHER, message="van hen")
    async with offices.transaction() as tx:
        await tx.workflow_templates.save(a.a_template())
        assert await tx.workflow_templates.of_office(OTHER) == ()
        assert not await tx.workflow_templates.forget(OTHER, a.a_template().name)
        await tx.workflow_templates.save(theirs)
        assert await tx.workflow_templates.of_office(OTHER) == (theirs,)
        assert await tx.workflow_templates.of_office(a.OFFICE) == (a.a_template(),)
