"""A file of Paraaf's, as the real Slack client takes and shows it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from adapters.demo.client.workspace import App
from adapters.demo.office import WORKSPACE
from adapters.slack.api import Api, open_session
from adapters.slack.messenger import SlackMessenger
from bot.conversation import FileRef
from bot.domain.people import Platform
from bot.domain.places import Place
from cards.model import Card, Plain, Text
from tests.e2e.running import Running, run_everything

pytestmark = pytest.mark.asyncio(loop_scope="module")

CARD = Card("Ter ondertekening", (Text((Plain("Jaarrekening 2025"),)),), "Jaarrekening 2025")
NAME, SEALED = "Jaarrekening 2025.pdf", b"%PDF-1.7 sealed"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with run_everything(tmp_path_factory.mktemp("demo"), channels=1) as everything:
        yield everything


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


async def test_it_is_shown_in_the_thread_and_can_be_downloaded(
    running: Running, session: aiohttp.ClientSession
) -> None:
    messenger = SlackMessenger(Api(App().bot_token, f"{running.slack.address}/api/", session))
    (room,) = running.channels
    card = await messenger.send(Place(Platform.SLACK, WORKSPACE.team, room.id), CARD, "card")
    for _ in range(2):  # the second time it is there
        await messenger.post_file(card.thread, NAME, SEALED, "sealed")
    shown = [each for each in await running.slack.messages(room.id) if each.get("files")]
    assert [(each["thread_ts"], each["files"][0]["name"]) for each in shown] == [(card.id, NAME)]
    file = FileRef(Platform.SLACK, WORKSPACE.team, shown[0]["files"][0]["id"])
    assert (await messenger.fetch(file, 1_000)).content == SEALED
