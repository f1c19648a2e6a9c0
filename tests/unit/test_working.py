"""What a running Paraaf does by itself ends when it is told to."""

import asyncio

import pytest

from adapters import working
from adapters.working import beside


async def test_what_took_being_ended_for_a_timeout_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "CANCEL_AGAIN", 0.01)
    told = 0

    async def goes_on() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
                if told == 3:
                    raise

    async with asyncio.timeout(10):
        async with beside(goes_on()):
            await asyncio.sleep(0)
    assert told == 3


async def test_what_ended_before_is_let_be() -> None:
    async def ends() -> None:
        pass

    async with beside(ends()):
        await asyncio.sleep(0)
