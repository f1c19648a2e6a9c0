"""The whole door: signed requests to `paraaf serve`, beside an app of Bolt's own on the same web server."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median

from bot.domain.envelope import EnvelopeId
from bot.texts import load_texts
from bot.views import forms
from bot.views.envelope_card import show_envelope
from cards.block_kit import render_message, render_view
from cards.model import Actions, Card, Link
from tests import builders as a
from tests.bench.load import send_all, write_request
from tests.bench.measuring import LOAD_CORE, SERVER_CORE, Effort, Timed, alternate, middle_ratio, stay_on
from tests.bench.programs import Program, run_bare_bolt, run_paraaf
from tests.bench.rows import Bound, Row
from tests.bench.stage import SIGNER, furnish, make_folder, name_channel
from tests.strict_slack import StrictSlack, User
from tests.strict_slack.facts import Message
from tests.strict_slack.filling import build_state

PRESSES = "Acknowledging a link button's press: paraaf serve beside a bare Bolt AsyncApp, signed HTTP"
DECISIONS = "A decision through the whole door: paraaf serve on SQLite, which asks Slack and delivers two messages"
PAUSE = 0.05
"""Seconds between two decisions, in which what the first one asked for is delivered."""
MEMORY = "Resident memory of paraaf serve"
AT_ONCE = (1, 16)
MOST_OF_BOLT = Bound(">= 0.8 of Bolt", least=0.8)
SMALL = Bound("< 200 MB", below=200)


async def measure_door(effort: Effort, compiled: Path) -> list[Row]:
    """Presses at concurrency 1 and 16, decisions at 1, and what they leave in memory."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(make_folder())
        async with furnish(f"sqlite:///{folder}/paraaf.db", folder) as stage:
            await stage.add_envelopes(2 * effort.decisions)
            envelopes = stage.take(2 * effort.decisions)
        slack = await stack.enter_async_context(StrictSlack())
        signer = _enter(slack, envelopes)
        with stay_on(SERVER_CORE):
            paraaf = await stack.enter_async_context(run_paraaf(folder, compiled, slack))
            bolt = await stack.enter_async_context(run_bare_bolt(folder, compiled, slack))
        memory = [_weigh(paraaf, "after its start")]
        with stay_on(LOAD_CORE):
            await _press(paraaf, signer, effort.presses_before_memory, at_once=1)
            memory.append(_weigh(paraaf, f"after {effort.presses_before_memory:,} presses"))
            presses = [await _compare(paraaf, bolt, signer, effort, at_once) for at_once in AT_ONCE]
            decisions = await _decide(paraaf, signer, envelopes, effort)
        memory.append(_weigh(paraaf, "after all presses and decisions of this run"))
    return [*(row for rows in presses for row in rows), *decisions, *memory]


async def _compare(paraaf: Program, bolt: Program, signer: User, effort: Effort, at_once: int) -> list[Row]:
    await _press(bolt, signer, effort.presses_before_memory, at_once)  # Paraaf had that many before
    ours, other = await alternate(
        effort.rounds,
        partial(_press, paraaf, signer, effort.requests, at_once),
        partial(_press, bolt, signer, effort.requests, at_once),
    )
    rates, bare_rates = [each.rate for each in ours], [each.rate for each in other]
    middles, bare_middles = [each.middle for each in ours], [each.middle for each in other]
    ratio = middle_ratio(bare_middles, middles)
    what = f"{at_once} at a time"
    rate = Row(PRESSES, what, "/s", median(rates), median(bare_rates), middle_ratio(rates, bare_rates))
    return [
        rate.aim(MOST_OF_BOLT, of_ratio=True),
        Row(PRESSES, f"{what}: p50", "ms", median(middles), median(bare_middles), ratio),
    ]


async def _press(program: Program, signer: User, count: int, at_once: int) -> Timed:
    """Presses with different signatures, so that none is taken for a repetition of another."""
    message = _post_card(signer.slack)
    payloads = (signer.press_payload(message, "Open") for _ in range(count))
    address = f"{program.address}/slack/events"
    return await send_all(address, [_sign(signer.slack, address, each) for each in payloads], at_once)


async def _decide(paraaf: Program, signer: User, envelopes: Sequence[EnvelopeId], effort: Effort) -> list[Row]:
    address = f"{paraaf.address}/slack/events"
    requests = [_sign(signer.slack, address, _fill_in(signer, each)) for each in envelopes]
    calm, pressed = requests[: effort.decisions], requests[effort.decisions :]
    alone: list[float] = []
    for each in calm:
        alone += (await send_all(address, [each], at_once=1)).each
        await asyncio.sleep(PAUSE)
    timed = (
        (Timed(sum(alone), alone), "with a pause after each"),
        (await send_all(address, pressed, at_once=1), "without"),
    )
    return [
        Row(DECISIONS, f"1 at a time, {how}: {name}", "ms", figure)
        for each, how in timed
        for name, figure in (("p50", each.middle), ("p95", each.slow))
    ]


def _weigh(paraaf: Program, when: str) -> Row:
    return Row(MEMORY, when, "MB", paraaf.read_memory()).aim(SMALL)


def _enter(slack: StrictSlack, envelopes: Iterable[EnvelopeId]) -> User:
    signer = slack.user(SIGNER.user, "Karim Haddad", team=SIGNER.tenant)
    for each in envelopes:
        slack.channel(name_channel(each), members=[signer])
    slack.channel("C0LINK", members=[signer])
    return signer


def _post_card(slack: StrictSlack) -> Message:
    """A card as Slack sends it along with a press, with a link under it."""
    card = show_envelope(a.an_envelope(message="Graag uw akkoord."), load_texts("nl"), a.NOON)
    linked = Card(card.title, (*card.elements, Actions((Link("Open", "https://example.com"),), "links")), card.summary)
    shown = render_message(linked)
    blocks = [{"block_id": f"b{number}", **block} for number, block in enumerate(shown["blocks"])]
    return Message("C0LINK", slack.workspace.new_ts(), slack.workspace.bot_user, str(shown["text"]), blocks)


def _fill_in(signer: User, envelope: EnvelopeId) -> dict[str, object]:
    """The approve dialog of an envelope, as it is sent."""
    body = render_view(forms.approve_form(a.an_envelope(envelope), None, a.NOON.date(), load_texts("nl")))
    view = signer.slack.workspace.put_view(signer.id, body)
    signer.views.clear()
    return signer.view_payload("view_submission", view, build_state(view, {forms.PLACE: "Utrecht"}))


def _sign(slack: StrictSlack, address: str, payload: dict[str, object]) -> bytes:
    sent = slack.delivery.sign(payload)
    return write_request(address, sent.body, sent.headers)
