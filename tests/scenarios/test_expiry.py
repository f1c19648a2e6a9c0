"""A request that expires, in both chats: what the sender asks for, and what everybody sees then."""

from datetime import timedelta

from bot.domain.envelope import EnvelopeState
from bot.domain.log import Happening
from bot.use_cases.expire import Expiring
from tests.scenarios.certifying import envelope_of
from tests.scenarios.scene import Scene


async def test_a_request_that_is_not_answered_in_time_expires(scene: Scene) -> None:
    today = scene.clock.today()
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    filled = {"documents": ["Aangifte IB 2025.pdf"], "signer": scene.karim.id, "due": today + timedelta(days=9)}
    form = await scene.sanne.fill(form, **filled, expires=today + timedelta(days=8)).submit()
    assert form.errors == {"expires": "Kies de uiterste datum of een latere dag."}
    await scene.sanne.fill(form, **filled, expires=today + timedelta(days=9)).submit()
    await scene.settled()
    card = await scene.message("Aangifte")
    assert "Geldig tot en met" in card.words

    scene.clock.move(timedelta(days=11))
    assert "Wacht op" in card.words
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.told("Dit is verlopen op")
    assert await Expiring(scene.ports).expire_due() == 0
    await scene.settled()
    assert "Verlopen" in card.words
    assert card.labels == ["Bekijken", "Transactielog"]
    note = await scene.message("Dit verzoek is verlopen: Karim Haddad heeft niet op tijd geantwoord.")
    assert (note.thread, note.pings) == (card.id, {scene.sanne.id})
    (line,) = [each for each in await scene.log_of(card) if each.happening is Happening.EXPIRED]
    assert (line.by.name, line.by.account) == ("Paraaf", scene.account(scene.sanne))
    assert line.receipt
    ended = await envelope_of(scene, card)
    assert (ended.state, ended.evidence) == (EnvelopeState.EXPIRED, line.receipt)
