"""SBR instances that come along: what is read from them, what they must agree with, and what is done to none."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapters.sbr import INSTANCE_LIMIT, is_instance, read_description, read_instance
from bot.domain.delivery import DeliveryState, Doubt
from bot.domain.delivery_refusals import DeliveryRefused, DeliveryTrouble
from bot.domain.sbr import ClientNumber, Scheme
from tests.adapters.deliveries.conftest import PDF, SAID, Doors, form

ENTRY = "http://www.nltaxonomie.nl/nt20/bd/20251210/entrypoints/bd-rpt-ob-aangifte-2026.xsd"
CONTEXT = """<xbrli:context id="c{number}"><xbrli:entity>
<xbrli:identifier scheme="www.belastingdienst.nl/omzetbelastingnummer">{identifier}</xbrli:identifier>
</xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"""
QUARTER = "<xbrli:startDate>2025-07-01</xbrli:startDate><xbrli:endDate>2025-09-30</xbrli:endDate>"
NUMBER = "123456782"


def write(*contexts: tuple[str, str], entry: str = ENTRY, before: str = "", inside: str = "") -> bytes:
    """An instance with these contexts, each an identifier and a period."""
    written = "".join(
        CONTEXT.format(number=number, identifier=identifier, period=period)
        for number, (identifier, period) in enumerate(contexts or ((f"{NUMBER}B01", QUARTER),))
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" '
        'xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<link:schemaRef xlink:type="simple" xlink:href="{entry}"/>{written}{inside}</xbrli:xbrl>'
    ).encode()


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
ATTACKS = {
    "bomb": write(before=BOMB, inside="&c;"),
    "external entity": write(before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', inside="&e;"),
    "external type": write(before='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "parameter": write(before='<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>'),
    "attribute": write(before='<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>'),
    "depth": write(inside="<a>" * 200 + "</a>" * 200),
}
NO_INSTANCES = {
    "empty": b"",
    "text": b"nothing of the kind",
    "cut off": write()[:-20],
    "another root": b"<delivery/>",
    "root of another namespace": write().replace(b"http://www.xbrl.org/2003/instance", b"http://example.org"),
    "no entry point": write(entry=""),
    "no encoding": write().replace(b"UTF-8", b"KLINGON"),
    "not that encoding": write().replace(b"c0", b"\xff\xfe"),
    "a pdf": PDF,
}


def trouble_of(content: bytes) -> DeliveryTrouble:
    with pytest.raises(DeliveryRefused) as refused:
        read_instance(content)
    return refused.value.faults[0].trouble


def test_an_instance_tells_what_it_is_about() -> None:
    told = read_instance(write())
    assert told.entry_point == ENTRY
    assert told.number == ClientNumber(Scheme.TAX, NUMBER)
    assert (told.start, told.end) == (date(2025, 7, 1), date(2025, 9, 30))


def test_the_newest_of_several_periods_counts_and_the_longest_of_these() -> None:
    years = ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31"), ("2025-07-01", "2025-12-31")
    spans = [f"<xbrli:startDate>{a}</xbrli:startDate><xbrli:endDate>{b}</xbrli:endDate>" for a, b in years]
    told = read_instance(write(*((NUMBER, span) for span in (*spans, "<xbrli:instant>2026-01-01</xbrli:instant>"))))
    assert (told.start, told.end) == (date(2025, 1, 1), date(2025, 12, 31))


def test_two_numbers_are_none() -> None:
    assert read_instance(write((NUMBER, QUARTER), ("987654321", QUARTER))).number is None


@pytest.mark.parametrize("attack", ATTACKS)
def test_xml_that_could_do_something_is_refused(attack: str) -> None:
    assert trouble_of(ATTACKS[attack]) is DeliveryTrouble.UNSAFE_XML


@pytest.mark.parametrize("kind", NO_INSTANCES)
def test_what_is_no_instance_is_refused(kind: str) -> None:
    assert trouble_of(NO_INSTANCES[kind]) is DeliveryTrouble.NOT_AN_INSTANCE


def test_an_instance_may_be_so_large() -> None:
    assert trouble_of(write() + b" " * INSTANCE_LIMIT) is DeliveryTrouble.TOO_LARGE
    filled = write(inside="<!-- -->" * ((INSTANCE_LIMIT - len(write())) // 8))
    assert read_instance(filled).entry_point == ENTRY


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_description_is_read_as_carefully(attack: str) -> None:
    with pytest.raises(DeliveryRefused):
        read_description(ATTACKS[attack])


@pytest.mark.parametrize("content", [b"<x/>", b"<delivery><a><b/></a></delivery>", b"<delivery>", b""])
def test_what_is_no_description_is_refused(content: bytes) -> None:
    with pytest.raises(DeliveryRefused):
        read_description(content)


def test_an_instance_is_known_from_a_description() -> None:
    assert is_instance(write())
    assert is_instance(b'<xbrl xmlns="http://www.xbrl.org/2003/instance">')
    assert not is_instance(b"<delivery><kind>ob</kind></delivery>")


async def deliver(doors: Doors, instance: bytes, key: str = "k", **changes: Any) -> tuple[Doubt, ...]:  # noqa: ANN401 - any field
    answer = await doors.send(form(PDF, {**SAID, **changes}, instance), key)
    assert answer.status == 201, await answer.text()
    told = await answer.json()
    async with doors.ports.store.reading() as tx:
        kept = await tx.deliveries.get(doors.source.office, told["id"])
    assert kept is not None
    assert told["doubts"] == list(kept.doubts)
    return kept.doubts


async def test_an_instance_that_agrees_is_kept_and_its_number_only_as_a_hash(doors: Doors) -> None:
    assert await deliver(doors, write()) == ()
    [kept] = await doors.deliveries()
    assert kept.instance is not None
    assert b"".join([piece async for piece in doors.ports.blobs.read(kept.instance.sha256)]) == write()
    async with doors.ports.store.reading() as tx:
        hashed = tx.deliveries.hash_number(kept.office, ClientNumber(Scheme.TAX, NUMBER))
    assert kept.extra == {"rsin_hash": hashed}
    database = (doors.folder / "paraaf.db").read_bytes() + (doors.folder / "paraaf.db-wal").read_bytes()
    assert NUMBER.encode() not in database


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "icp"},
        {"kind": "overig"},
        {"period": "2025-Q2"},
        {"period": "derde kwartaal"},
        {"tax_number": "987654321"},
    ],
)
async def test_an_instance_that_says_otherwise_is_a_doubt(doors: Doors, changes: dict[str, str]) -> None:
    assert await deliver(doors, write(), **changes) == (Doubt.DISAGREES,)


async def test_the_number_that_the_package_says_is_compared(doors: Doors) -> None:
    assert await deliver(doors, write(), tax_number=NUMBER) == ()


@pytest.mark.parametrize(
    "instance",
    [write((NUMBER, QUARTER), ("987654321", QUARTER)), write(("x", QUARTER)), write(entry="http://example.org/x.xsd")],
)
async def test_an_instance_that_does_not_say_enough_is_a_doubt(doors: Doors, instance: bytes) -> None:
    assert await deliver(doors, instance) == (Doubt.DISAGREES,)


async def test_another_number_than_that_of_what_was_sent_before_is_a_doubt(doors: Doors) -> None:
    other = write((f"{987654321}B01", QUARTER))
    await deliver(doors, write())
    [kept] = await doors.deliveries()
    assert await deliver(doors, other, "k2", title="before anything was sent") == ()
    async with doors.ports.store.transaction() as tx:
        await tx.deliveries.save(replace(kept, state=DeliveryState.SENT))
    assert await deliver(doors, other, "k3", title="since") == (Doubt.DISAGREES,)
    assert await deliver(doors, other, "k4", client="1002") == ()
    assert await deliver(doors, write(), "k5", title="as before") == ()


async def test_nothing_is_filed_of_a_request_with_a_wrong_instance(doors: Doors) -> None:
    for content in (*ATTACKS.values(), b"x"):
        answer = await doors.send(form(PDF, SAID, content))
        assert answer.status == 422
        assert (await answer.json(content_type=None))["errors"][0]["field"] == "instance"
    assert doors.kept() == 0
    assert await doors.deliveries() == []
