"""So many reminders that are due at one moment, and how fast the platforms' rates let them go: counted, not timed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from bot.domain.errors import RateLimited
from bot.domain.outgoing import Claimed, Errand, Outgoing, OutgoingId
from bot.domain.people import Account, Platform
from bot.domain.places import Place
from bot.domain.rates import Call, Limit, find_limits
from bot.ports import Ports
from bot.use_cases.paced import Chats, pace_ports
from cards.model import Card
from storage.redis.process_pace import ProcessPace
from tests import builders as a
from tests.bench.measuring import Effort
from tests.bench.rows import Bound, Row
from tests.bench.stage import NullPlatform
from tests.fakes import Stopwatch

SECTION = "Reminders that are due at one moment, within the platforms' rates: simulated, a chat to open for each"
CROWD = {Platform.SLACK: (100, 2_000), Platform.TEAMS: (20, 5_000)}
"""How many workspaces or tenants of each, and reminders in each of them: 300,000 together."""
_CALLS = (Call.OPEN_CHAT, Call.SEND)
_CARD = Card("Reminder", (), "Reminder")


class RecordingPace(ProcessPace):
    """Keeps when what went, and how often it was asked."""

    def __init__(self, now: Stopwatch) -> None:
        super().__init__(now)
        self.times: dict[Limit, list[float]] = defaultdict(list)
        self.asked = 0
        self._at = now

    async def ask(self, limits: Sequence[Limit], *, patient: bool = False) -> timedelta:
        """As any process does."""
        self.asked += 1
        wait = await super().ask(limits, patient=patient)
        if not wait:
            for limit in limits:
                self.times[limit].append(self._at.seconds)
        return wait


@dataclass(slots=True)
class Crowd:
    """What became of it: the seconds until the last one of each platform left, and the least that the rates allow."""

    left: Counter[Platform]
    last: dict[Platform, float] = field(default_factory=dict)
    least: dict[Platform, float] = field(default_factory=dict)
    asked: int = 0
    excesses: list[Limit] = field(default_factory=list)
    """Limits that were not kept to."""


async def simulate(ports: Ports, crowd: dict[Platform, tuple[int, int]]) -> Crowd:
    """Let them all go, by a clock that jumps from one due time to the next."""
    now, chats, order, seen = Stopwatch(), Chats(), count(), Crowd(Counter())
    begun, pace = now.seconds, RecordingPace(now)
    paced = replace(ports, pace=pace, messengers=dict.fromkeys(Platform, NullPlatform()))
    waiting = [(begun, next(order), row) for row in _list_rows(crowd)]
    heapify(waiting)
    while waiting:
        now.seconds, _, row = heappop(waiting)
        place = row.outgoing.place
        try:
            messenger = pace_ports(paced, chats, row).messengers[place.platform]
            chat = await messenger.open_chat(place, Account(place.platform, place.tenant, f"U{row.id}"))
            await messenger.send(chat, _CARD, row.key)
        except RateLimited as limited:
            due = now.seconds + limited.retry_after.total_seconds()
            heappush(waiting, (due, next(order), replace(row, waits=row.waits + 1)))
        else:
            seen.left[place.platform] += 1
            seen.last[place.platform] = now.seconds - begun
    seen.asked, seen.excesses = pace.asked, [limit for limit, times in pace.times.items() if not _keeps(limit, times)]
    seen.least = {platform: _find_least(platform, each) for platform, (_, each) in crowd.items()}
    return seen


async def measure_pacing(ports: Ports, effort: Effort) -> list[Row]:
    """How long each platform's part takes, beside the least that its rates allow."""
    crowd = {platform: (tenants, each // effort.thinner) for platform, (tenants, each) in CROWD.items()}
    seen, rows = await simulate(ports, crowd), []
    for platform, (tenants, each) in crowd.items():
        what = f"{platform.value.title()}, {each:,} in each of {tenants}"
        ratio = seen.least[platform] / seen.last[platform] if seen.last[platform] else 1
        row = Row(SECTION, what, "min", seen.last[platform] / 60, seen.least[platform] / 60, ratio)
        rows.append(row.aim(Bound(">= 0.95 of the rates", least=0.95), of_ratio=True))
    rows.append(Row(SECTION, "how often one asks whether it may go", "x", seen.asked / sum(seen.left.values())))
    return rows


def _list_rows(crowd: dict[Platform, tuple[int, int]]) -> list[Claimed]:
    numbers = count(1)
    return [
        Claimed(OutgoingId(number), Outgoing(a.OFFICE, place, Errand.REMIND), str(number), a.NOON, 0, unclear=False)
        for platform, (tenants, each) in crowd.items()
        for tenant in range(tenants)
        for place in (Place(platform, f"T{tenant}", f"C{tenant}"),)
        for number in (next(numbers) for _ in range(each))
    ]


def _find_least(platform: Platform, each: int) -> float:
    """Seconds until the last of so many in one tenant could have gone, by the slowest of the rates they share."""
    place = Place(platform, "T", "own chat")
    limits = (limit for call in _CALLS for limit in find_limits(call, place))
    shared = Counter(limit for limit in limits if place.channel not in limit.name)
    spans = [(each * calls - 1) // rate.most * rate.seconds for limit, calls in shared.items() for rate in limit.rates]
    return max(spans)


def _keeps(limit: Limit, times: list[float]) -> bool:
    return all(
        later - earlier > rate.seconds - 0.000_01
        for rate in limit.rates
        for earlier, later in zip(times, times[rate.most :], strict=False)
    )
