"""The outbox with a platform that takes no time, and the search in a large dossier."""

from functools import partial
from statistics import median

from bot.domain.outgoing import Errand, Outgoing
from bot.use_cases.deliver import Courier
from storage.sql.store import SqlStore
from tests import builders as a
from tests.bench.measuring import Effort, Timed, time_each
from tests.bench.rows import Row
from tests.bench.stage import Stage, name_channel

OUTBOX = "The outbox: claim, put into words, hand over, report; a card for each of so many conversations"
SEARCH = "Search in one dossier: tx.dossiers.find"
SHOWN = 20
_TEXTS = {"many fit": "aangifte", "one fits": "nr 77.", "none fits": "zzz"}


async def measure_outbox(stage: Stage, database: str, effort: Effort) -> list[Row]:
    """Rows per second."""
    rates = []
    for _ in range(3):
        await _fill(stage, effort.deliveries)
        courier = Courier(stage.ports)
        timed = await time_each([partial(_drain, courier)])
        rates.append(effort.deliveries / timed.elapsed)
    return [Row(OUTBOX, f"{database}, {effort.deliveries:,} due", "/s", median(rates))]


async def measure_search(stage: Stage, database: str, effort: Effort) -> list[Row]:
    """The p50 in milliseconds of a search among so many documents."""
    async with stage.store.transaction() as tx:
        for number in range(effort.documents):
            name = f"{'Aangifte BTW' if number % 3 else 'Loonstroken'} {2000 + number % 27} nr {number}.pdf"
            await tx.dossiers.add(a.an_item(f"document-{number}", folder=f"Map {number % 40}", name=name))
    await stage.gather_statistics()
    rows = []
    for case, text in _TEXTS.items():
        timed = await _search(stage.store, text, effort.searches)
        rows.append(Row(SEARCH, f"{database}, {effort.documents:,} documents, {case}", "ms", timed.middle))
    return rows


async def _search(store: SqlStore, text: str, times: int) -> Timed:
    async def find() -> None:
        async with store.reading() as tx:
            await tx.dossiers.find(a.CLIENT, text, SHOWN)

    await find()
    return await time_each([find] * times)


async def _fill(stage: Stage, count: int) -> None:
    await stage.add_envelopes(count)
    now = stage.ports.clock.now()
    async with stage.store.transaction() as tx:
        for each in stage.take(count):
            await tx.outbox.put(Outgoing(a.OFFICE, a.a_place(name_channel(each)), Errand.SHOW_CARD, each), now)


async def _drain(courier: Courier) -> None:
    while await courier.deliver_due():
        pass
