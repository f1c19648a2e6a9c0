from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.ports import DuplicateGuard
from storage.redis.guard import ProcessDuplicateGuard, open_redis_guard

LONG = timedelta(hours=1)


@pytest.fixture(params=["process", "redis"])
async def guard(request: pytest.FixtureRequest) -> AsyncIterator[DuplicateGuard]:
    if request.param == "process":
        yield ProcessDuplicateGuard()
        return
    opened = open_redis_guard(request.getfixturevalue("redis_url"))
    yield opened
    await opened.close()


async def test_only_the_first_of_equal_requests_is_first(guard: DuplicateGuard) -> None:
    assert [await guard.first("a", LONG) for _ in range(3)] == [True, False, False]


async def test_requests_do_not_stand_in_each_others_way(guard: DuplicateGuard) -> None:
    assert [await guard.first(key, LONG) for key in ("a", "b", "A", "a b\n🙂")] == [True] * 4


async def test_a_forgotten_request_is_first_again(guard: DuplicateGuard) -> None:
    await guard.first("a", LONG)
    await guard.forget("a")
    await guard.forget("never seen")
    assert await guard.first("a", LONG)
    assert not await guard.first("a", LONG)
