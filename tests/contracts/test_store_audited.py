"""The lines as a comparison with the evidence reads them: what every store promises."""

from bot.domain.log import Happening
from bot.domain.people import OfficeId
from storage.sql.audited import AuditedLine
from storage.sql.store import SqlStore
from tests import builders as a
from tests.contracts.test_store_evidence import (
    OTHER_OFFICE,
    RECEIPT,
    claim,
    log_store,
    ours,
    record,
    theirs,
    write,
)

__all__ = ["log_store"]


async def read_pages(store: SqlStore, limit: int, office: OfficeId = a.OFFICE) -> list[tuple[AuditedLine, ...]]:
    pages: list[tuple[AuditedLine, ...]] = []
    while not pages or pages[-1]:
        after = pages[-1][-1].line.number if pages else None
        async with store.reading() as tx:
            pages.append(await tx.audited.after(office, after, limit))
    return pages[:-1]


async def test_lines_come_in_pages_in_the_order_in_which_they_were_written(
    store: SqlStore, log_store: SqlStore
) -> None:
    about_no_envelope = a.a_log_line(Happening.LINKED, envelope=None)
    await write(store, ours(3), theirs(9), ours(1), about_no_envelope, ours(2), ours(5), ours(4))
    pages = await read_pages(store, limit=2)
    assert [[each.line for each in page] for page in pages] == [[ours(3), ours(1)], [ours(2), ours(5)], [ours(4)]]
    assert [each.line for (each,) in await read_pages(store, 1, OTHER_OFFICE)] == [theirs(9)]


async def test_each_has_its_key_its_receipt_and_whether_it_is_owed(store: SqlStore, log_store: SqlStore) -> None:
    await write(store, ours(1), ours(2))
    (first, second) = await claim(store)
    await record(store, first)
    (page,) = await read_pages(store, limit=9)
    assert [(each.key, each.line.receipt, each.is_owed) for each in page] == [
        (first.key, RECEIPT, False),
        (second.key, None, True),
    ]


async def test_lines_are_found_by_their_keys_in_their_own_office(store: SqlStore, log_store: SqlStore) -> None:
    await write(store, ours(1), ours(2), theirs(3))
    keys = [each.key for each in await claim(store)]
    async with store.reading() as tx:
        assert [each.line for each in await tx.audited.of_keys(a.OFFICE, [*reversed(keys), "nobody's"])] == [
            ours(1),
            ours(2),
        ]
        assert [each.key for each in await tx.audited.of_keys(OTHER_OFFICE, keys)] == keys[2:]
