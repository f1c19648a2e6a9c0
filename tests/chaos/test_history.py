"""A history that is well has nothing to complain of, and everything that can go wrong is found by its own words."""

from dataclasses import replace

import pytest

from tests.chaos.history import Accepted, Deed, History, Kept, Line, Posted, count_twins, find_broken_promises

KEPT = Kept(
    "e1",
    "Verzoek 1",
    is_open=False,
    answers=(("karim", Deed.APPROVED),),
    message="1.0",
    card="Akkoord",
    notes=("Karim heeft goedgekeurd",),
)
SENT = Line("k1", "e1", Deed.SENT, "sanne")
DECIDED = Line("k2", "e1", Deed.APPROVED, "karim")
WITHDRAWN = Line("k9", "e1", Deed.WITHDRAWN, "sanne")
CARD = Posted("1.0", "card", "Akkoord")
NOTE = Posted("2.0", "note", "Karim heeft goedgekeurd", thread="1.0")
GOOD = History(
    accepted=(Accepted("Verzoek 1", Deed.SENT), Accepted("Verzoek 1", Deed.APPROVED)),
    kept=(KEPT,),
    logged=(SENT, DECIDED),
    recorded=(replace(SENT, by=""), replace(DECIDED, by="")),
    posted=(CARD, NOTE),
)
AGAIN = replace(CARD, id="3.0", says_twice=True)
IN_CHAT = replace(NOTE, thread="chat")
BESIDE = replace(IN_CHAT, id="4.0", key="beside")
TWIN = replace(KEPT, id="e2", answers=(), message="3.0", notes=())
OPEN = replace(KEPT, is_open=True, answers=(), notes=())
REJECTED = Accepted("Verzoek 1", Deed.REJECTED)


def test_a_good_history_has_no_broken_promise() -> None:
    assert find_broken_promises(GOOD) == []
    assert find_broken_promises(History()) == []


def test_what_says_that_it_may_stand_there_twice_may_stand_there_twice() -> None:
    kept, note = replace(KEPT, message="3.0"), replace(NOTE, thread="3.0")
    notes = (note, replace(note, id="4.0", key="again", says_twice=True))
    twins = replace(GOOD, kept=(kept,), posted=(CARD, AGAIN, *notes))
    assert find_broken_promises(twins) == []
    assert [count_twins(GOOD), count_twins(twins)] == [0, 2]


def test_notes_of_one_chat_stand_beside_one_another() -> None:
    kept = replace(KEPT, chat="chat")
    both = replace(GOOD, kept=(kept, replace(kept, request="Verzoek 2")), posted=(CARD, IN_CHAT, BESIDE))
    assert find_broken_promises(both) == []
    assert count_twins(both) == 0


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (replace(GOOD, waiting=("a row",)), ["still waits: a row"]),
        (replace(GOOD, accepted=(REJECTED,)), ["lost: Verzoek 1 was rejected, and nobody answered so"]),
        (
            replace(GOOD, accepted=(Accepted("Verzoek 2", Deed.SENT),)),
            ["lost: Verzoek 2 was sent, and there is no such request"],
        ),
        (
            History((Accepted("Verzoek 1", Deed.WITHDRAWN),), (OPEN,), (SENT,), (SENT,), (CARD,)),
            ["lost: Verzoek 1 was withdrawn, and is open"],
        ),
        (
            History((), (OPEN,), (SENT, WITHDRAWN), (SENT, WITHDRAWN), (CARD,)),
            ["withdrawn and open: Verzoek 1"],
        ),
        (
            replace(GOOD, accepted=(), kept=(KEPT, TWIN), posted=(CARD, NOTE, replace(CARD, id="3.0", key="twin"))),
            ["sent twice: Verzoek 1"],
        ),
        (
            replace(
                GOOD,
                logged=(SENT, DECIDED, replace(DECIDED, key="k3")),
                recorded=(SENT, DECIDED, replace(DECIDED, key="k3")),
            ),
            ["decided 2 times: ('e1', 'karim')"],
        ),
        (
            replace(GOOD, logged=(SENT,), recorded=(SENT,)),
            ["kept and not logged: ('e1', 'karim', <Deed.APPROVED: 'approved'>)"],
        ),
        (
            replace(GOOD, accepted=(), kept=(replace(KEPT, answers=()),)),
            ["logged and not kept: ('e1', 'karim', <Deed.APPROVED: 'approved'>)"],
        ),
        (replace(GOOD, recorded=(SENT,)), ["0 times in the evidence: approved of e1"]),
        (replace(GOOD, recorded=(SENT, DECIDED, DECIDED)), ["2 times in the evidence: approved of e1"]),
        (
            replace(GOOD, recorded=(SENT, DECIDED, WITHDRAWN)),
            ["in the evidence only: withdrawn of e1"],
        ),
        (
            replace(GOOD, recorded=(SENT, replace(DECIDED, deed=Deed.REJECTED))),
            ["in the evidence only: rejected of e1"],
        ),
        (replace(GOOD, posted=(NOTE,)), ["no card: Verzoek 1"]),
        (replace(GOOD, kept=(replace(KEPT, message=None, notes=()),)), ["no card: Verzoek 1"]),
        (
            replace(GOOD, posted=(replace(CARD, words="Wacht op Karim"), NOTE)),
            ["stale: the card of Verzoek 1 says 'Wacht op Karim' in place of 'Akkoord'"],
        ),
        (replace(GOOD, posted=(CARD,)), ["said 0 times below Verzoek 1: 'Karim heeft goedgekeurd'"]),
        (
            replace(GOOD, posted=(CARD, NOTE, replace(NOTE, id="3.0", key="another"))),
            ["said 2 times below Verzoek 1: 'Karim heeft goedgekeurd'"],
        ),
        (replace(GOOD, posted=(CARD, replace(CARD, id="3.0"), NOTE)), ["posted 2 times: card"]),
        (replace(GOOD, posted=(AGAIN, replace(CARD, id="1.0"), NOTE)), ["posted 2 times: card"]),
        (
            replace(GOOD, posted=(CARD, AGAIN, NOTE)),
            ["stale: the last card of Verzoek 1 is not the one that is kept up to date"],
        ),
        (
            replace(GOOD, kept=(replace(KEPT, chat="chat"),), posted=(CARD, IN_CHAT, BESIDE)),
            ["said 2 times below Verzoek 1: 'Karim heeft goedgekeurd'"],
        ),
        (
            replace(GOOD, kept=(replace(KEPT, chat="chat"),), posted=(CARD, NOTE)),
            ["said 0 times below Verzoek 1: 'Karim heeft goedgekeurd'"],
        ),
    ],
)  # fmt: skip
def test_a_broken_promise_is_told(bad: History, told: list[str]) -> None:
    assert find_broken_promises(bad) == told
