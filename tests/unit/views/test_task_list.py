"""The list of tasks as a card: what it says, where its buttons lead, and that it fits into a message."""

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.people import Account
from bot.domain.tasks import PAGE_SIZE, REACH, TaskList, Turn, find_turn
from bot.texts import load_texts
from bot.views.task_list import TASK_ACTIONS, Spot, read_spot, show_tasks, write_spot
from cards.adaptive_card import render_card
from cards.block_kit import render_home, render_message
from cards.limits import SLACK_MESSAGE_JSON, TEAMS_AIM
from cards.model import Actions, Button, Card
from tests import builders as a

DUTCH = load_texts("nl")
AMPERSANDS = "&" * 400
"""Each is five characters in Slack."""


def a_list(*envelopes: Envelope, **changes: object) -> TaskList:
    tasks = TaskList(Turn.MINE, envelopes, 0, 1, dict.fromkeys(Turn, len(envelopes)), {a.CLIENT: "Haddad Bouw B.V."})
    return replace(tasks, **changes)  # type: ignore[arg-type]  # any field


def show(tasks: TaskList, account: Account | None = None, channel: str = "C0CLIENT") -> Card:
    return show_tasks(tasks, account or a.an_account(), channel, DUTCH, a.at())


def buttons(card: Card) -> list[Button]:
    rows = [element for element in card.elements if isinstance(element, Actions)]
    return [item for row in rows for item in row.items if isinstance(item, Button)]


@pytest.mark.parametrize("spot", [Spot(), Spot(Turn.DONE, 12, "19:abc@thread.tacv2"), Spot(Turn.OTHERS, 1)])
def test_a_spot_comes_back_as_it_was(spot: Spot) -> None:
    assert read_spot(write_spot(spot)) == spot


def test_every_list_and_page_has_a_button_and_each_leads_there() -> None:
    card = show(a_list(turn=Turn.OTHERS, page=1, pages=3))
    leads = {button.action: read_spot(button.value) for button in buttons(card)}
    channel = "C0CLIENT"
    assert leads == {
        "tasks_mine": Spot(Turn.MINE, 0, channel),
        "tasks_others": Spot(Turn.OTHERS, 0, channel),
        "tasks_done": Spot(Turn.DONE, 0, channel),
        "tasks_earlier": Spot(Turn.OTHERS, 0, channel),
        "tasks_later": Spot(Turn.OTHERS, 2, channel),
    }
    assert leads.keys() <= TASK_ACTIONS
    assert card.personal
    assert read_spot(card.personal.value) == Spot(Turn.OTHERS, 1, channel)


def test_what_is_counted_no_further_says_so() -> None:
    card = show(a_list(counts={Turn.MINE: 3, Turn.OTHERS: REACH - 1, Turn.DONE: REACH}))
    assert [button.label for button in buttons(card)] == ["Te doen (3)", "Wacht op anderen (999)", "Klaar (1000+)"]


def test_the_signer_may_answer_and_the_sender_may_look() -> None:
    tasks = a_list(a.an_envelope())
    assert [each.action for each in buttons(show(tasks))[3:]][:3] == ["view", "approve", "reject"]
    others = [each.action for each in buttons(show(tasks, a.a_staff_account()))[3:]]
    assert others[0] == "view"
    assert not {"approve", "reject", "withdraw"} & set(others)


def test_lateness_and_the_due_date_are_told_while_it_is_open() -> None:
    late = a.an_envelope(due=date(2026, 2, 1))
    assert "Taak uitvoeren · te laat · uiterlijk 1 februari 2026 · Haddad Bouw B.V. · van Sanne" in str(
        show(a_list(late))
    )
    done = str(show(a_list(late.answer(a.an_account(), a.an_approval()), turn=Turn.DONE)))
    assert "uiterlijk" not in done
    assert "Ondertekend · Karim Haddad" in done


def test_an_empty_list_says_so() -> None:
    for turn, words in ((Turn.MINE, "op u"), (Turn.OTHERS, "op anderen"), (Turn.DONE, "niets klaar")):
        assert words in str(show(a_list(turn=turn)))


def test_a_page_of_the_longest_names_fits_with_room_for_two_more_buttons_each() -> None:
    signers = tuple(a.a_signer(a.an_account(f"U{number}"), name=AMPERSANDS) for number in range(9))
    envelope = a.an_envelope(
        documents=(a.a_document(name=AMPERSANDS),),
        signers=(a.a_signer(name=AMPERSANDS), *signers),
        sender=a.a_party(AMPERSANDS),
        due=date(2020, 9, 30),
        card=a.a_message(),
    )
    page = [
        replace(envelope, id=EnvelopeId(f"019ad000-0000-7000-8000-00000000000{number}")) for number in range(PAGE_SIZE)
    ]
    tasks = a_list(*page, page=1, pages=200, counts=dict.fromkeys(Turn, REACH), clients={a.CLIENT: AMPERSANDS})
    message = render_message(card := show(tasks))
    room_for_buttons = PAGE_SIZE * 2 * 200
    assert len(json.dumps(message["blocks"])) <= SLACK_MESSAGE_JSON - room_for_buttons
    assert render_home(card)["blocks"] == message["blocks"]
    assert len(json.dumps(render_card(card, lang="nl"))) < TEAMS_AIM / 2


def test_a_button_in_teams_tells_how_to_come_back_to_the_list() -> None:
    card = render_card(show(a_list(a.an_envelope())), lang="nl")
    presses = [action["data"] for block in card["body"] for action in block.get("actions", ())]
    assert {press["back"] for press in presses if press["action"] not in TASK_ACTIONS} == {"tasks mine 0 C0CLIENT"}


@pytest.mark.parametrize(("sees_all", "turn"), [(False, None), (True, Turn.OTHERS)])
def test_who_has_nothing_to_do_with_it_sees_it_only_as_staff(*, sees_all: bool, turn: Turn | None) -> None:
    bas = a.a_staff_account("U0BAS")
    assert find_turn(a.an_envelope(), bas, sees_all=sees_all) is turn


def test_a_signer_has_a_turn_then_waits_then_is_done() -> None:
    mila = a.an_account("U0MILA")
    envelope = a.an_envelope(signers=(a.a_signer(), a.a_signer(mila)))
    half = envelope.answer(mila, a.an_approval())
    done = half.answer(a.an_account(), a.an_approval())
    assert [find_turn(each, mila) for each in (envelope, half, done)] == [Turn.MINE, Turn.OTHERS, Turn.DONE]


def test_who_signs_their_own_request_has_it_to_do() -> None:
    sanne = a.a_staff_account()
    assert find_turn(a.an_envelope(signers=(a.a_signer(sanne),)), sanne) is Turn.MINE
