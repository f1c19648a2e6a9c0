"""How fast all replicas may go together: the times of their calls, in Redis."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain.rates import Limit
from storage.redis.process_pace import SECOND, UNKNOWN_GAP, ProcessPace
from storage.redis.reaching import Outage, open_redis

JOIN_SECONDS: Final = 10.0
"""How often a replica says that it is there; one that did not for six times as long counts no more."""
UNTOLD_REPLICAS: Final = 4
"""How many replicas are thought to be there, where Redis was away from the start."""

_REPLICAS: Final = "paraaf:pace"

# Time is Redis's own, which all replicas share; a test may give another. `paraaf:pace:NAME` holds until when a limit is
# shut and the ends of its two lines, `…:times` the newest calls first. Written as text, since Lua rounds large numbers.
# All of it is kept a minute longer than it says something, so that no clock that is set right makes Redis forget. When
# the clock was set back by more, which the newest replica tells, all is forgotten: else nothing would go for as long.
_BEGIN = """
local clock = redis.call('TIME')
local now = tonumber(ARGV[1]) or clock[1] * 1000000 + clock[2]
local function write(number) return string.format('%.0f', number) end
local function keep(key, until_)
  local ms = math.ceil((until_ - now) / 1000) + 60000
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, write(ms)) end
end
local newest = redis.call('ZREVRANGE', 'paraaf:pace', 0, 0, 'WITHSCORES')[2]
if newest and newest - now > 60000000 then
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', 'paraaf:pace*', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do redis.call('DEL', key) end
  until cursor == '0'
end
"""
_ASK = (
    _BEGIN
    + """
local free, gap, book = now, 0, nil
local asked = cjson.decode(ARGV[2])
for number, limit in ipairs(asked) do
  local key = KEYS[2 * number - 1]
  local shut = tonumber(redis.call('HGET', key, 'shut') or 0)
  if shut > free then free, gap, book = shut, limit.gap, key end
  for _, rate in ipairs(limit.rates) do
    local nth = tonumber(redis.call('LINDEX', KEYS[2 * number], rate[1] - 1) or 0)
    if nth > 0 and nth + rate[2] > free then
      free, gap, book = nth + rate[2], math.floor(rate[2] / rate[1]), key
    end
  end
end
if book then
  local told = math.max(free, tonumber(redis.call('HGET', book, ARGV[3]) or 0))
  redis.call('HSET', book, ARGV[3], write(told + gap))
  keep(book, told + gap)
  return told - now
end
for number, limit in ipairs(asked) do
  if limit.most > 0 then
    redis.call('LPUSH', KEYS[2 * number], write(now))
    redis.call('LTRIM', KEYS[2 * number], 0, limit.most - 1)
    keep(KEYS[2 * number], now + limit.span)
  end
end
return 0
"""
)
_HOLD = (
    _BEGIN
    + """
local shut = math.max(now + ARGV[2], tonumber(redis.call('HGET', KEYS[1], 'shut') or 0))
redis.call('HSET', KEYS[1], 'shut', write(shut))
keep(KEYS[1], shut)
"""
)
_JOIN = (
    _BEGIN
    + """
redis.call('ZADD', KEYS[1], write(now), ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', write(now - ARGV[3]))
keep(KEYS[1], now + ARGV[3])
return redis.call('ZCARD', KEYS[1])
"""
)


class RedisPace:
    """Keeps `bot.ports.Pace` in Redis, and in this process as well.

    While Redis is away the process keeps to the share of the rates that is its own among the replicas that were there;
    when it is back, it hears what is closed by what happened here. `clock` tells seconds in place of Redis.
    """

    def __init__(
        self, redis: Redis, now: Callable[[], float] = time.monotonic, clock: Callable[[], float] | None = None
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._now = now
        self._own = ProcessPace(clock or now, UNTOLD_REPLICAS)
        self._outage = Outage("pace", now)
        self._name = uuid4().hex
        self._join_at = 0.0
        self._ask, self._hold, self._join = map(redis.register_script, (_ASK, _HOLD, _JOIN))

    async def ask(self, limits: Sequence[Limit], *, patient: bool = False) -> timedelta:
        if self._outage.is_paused:
            return await self._own.ask(limits, patient=patient)
        try:
            await self._enter()
            wait = await self._ask_redis(limits, patient=patient)
        except (RedisError, OSError) as error:
            self._outage.note_failure(error)
            return await self._own.ask(limits, patient=patient)
        if not wait:
            self._own.note(limits)
        return timedelta(microseconds=wait)

    async def hold(self, limit: Limit, wait: timedelta) -> None:
        await self._own.hold(limit, wait)
        if self._outage.is_paused:
            return  # told when Redis is back
        try:
            await self._hold_redis(limit, wait)
        except (RedisError, OSError) as error:
            self._outage.note_failure(error)

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()

    async def _enter(self) -> None:
        """Say now and then that this replica is there, and after an outage what it let go meanwhile."""
        if self._outage.is_on:
            for limit, wait in list(self._own.list_closed()):
                await self._hold_redis(limit, wait)
            self._outage.note_answer()
        if self._now() >= self._join_at:
            count = await self._join(
                keys=[_REPLICAS], args=[self._tell_time(), self._name, int(6 * JOIN_SECONDS * SECOND)]
            )
            self._own.share, self._join_at = int(count), self._now() + JOIN_SECONDS

    async def _ask_redis(self, limits: Sequence[Limit], *, patient: bool) -> int:
        keys = [key for limit in limits for key in (_key(limit), f"{_key(limit)}:times")]
        asked = json.dumps([_describe(limit) for limit in limits])
        return int(await self._ask(keys=keys, args=[self._tell_time(), asked, "patient" if patient else "hasty"]))

    async def _hold_redis(self, limit: Limit, wait: timedelta) -> None:
        await self._hold(keys=[_key(limit)], args=[self._tell_time(), round(wait.total_seconds() * SECOND)])

    def _tell_time(self) -> str:
        return "" if self._clock is None else str(int(self._clock() * SECOND))


def open_redis_pace(url: str) -> RedisPace:
    """The pace of all replicas that share this Redis; nothing is connected yet. Raises `ValueError`."""
    return RedisPace(open_redis(url))


def _key(limit: Limit) -> str:
    return f"{_REPLICAS}:{limit.name}"


def _describe(limit: Limit) -> dict[str, object]:
    rates = [(rate.most, round(rate.seconds * SECOND)) for rate in limit.rates]
    return {
        "rates": rates,
        "most": max((most for most, _ in rates), default=0),
        "span": max((span for _, span in rates), default=0),
        "gap": max((span // most for most, span in rates), default=UNKNOWN_GAP),
    }
