"""The transaction log and the links to its pages: what every store promises of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.envelope import EnvelopeId, EnvelopeState
from bot.domain.log import (
    EVERYTHING,
    DossierLog,
    EnvelopeLog,
    Happening,
    LogFilter,
    LoggedDocument,
    LogLine,
    LogLink,
    LogScope,
    SignerLog,
    Subject,
)
from bot.domain.people import ClientId, OfficeId
from bot.ports import Store
from tests import builders as a

KARIM = a.a_party("Karim Haddad", a.an_account())
DOSSIER = DossierLog(a.CLIENT)
SECOND = EnvelopeId("envelope-2")
OTHER_OFFICE, OTHER_CLIENT = OfficeId("office-2"), ClientId("client-2")


def a_line(minute: float, happening: Happening = Happening.VIEWED, **changes: object) -> LogLine:
    return a.a_log_line(happening, at=a.at(minute), **changes)


async def fill(store: Store, *lines: LogLine) -> None:
    async with store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.envelopes.add(a.an_envelope(SECOND, conversation=a.a_place("C0OTHER")))
        await tx.offices.save(a.an_office(id=OTHER_OFFICE, name="Other"))
        await tx.people.save_client(a.a_client(id=OTHER_CLIENT, office=OTHER_OFFICE))
        await tx.log.add(lines)


async def find(
    store: Store, scope: LogScope = DOSSIER, wanted: LogFilter = EVERYTHING, office: OfficeId = a.OFFICE
) -> list[float]:
    """The minutes of the lines that are found."""
    async with store.reading() as tx:
        lines = await tx.log.find(office, scope, wanted, None, 100)
    return [(line.at - a.NOON) / timedelta(minutes=1) for line in lines]


async def test_lines_come_newest_first_and_page_by_page(office_store: Store) -> None:
    lines = [a_line(minute) for minute in (3, 1, 2, 2, 2)]
    await fill(office_store, *lines)
    assert await find(office_store) == [3, 2, 2, 2, 1]
    async with office_store.reading() as tx:
        first = await tx.log.find(a.OFFICE, DOSSIER, EVERYTHING, None, 2)
        second = await tx.log.find(a.OFFICE, DOSSIER, EVERYTHING, first[-1].position, 2)
        third = await tx.log.find(a.OFFICE, DOSSIER, EVERYTHING, second[-1].position, 2)
        assert await tx.log.find(a.OFFICE, DOSSIER, EVERYTHING, third[-1].position, 2) == ()
    assert sorted(line.number for line in (*first, *second, *third)) == [1, 2, 3, 4, 5]


async def test_what_was_added_in_the_same_transaction_is_found(office_store: Store) -> None:
    async with office_store.transaction() as tx:
        await tx.log.add([a_line(1, Happening.LINKED, envelope=None)])
        assert len(await tx.log.find(a.OFFICE, DOSSIER, EVERYTHING, None, 9)) == 1
        assert len(await tx.log.people(a.OFFICE, a.CLIENT, 9)) == 1


@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        (LogFilter(since=a.at(2)), [6, 5, 4, 3, 2]),
        (LogFilter(until=a.at(2)), [1, 0]),
        (LogFilter(since=a.at(1), until=a.at(3)), [2, 1]),
        (LogFilter(person="U0CLIENT"), [2]),
        (LogFilter(person="U0STAFF"), [3, 1, 0]),
        (LogFilter(person="U0NOBODY"), []),
        (LogFilter(state=EnvelopeState.WITHDRAWN), [3]),
        (LogFilter(state=EnvelopeState.OPEN), [6, 5, 4, 2, 1]),
        (LogFilter(since=a.at(1), person="U0STAFF", state=EnvelopeState.OPEN), [1]),
    ],
)
async def test_a_filter_leaves_what_is_wanted(office_store: Store, wanted: LogFilter, minutes: list[float]) -> None:
    await fill(
        office_store,
        a_line(0, Happening.LINKED, envelope=None),
        a_line(1, Happening.SENT),
        a_line(2, by=KARIM),
        a_line(3, Happening.WITHDRAWN, envelope=SECOND),
        a_line(4, Happening.UNDELIVERABLE, by=a.a_party("Paraaf")),
        a_line(5, Happening.DELIVERY_RETRIED, by=a.a_party("Paraaf")),
        a_line(6, Happening.DELIVERY_DROPPED, by=a.a_party("Paraaf")),
    )
    async with office_store.transaction() as tx:
        second = await tx.envelopes.get(a.OFFICE, SECOND)
        assert second
        await tx.envelopes.save(second.withdraw(a.a_party(), a.at(3)))
    assert await find(office_store, wanted=wanted) == minutes


async def test_each_scope_shows_its_own(office_store: Store) -> None:
    other = a_line(9, office=OTHER_OFFICE, client=OTHER_CLIENT, envelope=None)
    await fill(office_store, a_line(0, Happening.LINKED, envelope=None), a_line(1), a_line(2, envelope=SECOND), other)
    assert await find(office_store) == [2, 1, 0]
    assert await find(office_store, EnvelopeLog(SECOND)) == [2]
    assert await find(office_store, SignerLog(a.an_account(), a.a_place())) == [1]
    assert await find(office_store, SignerLog(a.an_account(), a.a_place("C0OTHER"))) == [2]
    assert await find(office_store, SignerLog(a.an_account(tenant="T0OTHER"), a.a_place())) == []
    assert await find(office_store, SignerLog(a.a_staff_account(), a.a_place())) == []


async def test_another_office_sees_nothing_of_it(office_store: Store) -> None:
    await fill(office_store, a_line(0), a_line(1, envelope=SECOND))
    scopes: tuple[LogScope, ...] = (DOSSIER, EnvelopeLog(SECOND), SignerLog(a.an_account(), a.a_place()))
    for scope in scopes:
        assert await find(office_store, scope)
        assert await find(office_store, scope, office=OTHER_OFFICE) == []
    async with office_store.reading() as tx:
        assert await tx.log.people(OTHER_OFFICE, a.CLIENT, 9) == ()
        assert await tx.log.subjects(OTHER_OFFICE, [SECOND]) == {}


async def test_people_bear_their_newest_names_and_paraaf_is_none_of_them(office_store: Store) -> None:
    bas = a.a_party("Bas Jansen", a.a_staff_account("U0BAS"))
    await fill(
        office_store,
        a_line(1, by=a.a_party("Sanne Visser")),
        a_line(2, by=KARIM),
        a_line(3, by=a.a_party("Sanne de Vries")),
        a_line(4, Happening.UNDELIVERABLE, by=a.a_party("Paraaf")),
        a_line(5, Happening.UNDELIVERABLE, by=replace(bas, name="Paraaf")),
        a_line(6, Happening.DELIVERY_RETRIED, by=replace(bas, name="Paraaf")),
        a_line(7, Happening.DELIVERY_DROPPED, by=replace(bas, name="Paraaf")),
        a_line(8, Happening.SEALED, by=replace(bas, name="Paraaf")),
    )
    async with office_store.reading() as tx:
        assert await tx.log.people(a.OFFICE, a.CLIENT, 9) == (a.a_party("Sanne de Vries"), KARIM)
        assert await tx.log.people(a.OFFICE, a.CLIENT, 1) == (a.a_party("Sanne de Vries"),)
        assert await tx.log.people(a.OFFICE, OTHER_CLIENT, 9) == ()


async def test_a_line_is_about_an_envelope_and_its_documents(office_store: Store) -> None:
    documents = (a.a_document(name="B.pdf"), a.a_document(name="A.pdf"))
    async with office_store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope(documents=documents))
        told = await tx.log.subjects(a.OFFICE, [EnvelopeId("envelope-1"), EnvelopeId("unknown")])
        assert await tx.log.subjects(a.OFFICE, []) == {}
    named = tuple(LoggedDocument(each.name, each.sha256) for each in documents)
    assert told == {EnvelopeId("envelope-1"): Subject(EnvelopeState.OPEN, named)}


@pytest.mark.parametrize(
    "scope",
    [DOSSIER, EnvelopeLog(EnvelopeId("envelope-1")), SignerLog(KARIM.account, a.a_place())],
    ids=["dossier", "envelope", "signer"],
)
async def test_a_link_is_found_by_the_hash_of_its_secret(office_store: Store, scope: LogScope) -> None:
    await fill(office_store)
    link = LogLink("0" * 64, a.OFFICE, scope, KARIM, as_staff=False, expires_at=a.at(60))
    async with office_store.transaction() as tx:
        await tx.log_links.add(link)
    async with office_store.reading() as tx:
        assert await tx.log_links.get("0" * 64) == link
        assert await tx.log_links.get("1" * 64) is None
