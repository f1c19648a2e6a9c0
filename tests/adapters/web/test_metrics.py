"""What is counted."""

from dataclasses import dataclass, field

from prometheus_client import generate_latest

from adapters.web.metrics import CountingRouter, Metrics
from bot.conversation import Actor, Answer, Done, Interaction, Press, Submission, Tell
from bot.domain.outgoing import Errand
from bot.use_cases.deliver import Outcome
from bot.views import forms
from bot.views.help import show_words
from cards.model import FormErrors
from tests import builders as a

ACTOR = Actor(a.an_account(), "T0OFFICE", "Karim Haddad")


@dataclass
class FixedRouter:
    """Answers everything with one answer, and keeps what it was asked."""

    answer: Answer
    asked: list[Interaction] = field(default_factory=list)

    async def handle(self, interaction: Interaction) -> Answer:
        self.asked.append(interaction)
        return self.answer

    async def failed(self, interaction: Interaction) -> Answer:
        self.asked.append(interaction)
        return self.answer


def submission(form: str) -> Submission:
    return Submission(ACTOR, form, "envelope-1", {}, key="k")


def read(metrics: Metrics, line: str) -> float:
    (found,) = [each for each in generate_latest(metrics.registry).decode().splitlines() if each.startswith(f"{line} ")]
    return float(found.rpartition(" ")[2])


async def test_only_answers_that_were_taken_in_are_decisions() -> None:
    metrics = Metrics()
    taken, told = Done(), Tell(show_words("Already answered."))
    for form, answer in (
        (forms.APPROVE, taken),
        (forms.REJECT, taken),
        (forms.REJECT, taken),
        (forms.APPROVE, told),
        (forms.REJECT, FormErrors({forms.REASON: "Fill this in."})),
        (forms.SEND, taken),
    ):
        router = FixedRouter(answer)
        assert await CountingRouter(router, metrics).handle(submission(form)) is answer
        assert router.asked == [submission(form)]
    assert await CountingRouter(FixedRouter(told), metrics).failed(submission(forms.APPROVE)) is told
    await CountingRouter(FixedRouter(taken), metrics).handle(Press(ACTOR, a.a_place(), "approve", "envelope-1"))
    assert read(metrics, 'paraaf_decisions_total{answer="approved"}') == 1
    assert read(metrics, 'paraaf_decisions_total{answer="rejected"}') == 2


def test_deliveries_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()
    for outcome in (Outcome.DELIVERED, Outcome.DELIVERED, Outcome.BURIED):
        metrics.count_delivery(Errand.SHOW_CARD, outcome)
    assert read(metrics, 'paraaf_deliveries_total{errand="show card",outcome="delivered"}') == 2
    assert read(metrics, 'paraaf_deliveries_total{errand="show card",outcome="buried"}') == 1
