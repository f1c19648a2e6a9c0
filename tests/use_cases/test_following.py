"""What is done about an envelope is found in the log by its id, and in traces; a name or a word of anybody never is."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from structlog.contextvars import get_contextvars

from adapters.tracing import Tracing, open_traces
from bot.conversation import Actor, Command, Lookup, Press, Submission
from bot.domain.outgoing import Errand
from bot.following import follow, name_interaction
from bot.router import Router
from bot.use_cases.deliver import Courier
from bot.use_cases.ids import new_id
from tests import builders as a
from tests.use_cases.conftest import SIGNER, World

ACTOR = Actor(SIGNER, "T0OFFICE", "Karim Haddad")
TYPED = "Ik ga niet akkoord, groet Karim"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Tracing(provider.get_tracer("test"))


def test_ids_are_taken_and_words_are_not() -> None:
    envelope = new_id()
    place = {"conversation": "C0CLIENT"}
    assert name_interaction(Press(ACTOR, a.a_place(), "approve", envelope)) == {**place, "envelope": envelope}
    assert name_interaction(Press(ACTOR, a.a_place(), "approve", TYPED)) == place
    assert name_interaction(Command(ACTOR, a.a_place(), "sign", TYPED)) == place
    assert name_interaction(Submission(ACTOR, "reject", envelope, {"reason": TYPED}, "k")) == {"envelope": envelope}
    assert name_interaction(Lookup(ACTOR, "client", TYPED, TYPED)) == {}


def test_ids_are_on_every_line_until_the_work_ends() -> None:
    with follow("delivery", envelope="e", row="1"):
        with follow("more", row="2"):
            assert get_contextvars() == {"envelope": "e", "row": "2"}
        assert get_contextvars() == {"envelope": "e", "row": "1"}
    assert get_contextvars() == {}


async def test_a_delivery_and_an_answer_are_spans(world: World, spans: InMemorySpanExporter, tracing: Tracing) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope())
        await tx.outbox.put(a.an_outgoing(Errand.SHOW_CARD), world.clock.now())
    await Courier(world.ports, follow=tracing.follow).deliver_due()
    router = Router(world.ports, lambda: None, tracing.follow)
    await router.handle(Command(ACTOR, a.a_place(), "sign", TYPED))
    delivery, answer = spans.get_finished_spans()
    told = {"paraaf.conversation": "C0CLIENT", "paraaf.errand": "show card", "paraaf.row": "1"}
    assert (delivery.name, dict(delivery.attributes or {})) == ("delivery", {**told, "paraaf.envelope": "envelope-1"})
    assert (answer.name, dict(answer.attributes or {})) == ("answer Command", {"paraaf.conversation": "C0CLIENT"})


def test_of_an_error_a_span_tells_the_kind_alone(spans: InMemorySpanExporter, tracing: Tracing) -> None:
    with pytest.raises(ValueError, match=TYPED), tracing.follow("record"):
        raise ValueError(TYPED)
    (span,) = spans.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "ValueError")
    assert TYPED not in span.to_json()


async def test_without_an_address_nothing_is_traced() -> None:
    async with open_traces(None) as chosen:
        assert chosen is follow
