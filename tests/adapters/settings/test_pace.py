"""Which pace a process goes by, as its settings say."""

from contextlib import AsyncExitStack
from datetime import timedelta

from adapters.parts import open_pace
from adapters.settings import Settings
from bot.domain.rates import Limit, Rate

LIMITS = [Limit("one an hour", (Rate(1, 3_600),))]


async def count_let_through(settings: Settings) -> int:
    async with AsyncExitStack() as opened:
        paces = [await opened.enter_async_context(open_pace(settings)) for _ in range(3)]
        return [await pace.ask(LIMITS) for pace in paces].count(timedelta(0))


async def test_processes_with_one_redis_keep_to_the_rates_together(redis_url: str) -> None:
    assert await count_let_through(Settings.model_validate({"PARAAF_REDIS_URL": redis_url})) == 1


async def test_a_process_without_redis_keeps_to_them_by_itself() -> None:
    assert await count_let_through(Settings.model_validate({"PARAAF_REDIS_URL": None})) == 3
