"""Telling source packages what became of their deliveries: when, what, in which order, and what if they are deaf."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.conversation import Press, Submission
from bot.domain.accounts import Asks
from bot.domain.delivery import DeliveryState, Refused, SourceId
from bot.domain.envelope import Envelope, EnvelopeId, Pointer
from bot.domain.evidence import Receipt
from bot.domain.log import Happening
from bot.domain.outgoing import Errand
from bot.domain.people import OfficeId
from bot.domain.webhooks import CallFailed, Reply, Webhook, WebhookEvent, name_event
from bot.texts import load_texts
from bot.use_cases import webhooks
from bot.use_cases.call_sources import GIVE_UP_AFTER, PROOF_PATIENCE, PROOF_WAIT, Calling
from bot.use_cases.decide import approve, reject
from bot.use_cases.deliver import LEAST_TRIES
from bot.use_cases.tell_source import tell_rejection
from bot.use_cases.withdraw import withdraw
from tests import builders as a
from tests.delivering import SOURCE, URL, a_delivery, a_source, a_webhook, deliver
from tests.use_cases.conftest import SIGNER, STAFF, World
from tests.use_cases.signing import by

DUTCH = load_texts("nl")
ENVELOPE = EnvelopeId("envelope-1")


@dataclass
class FakeCaller:
    """Keeps `bot.ports.SourceCaller`: records what is told, and answers in turn, 204 when there is nothing else."""

    answers: deque[Reply | CallFailed] = field(default_factory=deque)
    told: list[tuple[Webhook, str, dict[str, Any]]] = field(default_factory=list)

    async def call(self, webhook: Webhook, event_id: str, body: bytes) -> Reply:
        self.told.append((webhook, event_id, json.loads(body)))
        answer = self.answers.popleft() if self.answers else Reply(204)
        if isinstance(answer, CallFailed):
            raise answer
        return answer

    @property
    def events(self) -> list[tuple[str, str]]:
        return [(body["type"], body["data"]["envelope"]) for _, _, body in self.told]


@dataclass(frozen=True, slots=True)
class Office:
    """An office of which a source package is called; what is closed is not proved, unless a test says so."""

    world: World
    caller: FakeCaller
    calling: Calling

    async def send(self, id_: str = ENVELOPE, **changes: Any) -> Envelope:  # noqa: ANN401 - any field
        envelope = a.an_envelope(id_, request_key=id_, signers=(a.a_signer(account=SIGNER),), **changes)
        async with self.world.store.transaction() as tx:
            await tx.envelopes.add(envelope)
        return envelope

    async def approve(self, id_: str = ENVELOPE, **values: Any) -> None:  # noqa: ANN401 - any field
        given = Submission(by(), "approve", id_, {"place": "Utrecht", **values}, "key")
        await approve(self.world.ports, given, DUTCH)

    async def prove(self, id_: str = ENVELOPE) -> None:
        async with self.world.store.transaction() as tx:
            envelope = await tx.envelopes.get(a.OFFICE, EnvelopeId(id_))
            assert envelope
            await tx.envelopes.proved(envelope, Receipt("paraaf.example/evidence/linde", 7, "e" * 64))

    async def call(self, *, after: timedelta = timedelta()) -> int:
        self.world.clock.move(after)
        return await self.calling.call_due()

    async def depth(self) -> int:
        async with self.world.store.reading() as tx:
            return await tx.webhook_calls.depth()


@pytest.fixture
async def office(world: World) -> Office:
    async with world.store.transaction() as tx:
        await tx.webhooks.save(a_webhook())
    caller = FakeCaller()
    return Office(world, caller, Calling(world.ports, caller))


async def test_an_approval_is_told_in_full_once_it_is_proved(office: Office) -> None:
    await office.send(asks=Asks.ADOPT)
    await deliver(office.world.store, ENVELOPE)
    await office.approve(adopted_on=date(2026, 2, 28))
    assert await office.call() == 1
    assert not office.caller.told  # the proof is not there yet
    await office.prove()
    assert await office.call(after=PROOF_WAIT) == 1
    ((webhook, event_id, body),) = office.caller.told
    assert (webhook, event_id) == (a_webhook(), name_event(ENVELOPE, WebhookEvent.COMPLETED))
    assert (body["id"], body["type"], body["timestamp"]) == (event_id, "envelope.completed", "2026-03-02T12:00:00Z")
    told = body["data"]
    assert (told["state"], told["asks"], told["adopted_on"]) == ("completed", "adopt", "2026-02-28")
    assert (told["delivery"], told["reference"]) == (f"delivery of {ENVELOPE}", "JR-7")
    assert (told["key"], told["kind"], told["client"]) == (f"key of delivery of {ENVELOPE}", "jaarrekening", "1001")
    assert told["decisions"] == [
        {
            "name": "Karim Haddad",
            "answer": "approved",
            "at": "2026-03-02T12:00:00Z",
            "place": "Utrecht",
            "reason": None,
            "adopted_on": "2026-02-28",
        }
    ]
    assert told["documents"][0]["sha256"] == a.a_document().sha256
    assert told["evidence"] == {"origin": "paraaf.example/evidence/linde", "index": 7, "entry_hash": "e" * 64}
    own = f"https://paraaf.example/api/v1/envelopes/{ENVELOPE}"
    assert told["links"] == {"envelope": own, "proof": f"{own}/proof", "document": f"{own}/document"}
    assert await office.depth() == 0


async def test_without_evidence_it_is_told_after_a_while_without_a_proof(office: Office) -> None:
    await office.send()
    await deliver(office.world.store, ENVELOPE)
    await office.approve()
    await office.call(after=PROOF_PATIENCE)
    ((_, _, body),) = office.caller.told
    assert (body["data"]["evidence"], body["data"]["links"]["proof"]) == (None, None)


async def test_a_rejection_has_its_reason_and_a_withdrawal_none(office: Office) -> None:
    for id_ in (ENVELOPE, "envelope-2"):
        await office.send(id_)
    await deliver(office.world.store, ENVELOPE, "envelope-2")
    given = Submission(by(), "reject", ENVELOPE, {"reason": "Bedrag klopt niet"}, "key")
    await reject(office.world.ports, given)
    await withdraw(office.world.ports, Press(by(STAFF, "Sanne de Vries"), a.a_place(), "withdraw", "envelope-2"))
    await office.prove(ENVELOPE)
    await office.prove("envelope-2")
    await office.call()
    await office.call()
    rejected, withdrawn = (body for _, _, body in office.caller.told)
    assert (rejected["type"], rejected["data"]["reason"]) == ("envelope.rejected", "Bedrag klopt niet")
    assert (withdrawn["type"], withdrawn["data"]["reason"]) == ("envelope.withdrawn", None)


async def test_nobody_is_told_of_what_was_not_delivered_or_is_open(office: Office) -> None:
    await office.send()
    await office.approve()
    await office.send("envelope-2")
    await deliver(office.world.store, "envelope-2")
    assert await office.depth() == 0


async def test_a_corrected_version_is_told_to_whom_the_first_came_from(office: Office) -> None:
    old = await office.send()
    await deliver(office.world.store, ENVELOPE)
    await office.send("envelope-2", supersedes=Pointer(old.id))
    await office.send("envelope-3", supersedes=Pointer(EnvelopeId("envelope-2")))
    await office.approve("envelope-3")
    await office.prove("envelope-3")
    await office.call()
    ((_, _, body),) = office.caller.told
    assert body["data"]["envelope"] == "envelope-3"
    assert body["data"]["delivery"] == f"delivery of {ENVELOPE}"


async def test_events_stay_in_order_while_one_fails_and_others_are_called(office: Office) -> None:
    other = SourceId("source-2")
    for id_ in ("envelope-1", "envelope-2", "envelope-3"):
        await office.send(id_)
    async with office.world.store.transaction() as tx:
        await tx.webhooks.save(a_webhook(source=other))
    await deliver(office.world.store, "envelope-1", "envelope-2")
    await deliver(office.world.store, "envelope-3", source=a_source(id=other, name="other"))
    for id_ in ("envelope-1", "envelope-2", "envelope-3"):
        await office.approve(id_)
        await office.prove(id_)
    office.caller.answers.extend([CallFailed("timeout"), Reply(204), Reply(500)])
    assert await office.call() == 2
    assert await office.call() == 0
    assert await office.call(after=timedelta(seconds=2)) == 1
    assert await office.call(after=timedelta(seconds=4)) == 1
    assert await office.call() == 1
    mine = [id_ for _, id_ in office.caller.events if id_ != "envelope-3"]
    assert mine == ["envelope-1", "envelope-1", "envelope-1", "envelope-2"]
    assert len({event for _, event, body in office.caller.told if body["data"]["envelope"] == "envelope-1"}) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 500, 503])
async def test_whatever_is_no_success_is_tried_again(office: Office, status: int) -> None:
    await closed(office)
    office.caller.answers.append(Reply(status))
    await office.call()
    assert await office.depth() == 1
    await office.call(after=timedelta(seconds=2))
    assert await office.depth() == 0


async def closed(office: Office) -> None:
    await office.send()
    await deliver(office.world.store, ENVELOPE)
    await office.approve()
    await office.prove()


async def test_who_asks_to_wait_is_waited_for(office: Office) -> None:
    await closed(office)
    office.caller.answers.append(Reply(429, timedelta(minutes=20)))
    await office.call()
    assert await office.call(after=timedelta(minutes=19)) == 0
    assert await office.call(after=timedelta(minutes=1)) == 1
    assert await office.depth() == 0


async def test_after_three_days_it_is_kept_for_people_and_the_sender_is_told(office: Office) -> None:
    await closed(office)
    office.caller.answers.extend([*[Reply(500)] * (LEAST_TRIES - 1), CallFailed("timeout")])
    for _ in range(LEAST_TRIES - 1):
        assert await office.call(after=GIVE_UP_AFTER) == 1
    assert await office.depth() == 1
    await office.call(after=GIVE_UP_AFTER)
    assert await office.depth() == 0
    async with office.world.store.reading() as tx:
        (row,) = await tx.webhook_calls.list_calls(a.OFFICE, buried_only=True, limit=9)
        lines = await tx.log.of_envelope(a.OFFICE, ENVELOPE)
        waiting = await tx.outbox.list_rows(a.OFFICE, buried_only=False, limit=99)
    assert (row.last_error, row.tries) == ("timeout", LEAST_TRIES)
    (failed,) = [line for line in lines if line.happening is Happening.UNDELIVERABLE]
    assert failed.facts == {"errand": "webhook envelope.completed", "why": "timeout"}
    assert [each.subject for each in waiting if each.errand is Errand.TELL_TROUBLE] == [ENVELOPE]


async def test_who_is_gone_is_called_no_more_until_it_is_set_again(office: Office) -> None:
    store, now = office.world.store, a.NOON
    for id_ in (ENVELOPE, "envelope-2"):
        await office.send(id_)
    await deliver(store, ENVELOPE, "envelope-2")
    for id_ in (ENVELOPE, "envelope-2"):
        await office.approve(id_)
        await office.prove(id_)
    office.caller.answers.append(Reply(410))
    await office.call()
    assert await office.call(after=timedelta(hours=1)) == 0
    async with store.reading() as tx:
        stopped = await tx.webhooks.get(a.OFFICE, SOURCE)
    assert stopped
    assert (stopped.is_active, stopped.stopped) == (False, "status 410")

    again, is_new = await webhooks.set_webhook(store, a.OFFICE, SOURCE, URL, now)
    assert (again.is_active, is_new, again.generation) == (True, False, 1)
    assert await webhooks.replay_since(store, a.OFFICE, SOURCE, now, office.world.clock.now()) == 2
    while await office.call():
        pass
    assert [id_ for _, id_ in office.caller.events] == [ENVELOPE, ENVELOPE, "envelope-2"]
    assert len({event for _, event, _ in office.caller.told}) == 2


async def test_what_an_administrator_changed_meanwhile_is_not_stopped(office: Office) -> None:
    await closed(office)
    answering, changed = asyncio.Event(), asyncio.Event()

    @dataclass
    class Slow:
        async def call(self, _webhook: Webhook, _event: str, _body: bytes) -> Reply:
            answering.set()
            await changed.wait()
            return Reply(410)

    calling = asyncio.create_task(Calling(office.world.ports, Slow()).call_due())
    await answering.wait()
    moved, _ = await webhooks.set_webhook(office.world.store, a.OFFICE, SOURCE, URL + "/new", a.NOON)
    changed.set()
    await calling
    async with office.world.store.reading() as tx:
        assert await tx.webhooks.get(a.OFFICE, SOURCE) == moved


async def test_a_secret_is_never_given_twice(office: Office) -> None:
    store = office.world.store
    renewed, is_new = await webhooks.set_webhook(store, a.OFFICE, SOURCE, URL, a.NOON, renew=True)
    assert (renewed.generation, is_new) == (2, True)
    assert await webhooks.remove_webhook(store, a.OFFICE, SOURCE) == 0
    assert await webhooks.remove_webhook(store, a.OFFICE, SOURCE) is None
    again, is_new = await webhooks.set_webhook(store, a.OFFICE, SOURCE, URL, a.NOON)
    assert (again.generation, is_new) == (3, True)


async def test_what_is_told_again_by_hand_is_of_the_own_office_and_ended(office: Office) -> None:
    store = office.world.store
    await closed(office)
    await office.call()
    await office.send("envelope-2")
    await deliver(store, "envelope-2")
    assert await webhooks.replay_envelope(store, a.OFFICE, ENVELOPE, office.world.clock.now())
    assert not await webhooks.replay_envelope(store, OfficeId("office-2"), ENVELOPE, a.NOON)
    assert not await webhooks.replay_envelope(store, a.OFFICE, EnvelopeId("envelope-2"), a.NOON)
    assert await webhooks.replay_since(store, OfficeId("office-2"), SOURCE, a.NOON, a.NOON) == 0
    await office.call()
    assert [event for _, event, _ in office.caller.told] == [name_event(ENVELOPE, WebhookEvent.COMPLETED)] * 2


async def test_a_delivery_that_staff_rejected_is_told_with_the_reason(office: Office) -> None:
    store, refused = office.world.store, Refused("Sanne de Vries", "Verkeerd jaar", a.at(-1))
    async with store.transaction() as tx:
        await tx.sources.add(a_source())
        waiting = a_delivery(state=DeliveryState.WAITING)
        assert await tx.deliveries.add(waiting)
        assert not await tell_rejection(tx, waiting, a.NOON)
        assert await tell_rejection(tx, await tx.deliveries.save(waiting.refuse(refused)), a.NOON)
    assert await office.call() == 1
    ((_, event_id, body),) = office.caller.told
    assert (body["id"], body["type"], body["timestamp"]) == (event_id, "delivery.rejected", "2026-03-02T11:59:00Z")
    assert body["data"] == {
        "delivery": "delivery-1",
        "reference": "JR-7",
        "key": "key of delivery-1",
        "kind": "jaarrekening",
        "client": "1001",
        "period": "2025",
        "state": "refused",
        "reason": "Verkeerd jaar",
        "rejected_at": "2026-03-02T11:59:00Z",
        "links": {"delivery": f"{office.world.ports.public_url}/api/v1/deliveries/delivery-1"},
    }
    assert await webhooks.replay_since(store, a.OFFICE, SOURCE, a.at(-1), a.NOON) == 1
    assert await webhooks.replay_since(store, a.OFFICE, SOURCE, a.at(1), a.NOON) == 0
    office.caller.answers.append(Reply(410))
    await office.call()
    assert [event for _, event, _ in office.caller.told] == [event_id] * 2
    async with store.reading() as tx:
        assert len(await tx.webhook_calls.list_calls(a.OFFICE, buried_only=True, limit=9)) == 1


async def test_the_one_who_runs_finishes_what_is_under_way(office: Office) -> None:
    await closed(office)
    stop = asyncio.Event()

    @dataclass
    class Stopping:
        async def call(self, _webhook: Webhook, _event: str, _body: bytes) -> Reply:
            stop.set()
            return Reply(204)

    async with asyncio.timeout(30):
        await Calling(office.world.ports, Stopping()).run(stop)
    assert await office.depth() == 0


async def test_a_mistake_of_ours_about_one_holds_up_no_other(office: Office) -> None:
    await closed(office)

    @dataclass
    class Broken:
        async def call(self, _webhook: Webhook, _event: str, _body: bytes) -> Reply:
            raise ZeroDivisionError

    await Calling(office.world.ports, Broken()).call_due()
    assert await office.depth() == 1
    assert await office.call(after=timedelta(seconds=2)) == 1
    assert await office.depth() == 0


def test_which_secrets_hold() -> None:
    assert a_webhook().list_generations(a.NOON) == (1,)
    assert replace(a_webhook(), generation=4).list_generations(a.at(1)) == (4, 3)
