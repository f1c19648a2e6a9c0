"""What the application's own log tells of a request: its ids, and no name, address or word of anybody."""

import json
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from tests.scenarios.scene import Scene
from tests.troubles import Drop, Status

WORDS = "Kijkt u vooral naar box 3"
REASON = "Het bedrag klopt niet, bel 06-12345678"
CITY = "Schiermonnikoog"

Line = MutableMapping[str, Any]


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.reset_defaults()


def of(lines: list[Line], event: str) -> list[Line]:
    return [line for line in lines if line["event"] == event]


async def live_through_it(scene: Scene) -> list[str]:
    """Send, approve, reject, with trouble on the way; the ids of the envelopes."""
    first = await scene.send("Aangifte IB 2025.pdf", message=WORDS)
    await scene.karim.press(first, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place=CITY).submit()
    await scene.settled()

    second = await scene.send("Balans 2025.pdf", message=WORDS)
    ids = [scene.envelope_of(card) for card in (first, second)]
    scene.chat.break_next("post", Status(503), Drop(done=True))
    await scene.karim.press(second, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason=REASON).submit()
    await scene.settled(skipping=timedelta(minutes=1))

    scene.chat.break_next("roster", *[Status(503)] * 3)
    await scene.sign(scene.bas, WORDS)
    await scene.bas.told()
    return [str(each) for each in ids]


async def test_it_names_envelopes_and_nobody(scene: Scene, lines: list[Line]) -> None:
    ids = await live_through_it(scene)
    delivered, answered = of(lines, "outbox.delivered"), of(lines, "router.answered")
    assert {line["envelope"] for line in delivered} >= set(ids)
    assert {line["envelope"] for line in answered if "envelope" in line} >= set(ids)
    assert {line["conversation"] for line in delivered} == {scene.room.id}
    assert all(line["request"] for line in answered)
    assert len({line["request"] for line in answered}) > len(ids)

    told = json.dumps(lines, ensure_ascii=False, default=str).casefold()
    people = (scene.sanne, scene.bas, scene.karim, scene.mila)
    for name in (each for person in people for each in person.name.split() if len(each) > 3):
        assert name.casefold() not in told
    for words in (WORDS, REASON, "12345678", CITY, "@linde.example", "@bakker.example", "Bakker B.V.", "Aangifte"):
        assert words.casefold() not in told
