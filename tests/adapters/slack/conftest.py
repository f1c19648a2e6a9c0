from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.slack.api import open_session
from tests.adapters.slack.stage import Stage, open_stage
from tests.strict_slack import StrictSlack


@pytest.fixture
async def slack() -> AsyncIterator[StrictSlack]:
    async with StrictSlack() as slack:
        yield slack


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
async def stage(slack: StrictSlack, session: aiohttp.ClientSession) -> AsyncIterator[Stage]:
    """The adapter over HTTP, with a router that answers what a test tells it to."""
    async with open_stage(slack, session) as stage:
        yield stage
