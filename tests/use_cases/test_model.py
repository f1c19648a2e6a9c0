"""Whatever people do to requests, in whatever order and two at a time: the real storage agrees with a simple model.

A request is open until one deed ends it; whoever was to sign answers once; the log has a line for each deed that
counted and none for one that was refused. Nothing else is believed of the use cases.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.conversation import Answer, Press, Submission
from bot.domain.envelope import Answer as Verdict
from bot.domain.envelope import Envelope, EnvelopeId, EnvelopeState
from bot.domain.errors import Refusal
from bot.domain.expiry import has_expired
from bot.domain.log import Happening
from bot.domain.people import Account, Platform, Standing
from bot.ports import Ports
from bot.use_cases.answer_delegation import allow, refuse
from bot.use_cases.ask_reminder import remind_now
from bot.use_cases.decide import approve, reject
from bot.use_cases.delegate import submit_delegation, take_back
from bot.use_cases.expire import Expiring
from bot.use_cases.withdraw import withdraw
from storage.blobs import open_blobs
from storage.sql.store import SqlStore
from tests import builders as a
from tests.databases import A_VAULT, copy_sqlite, prepared_sqlite
from tests.fakes import FakeDirectory, FakeMessenger, FixedClock
from tests.reading_once import OncePageCounter
from tests.use_cases.conftest import SIGNER, STAFF, _furnish
from tests.use_cases.test_delegate import DUTCH, MILA, STAFF_ACTOR, by

__all__ = ["prepared_sqlite"]

Deed = Callable[["World", EnvelopeId], Awaitable[Answer]]
ENDS = {
    Happening.APPROVED: EnvelopeState.COMPLETED,
    Happening.REJECTED: EnvelopeState.REJECTED,
    Happening.WITHDRAWN: EnvelopeState.WITHDRAWN,
    Happening.EXPIRED: EnvelopeState.EXPIRED,
}
"""The state of a request with one signer after each line that ends it."""


class World:
    """The use cases on a file of their own."""

    def __init__(self, prepared: Path) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="paraaf-model-")
        path = Path(self.folder.name)
        self.store, self.clock = SqlStore(copy_sqlite(prepared, path), vault=A_VAULT), FixedClock()
        self.messenger, self.count = FakeMessenger(), 0
        people = {
            STAFF: a.a_person("Sanne de Vries", account=STAFF, standing=Standing.MEMBER),
            SIGNER: a.a_person(),
            MILA: a.a_person("Mila Haddad", account=MILA, standing=Standing.GUEST, email=None),
        }
        self.ports = Ports(
            store=self.store,
            blobs=open_blobs(path / "blobs"),
            pages=OncePageCounter(),
            clock=self.clock,
            messengers={Platform.SLACK: self.messenger},
            directories={Platform.SLACK: FakeDirectory(people)},
            public_url="https://paraaf.example",
        )

    async def furnish(self) -> None:
        """An office whose client has two contacts that staff know."""
        await _furnish(self.store, SIGNER)
        async with self.store.transaction() as tx:
            await tx.people.confirm(MILA, a.CONTACT, STAFF, a.NOON)

    async def read(self, envelope: EnvelopeId) -> Envelope:
        async with self.store.reading() as tx:
            found = await tx.envelopes.get(a.OFFICE, envelope)
        assert found
        return found

    def submit(self, actor: Account, form: str, envelope: str, **values: str) -> Submission:
        self.count += 1
        return Submission(by(actor), form, envelope, dict(values), f"key {self.count}")

    async def about_delegation(self, envelope: EnvelopeId, deed: str) -> Answer:
        delegations = (await self.read(envelope)).delegations
        id_ = delegations[-1].id if delegations else "none"
        if deed == "allow":
            return await allow(self.ports, _press(id_), DUTCH)
        if deed == "take back":
            return await take_back(self.ports, Press(by(SIGNER), a.a_place(), "button", id_))
        return await refuse(self.ports, self.submit(STAFF, "refuse", id_))


def _press(value: str) -> Press:
    return Press(STAFF_ACTOR, a.a_place(), "button", value)


def _signing(account: Account) -> dict[str, Deed]:
    return {
        "approve": lambda w, e: approve(w.ports, w.submit(account, "approve", e, place="Utrecht"), DUTCH),
        "reject": lambda w, e: reject(w.ports, w.submit(account, "reject", e, reason="Klopt niet")),
    }


DEEDS: dict[tuple[str, str], Deed] = {
    **{("Karim Haddad", name): deed for name, deed in _signing(SIGNER).items()},
    **{("Mila Haddad", name): deed for name, deed in _signing(MILA).items()},
    ("Sanne", "withdraw"): lambda w, e: withdraw(w.ports, _press(e)),
    ("Sanne", "remind"): lambda w, e: remind_now(w.ports, _press(e), DUTCH),
    ("Karim Haddad", "ask"): lambda w, e: submit_delegation(
        w.ports, w.submit(SIGNER, "delegate", e, taker=MILA.user, note="")
    ),
    **{
        ("Sanne", deed): lambda w, e, deed=deed: w.about_delegation(e, deed)  # type: ignore[misc]  # the loop's own
        for deed in ("allow", "refuse", "take back")
    },
}


class Requests(RuleBasedStateMachine):
    """What people do, one after the other or two at once."""

    prepared: Path
    envelopes = Bundle("envelopes")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = World(self.prepared)
        self.runner.run(self.world.furnish())
        self.ended: dict[EnvelopeId, EnvelopeState] = {}
        self.sent: list[EnvelopeId] = []

    @rule(target=envelopes, minutes=st.none() | st.integers(1, 2 * 24 * 60))
    def send(self, minutes: int | None) -> EnvelopeId:
        """A request that Karim is to sign, within so many minutes where that is limited."""
        id_ = EnvelopeId(f"envelope-{len(self.sent)}")
        expires_at = None if minutes is None else self.world.clock.now() + (a.at(minutes) - a.at(0))

        async def add() -> None:
            async with self.world.store.transaction() as tx:
                await tx.envelopes.add(a.an_envelope(id_, request_key=id_, expires_at=expires_at))

        self.runner.run(add())
        self.sent.append(id_)
        return id_

    @rule(envelope=envelopes, deed=st.sampled_from(sorted(DEEDS)))
    def act(self, envelope: EnvelopeId, deed: tuple[str, str]) -> None:
        """Somebody does something."""
        self.runner.run(self._do(envelope, deed))

    @rule(envelope=envelopes, deeds=st.lists(st.sampled_from(sorted(DEEDS)), min_size=2, max_size=3))
    def race(self, envelope: EnvelopeId, deeds: list[tuple[str, str]]) -> None:
        """Several do something at the same moment, at which somebody looks for what expired."""

        async def all_at_once() -> None:
            doing = (self._do(envelope, deed) for deed in deeds)
            await asyncio.gather(*doing, Expiring(self.world.ports).expire_due())

        self.runner.run(all_at_once())

    @rule(minutes=st.integers(-60, 3 * 24 * 60))
    def wait(self, minutes: int) -> None:
        """Time passes, or the clock is put back."""
        self.world.clock.move(a.at(minutes) - a.at(0))

    @rule()
    def expire(self) -> None:
        """Whoever expires requests looks, while somebody else does; nothing is left that is past its expiry."""

        async def look() -> None:
            expiring = Expiring(self.world.ports)
            await asyncio.gather(expiring.expire_due(), Expiring(self.world.ports).expire_due())
            assert await expiring.expire_due() == 0
            for id_ in self.sent:
                assert not has_expired(await self.world.read(id_), self.world.clock.now())

        self.runner.run(look())

    @invariant()
    def each_request_is_as_its_log_says(self) -> None:
        """See above."""
        for id_ in self.sent:
            envelope, lines = self.runner.run(self._read(id_))
            told = Counter(line for line in lines if line in ENDS)
            assert sum(told.values()) == (0 if envelope.state is EnvelopeState.OPEN else 1), lines
            assert all(ENDS[line] is envelope.state for line in told)
            before = self.ended.setdefault(id_, envelope.state)
            assert before in {EnvelopeState.OPEN, envelope.state}, "what ended stays as it ended"
            self.ended[id_] = envelope.state
            (signer,) = envelope.signers
            decided = signer.decision.answer if signer.decision else None
            expected = {EnvelopeState.COMPLETED: Verdict.APPROVED, EnvelopeState.REJECTED: Verdict.REJECTED}
            assert decided is expected.get(envelope.state)
            if signer.decision and envelope.expires_at:
                assert signer.decision.at < envelope.expires_at, "nothing is taken in after that"
            if envelope.state is EnvelopeState.EXPIRED:
                assert envelope.closing
                assert envelope.closing.at == envelope.expires_at
            passed_on = lines.count(Happening.DELEGATED)
            assert (signer.account == MILA) == bool(passed_on)
            assert passed_on <= 1

    def teardown(self) -> None:
        """Close the database."""
        self.runner.run(self.world.store.dispose())
        self.runner.close()
        self.world.folder.cleanup()

    async def _do(self, envelope: EnvelopeId, deed: tuple[str, str]) -> None:
        with suppress(Refusal):  # which of them counted is for the log to say
            await DEEDS[deed](self.world, envelope)

    async def _read(self, id_: EnvelopeId) -> tuple[Envelope, list[Happening]]:
        async with self.world.store.reading() as tx:
            lines = await tx.log.of_envelope(a.OFFICE, id_)
        return await self.world.read(id_), [line.happening for line in lines]


@pytest.mark.enable_socket
def test_requests_are_as_the_model_says(prepared_sqlite: Path) -> None:
    Requests.prepared = prepared_sqlite
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    some = settings(max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=checks)
    run_state_machine_as_test(Requests, settings=some)
