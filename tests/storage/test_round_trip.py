"""Any envelope that the rules allow comes back from the database as it went in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.accounts import Asks
from bot.domain.envelope import Answer, Closing, Decision, Envelope, EnvelopeId, EnvelopeState, Party, Signer
from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from bot.ports import Store
from tests.builders import CONTACT, a_log_line, an_envelope

# PostgreSQL keeps any text but the character NUL.
texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=40)
ids = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
days = st.dates(date(1970, 1, 1), date(2200, 1, 1))
moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
accounts = st.builds(Account, st.sampled_from(Platform), ids, ids)
places = st.builds(Place, st.sampled_from(Platform), ids, ids, st.none() | ids)
parties = st.builds(Party, accounts, texts)
cards = st.builds(MessageRef, places, ids, st.none() | texts)
approvals = st.builds(
    Decision, st.just(Answer.APPROVED), moments, place=texts, consent=texts, adopted_on=st.none() | days
)
rejections = st.builds(Decision, st.just(Answer.REJECTED), moments, reason=texts)
signers = st.builds(Signer, accounts, texts, st.just(CONTACT), st.none() | approvals | rejections)
closings = st.builds(Closing, parties, moments)
final_states = st.sampled_from([EnvelopeState.COMPLETED, EnvelopeState.REJECTED, EnvelopeState.WITHDRAWN])


def account_of(signer: Signer) -> Account:
    return signer.account


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    is_open = draw(st.booleans())
    return replace(
        an_envelope(),
        conversation=draw(places),
        sender=draw(parties),
        signers=tuple(draw(st.lists(signers, min_size=1, max_size=4, unique_by=account_of))),
        sent_at=draw(moments),
        message=draw(texts),
        due=draw(st.none() | days),
        expires_at=draw(st.none() | moments),
        asks=draw(st.sampled_from(Asks)),
        period_end=draw(st.none() | days),
        remind=draw(st.booleans()),
        state=EnvelopeState.OPEN if is_open else draw(final_states),
        closing=None if is_open else draw(closings),
        card=draw(st.none() | cards),
        revision=draw(st.integers(0, 1_000)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=envelopes(), facts=st.dictionaries(texts, texts, max_size=3))
async def test_an_envelope_comes_back_as_it_was_added(
    office_store: Store, drawn: Envelope, facts: dict[str, str]
) -> None:
    # The store outlives the examples, so each is an envelope of its own.
    id_ = EnvelopeId(str(uuid4()))
    envelope = replace(drawn, id=id_, request_key=id_)
    line = a_log_line(envelope=id_, facts=facts)
    async with office_store.transaction() as transaction:
        await transaction.envelopes.add(envelope)
        await transaction.log.add([line])
    async with office_store.reading() as transaction:
        assert await transaction.envelopes.get(envelope.office, id_) == envelope
        assert await transaction.log.of_envelope(envelope.office, id_) == (line,)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=envelopes(), decision=approvals | rejections)
async def test_an_answer_comes_back_as_it_was_given(office_store: Store, drawn: Envelope, decision: Decision) -> None:
    id_ = EnvelopeId(str(uuid4()))
    waiting = tuple(replace(signer, decision=None) for signer in drawn.signers)
    envelope = replace(drawn, id=id_, request_key=id_, signers=waiting, state=EnvelopeState.OPEN, closing=None)
    async with office_store.transaction() as transaction:
        await transaction.envelopes.add(envelope)
        saved = await transaction.envelopes.save(envelope.answer(waiting[-1].account, decision))
    async with office_store.reading() as transaction:
        assert await transaction.envelopes.get(envelope.office, id_) == saved
