import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.certified import Sealed, SealLevel, Way
from bot.domain.envelope import Decision, Envelope, EnvelopeId, EnvelopeState, Pointer
from bot.domain.errors import Conflict
from bot.domain.fields import Field, FieldKind
from bot.domain.log import Happening
from bot.domain.people import Account, Cadence, ContactId, OfficeId, Platform
from bot.domain.signature import Drawing
from bot.ports import Store
from tests.builders import (
    OFFICE,
    a_contact,
    a_document,
    a_log_line,
    a_message,
    a_party,
    a_place,
    a_rejection,
    a_signer,
    an_account,
    an_approval,
    an_envelope,
    an_item,
    an_office,
    at,
)

OTHER_OFFICE = OfficeId("office-2")
ENVELOPE = EnvelopeId("envelope-1")
FIELDS = (
    Field(FieldKind.TEXT, 1, 0, (72.5, 100.25, 200.0, 24.0), 'Functie "naam" 🙂'),
    Field(FieldKind.SIGNATURE, 0, 999, (0.0, 0.1, 90.0, 40.0)),
)
SEALED = Sealed(a_document(version=2, sha256="ab" * 32), SealLevel.B_LTA, at(50), "B-LTA: niemand 🙂")


async def add(store: Store, *envelopes: Envelope) -> None:
    async with store.transaction() as transaction:
        for envelope in envelopes:
            await transaction.envelopes.add(envelope)


async def get(store: Store, envelope: EnvelopeId = ENVELOPE) -> Envelope:
    async with store.reading() as transaction:
        found = await transaction.envelopes.get(OFFICE, envelope)
    assert found is not None
    return found


async def answer(store: Store, account: Account, decision: Decision) -> Envelope:
    async with store.transaction() as transaction:
        envelope = await transaction.envelopes.get(OFFICE, ENVELOPE)
        assert envelope is not None
        return await transaction.envelopes.save(envelope.answer(account, decision))


async def add_signers(store: Store, count: int, *, way: Way = Way.APPROVAL, in_order: bool = False) -> Envelope:
    signers = []
    async with store.transaction() as transaction:
        for number in range(count):
            contact = a_contact(id=ContactId(f"c{number}"), name=f"Contact {number}", preferred=False)
            await transaction.people.save_contact(contact)
            signers.append(a_signer(an_account(f"U{number}"), name=contact.name, contact=contact.id))
    envelope = an_envelope(signers=tuple(signers), way=way, in_order=in_order)
    await add(store, envelope)
    return envelope


class TestReading:
    async def test_an_envelope_comes_back_as_it_was_added(self, office_store: Store) -> None:
        envelope = an_envelope(
            conversation=a_place(thread="1.5"),
            message="Graag vóór vrijdag 🙏 <script> \"' مرحبا",
            due=date(2026, 3, 31),
            remind=False,
            drawing=Drawing.REQUIRED,
            card=a_message(place=a_place(thread="1.5")),
            way=Way.CERTIFIED,
            in_order=True,
            fields=FIELDS,
            cadence=Cadence(1, 2, 3, 0),
        )
        await add(office_store, envelope)
        assert await get(office_store) == envelope

    async def test_documents_and_signers_keep_their_order(self, office_store: Store) -> None:
        items = [an_item(f"d{number}", name=f"{number}.pdf") for number in range(12, 0, -1)]
        async with office_store.transaction() as transaction:
            for item in items:
                await transaction.dossiers.add(item)
        envelope = an_envelope(documents=tuple(map(a_document, items)))
        await add(office_store, envelope)
        assert await get(office_store) == envelope

    async def test_another_office_sees_nothing(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        async with office_store.transaction() as transaction:
            await transaction.offices.save(an_office(id=OTHER_OFFICE))
            assert await transaction.envelopes.get(OTHER_OFFICE, ENVELOPE) is None
            assert await transaction.envelopes.by_request(OTHER_OFFICE, an_envelope().request_key) is None
            assert await transaction.envelopes.get(OFFICE, EnvelopeId("unknown")) is None

    async def test_an_envelope_is_found_by_the_request_that_made_it(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        async with office_store.reading() as transaction:
            assert await transaction.envelopes.by_request(OFFICE, an_envelope().request_key) == an_envelope()
            assert await transaction.envelopes.by_request(OFFICE, "another") is None

    async def test_the_same_request_twice_is_a_conflict_and_the_transaction_goes_on(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        async with office_store.transaction() as transaction:
            with pytest.raises(Conflict):
                await transaction.envelopes.add(an_envelope("again", request_key=an_envelope().request_key))
            assert await transaction.envelopes.by_request(OFFICE, an_envelope().request_key) == an_envelope()
            await transaction.envelopes.add(an_envelope("other"))
        assert await get(office_store, EnvelopeId("other")) == an_envelope("other")


class TestSaving:
    @pytest.mark.parametrize(
        "decision",
        [
            an_approval(derived_place="Gent, Belgium"),
            an_approval(texts=('Directeur "a.i." 🙂', "Zwolle, [1]", "x" * 200)),
            a_rejection("Nee 🙅 " + "x" * 1_990),
        ],
    )
    async def test_an_answer_is_saved_as_the_next_revision(self, office_store: Store, decision: Decision) -> None:
        await add(office_store, an_envelope())
        saved = await answer(office_store, an_account(), decision)
        assert saved == replace(an_envelope().answer(an_account(), decision), revision=1)
        assert await get(office_store) == saved

    async def test_signers_who_take_turns_and_fill_in_texts_come_back_in_order(self, office_store: Store) -> None:
        envelope = await add_signers(office_store, 20, way=Way.CERTIFIED, in_order=True)
        for number, signer in enumerate(envelope.signers):
            assert (await get(office_store)).waiting_for[0].account == signer.account
            saved = await answer(office_store, signer.account, an_approval(texts=(f"Functie {number}", "tweede")))
            assert await get(office_store) == saved
        assert (await get(office_store)).is_being_sealed

    async def test_each_signer_adds_an_answer(self, office_store: Store) -> None:
        envelope = await add_signers(office_store, 3)
        for number, signer in enumerate(envelope.signers):
            saved = await answer(office_store, signer.account, an_approval(at=at(number), place=f"Plaats {number}"))
            assert await get(office_store) == saved
        envelope = await get(office_store)
        assert (envelope.state, envelope.revision) == (EnvelopeState.COMPLETED, 3)

    async def test_an_envelope_can_be_answered_where_it_was_added(self, office_store: Store) -> None:
        async with office_store.transaction() as transaction:
            await transaction.envelopes.add(an_envelope())
            saved = await transaction.envelopes.save(an_envelope().answer(an_account(), an_approval()))
        assert await get(office_store) == saved

    async def test_what_was_added_before_a_conflict_is_kept_by_a_transaction_that_goes_on(
        self, office_store: Store
    ) -> None:
        await add(office_store, an_envelope())
        late = replace(an_envelope().answer(an_account(), an_approval()), revision=1)
        async with office_store.transaction() as transaction:
            await transaction.log.add([a_log_line(Happening.VIEWED)])
            with pytest.raises(Conflict):
                await transaction.envelopes.save(late)
            await transaction.log.add([a_log_line(Happening.WITHDRAWN)])
        assert await get(office_store) == an_envelope()
        async with office_store.reading() as transaction:
            lines = await transaction.log.of_envelope(OFFICE, ENVELOPE)
        assert [line.happening for line in lines] == [Happening.VIEWED, Happening.WITHDRAWN]

    async def test_a_withdrawal_is_saved(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        async with office_store.transaction() as transaction:
            saved = await transaction.envelopes.save(an_envelope().withdraw(a_party(), at(3)))
        assert saved.state is EnvelopeState.WITHDRAWN
        assert await get(office_store) == saved

    @pytest.mark.parametrize("revision", [-1, 1])
    async def test_only_the_newest_revision_can_be_changed(self, office_store: Store, revision: int) -> None:
        await add(office_store, an_envelope())
        changed = replace(an_envelope().withdraw(a_party(), at()), revision=revision)
        async with office_store.transaction() as transaction:
            with pytest.raises(Conflict):
                await transaction.envelopes.save(changed)
        assert await get(office_store) == an_envelope()

    async def test_the_card_leaves_the_revision_as_it_is(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        async with office_store.transaction() as transaction:
            await transaction.envelopes.card_posted(ENVELOPE, a_message())
            await transaction.envelopes.save(an_envelope().withdraw(a_party(), at()))
        assert (await get(office_store)).card == a_message()

    async def test_a_new_card_replaces_the_old_one(self, office_store: Store) -> None:
        await add(office_store, an_envelope(card=a_message("1.1")))
        moved = replace(a_message("2.2", a_place(thread="3.3")), link=None, may_be_twice=True)
        async with office_store.transaction() as transaction:
            await transaction.envelopes.card_posted(ENVELOPE, moved)
        assert (await get(office_store)).card == moved

    @pytest.mark.parametrize("successor_first", [True, False])
    async def test_envelopes_point_at_each_others_cards(self, office_store: Store, *, successor_first: bool) -> None:
        await add(office_store, an_envelope())
        rejected = await answer(office_store, an_account(), a_rejection())
        successor = an_envelope("envelope-2", supersedes=Pointer(ENVELOPE))
        superseded = rejected.supersede(successor.id, a_party(), at(60))
        async with office_store.transaction() as transaction:
            if successor_first:
                await transaction.envelopes.add(successor)
            await transaction.envelopes.save(superseded)
            if not successor_first:
                await transaction.envelopes.add(successor)
        assert await get(office_store) == replace(superseded, revision=2)
        assert await get(office_store, successor.id) == successor

        async with office_store.transaction() as transaction:
            await transaction.envelopes.card_posted(ENVELOPE, replace(a_message("1"), link="https://first"))
            await transaction.envelopes.card_posted(successor.id, replace(a_message("2"), link="https://second"))
        assert (await get(office_store)).superseded_by == Pointer(successor.id, "https://second")
        assert (await get(office_store, successor.id)).supersedes == Pointer(ENVELOPE, "https://first")

    async def test_an_envelope_has_one_successor(self, office_store: Store) -> None:
        await add(office_store, an_envelope(), an_envelope("second", supersedes=Pointer(ENVELOPE)))
        async with office_store.transaction() as transaction:
            with pytest.raises(Conflict):
                await transaction.envelopes.add(an_envelope("third", supersedes=Pointer(ENVELOPE)))


class TestSealing:
    async def test_the_sealed_pdf_is_kept_once_and_leaves_the_revision_as_it_is(self, office_store: Store) -> None:
        await add(office_store, an_envelope(way=Way.CERTIFIED))
        signed = await answer(office_store, an_account(), an_approval())
        assert signed.is_being_sealed
        async with office_store.transaction() as transaction:
            assert await transaction.envelopes.sealed(ENVELOPE, SEALED)
            assert not await transaction.envelopes.sealed(ENVELOPE, replace(SEALED, level=SealLevel.B_B))
            assert not await transaction.envelopes.sealed(EnvelopeId("unknown"), SEALED)
        assert await get(office_store) == replace(signed, sealed=SEALED)

    async def test_of_two_who_seal_at_once_one_is_kept(self, office_store: Store) -> None:
        await add(office_store, an_envelope(way=Way.CERTIFIED))
        await answer(office_store, an_account(), an_approval())

        async def seal(level: SealLevel) -> bool:
            async with office_store.transaction() as transaction:
                return await transaction.envelopes.sealed(ENVELOPE, replace(SEALED, level=level))

        assert sorted(await asyncio.gather(*map(seal, SealLevel))) == [False] * 3 + [True]


class TestLastPlace:
    async def test_it_is_the_place_of_the_latest_approval(self, office_store: Store) -> None:
        async with office_store.reading() as transaction:
            assert await transaction.envelopes.last_place(an_account()) is None
        for name, decision in (
            ("b", an_approval(at=at(20), place="Assen")),
            ("a", an_approval(at=at(10), place="Zwolle")),
            ("c", a_rejection(at=at(30))),
        ):
            await add(office_store, an_envelope(name).answer(an_account(), decision))
        async with office_store.reading() as transaction:
            assert await transaction.envelopes.last_place(an_account()) == "Assen"
            assert await transaction.envelopes.last_place(an_account(platform=Platform.TEAMS)) is None


class TestLog:
    async def test_lines_come_in_the_order_they_were_added(self, office_store: Store) -> None:
        lines = [
            a_log_line(facts={"ip": "203.0.113.9", "note": "één 🙂"}),
            a_log_line(Happening.VIEWED, at=at(-5)),
            a_log_line(Happening.APPROVED, by=a_party("Karim", an_account()), facts={}),
        ]
        await add(office_store, an_envelope())
        async with office_store.transaction() as transaction:
            await transaction.log.add(lines[:2])
            await transaction.log.add([])
            await transaction.log.add([a_log_line(Happening.LINKED, envelope=None), *lines[2:]])
            assert await transaction.log.of_envelope(OFFICE, ENVELOPE) == tuple(lines)
            assert await transaction.log.of_envelope(OTHER_OFFICE, ENVELOPE) == ()


class TestRaces:
    async def test_of_fifty_answers_at_once_exactly_one_is_saved(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        outcomes = await asyncio.gather(
            *(self.try_to_answer(office_store, an_approval(place=f"Plaats {number}")) for number in range(50))
        )
        winners = [place for place in outcomes if place is not None]
        assert len(winners) == 1
        saved = await get(office_store)
        assert saved.revision == 1
        assert saved.signers[0].decision == an_approval(place=winners[0])
        async with office_store.reading() as transaction:
            assert len(await transaction.log.of_envelope(OFFICE, ENVELOPE)) == 1

    async def try_to_answer(self, store: Store, decision: Decision) -> str | None:
        try:
            async with store.reading() as transaction:
                envelope = await transaction.envelopes.get(OFFICE, ENVELOPE)
            if envelope is None or envelope.signers[0].decision is not None:
                return None
            async with store.transaction() as transaction:
                await transaction.log.add([a_log_line(Happening.APPROVED, facts={"place": decision.place or ""})])
                await transaction.envelopes.save(envelope.answer(an_account(), decision))
        except Conflict:
            return None
        return decision.place

    async def test_the_second_of_two_savers_gets_a_conflict(self, office_store: Store) -> None:
        await add(office_store, an_envelope())
        first = an_envelope().answer(an_account(), an_approval())
        second = an_envelope().withdraw(a_party(), at())
        async with office_store.transaction() as transaction:
            await transaction.envelopes.save(first)
        with pytest.raises(Conflict):
            async with office_store.transaction() as transaction:
                await transaction.envelopes.save(second)
        assert (await get(office_store)).state is EnvelopeState.COMPLETED

    async def test_of_two_equal_requests_at_once_one_makes_an_envelope(self, office_store: Store) -> None:
        async def send(name: str) -> bool:
            try:
                await add(office_store, an_envelope(name, request_key="same"))
            except Conflict:
                return False
            return True

        assert sorted(await asyncio.gather(*(send(str(number)) for number in range(8)))) == [False] * 7 + [True]


async def test_an_envelope_is_found_by_the_workspace_of_its_office_alone(office_store: Store) -> None:
    await add(office_store, an_envelope())
    async with office_store.transaction() as transaction:
        await transaction.offices.save(an_office(id=OTHER_OFFICE))
        await transaction.offices.map_tenant(OFFICE, Platform.SLACK, "T0OFFICE")
        await transaction.offices.map_tenant(OTHER_OFFICE, Platform.SLACK, "T0OTHER")
        await transaction.offices.map_tenant(OTHER_OFFICE, Platform.TEAMS, "T0OFFICE")

    assert await get_at(office_store, Platform.SLACK, "T0OFFICE") == await get(office_store)
    assert await get_at(office_store, Platform.SLACK, "T0OTHER") is None
    assert await get_at(office_store, Platform.TEAMS, "T0OFFICE") is None
    assert await get_at(office_store, Platform.SLACK, "T0NOBODY") is None


async def get_at(store: Store, platform: Platform, tenant: str) -> Envelope | None:
    async with store.single_query() as transaction:
        return await transaction.envelopes.at_tenant(platform, tenant, ENVELOPE)
