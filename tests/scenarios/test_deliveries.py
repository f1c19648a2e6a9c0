"""What source packages deliver: sent by itself where nothing is in doubt, else asked in the intake channel."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from tempfile import TemporaryFile

import aiohttp
import pytest

from bot.domain.certified import Way
from bot.domain.delivery import Choices, Delivery, DeliveryState, Doubt, Kind, SourcePackage
from bot.domain.log import DossierLog, Happening, LogFilter
from bot.domain.people import ClientId, ContactId, Office, Platform, Role, StaffId, StaffMember
from bot.domain.places import Conversation, Place
from bot.domain.webhooks import Webhook, WebhookEvent
from bot.domain.workflow import Match, WorkflowTemplate
from bot.use_cases.delivery_metadata import Metadata
from bot.use_cases.intake import Intake
from bot.use_cases.sources import add_source
from bot.use_cases.take_delivery import Offer, take_delivery
from tests.documents import make_pdf
from tests.scenarios.certifying import sign
from tests.scenarios.chat import Message, Room
from tests.scenarios.scene import CLIENT, OFFICE, Scene
from tests.signing_form import Browser

TEMPLATE = WorkflowTemplate(
    OFFICE,
    "Aangiften",
    Match(frozenset({Kind.INCOME_TAX, Kind.VAT})),
    "Beste {client}, hierbij {document}. Graag akkoord voor {due}. {sender}",
    "Aangifte {period}",
    Role.TAX,
    Way.APPROVAL,
    days_until_due=14,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """The scene with a source package, a template, and an intake channel in which are Sanne and Bas."""

    scene: Scene
    source: SourcePackage
    room: Room

    async def deliver(self, number: str = "1001", kind: str = "ib", period: str = "2025", **said: str) -> Delivery:
        """Deliver, and wait until it is known what becomes of it."""
        metadata = Metadata.model_validate({"kind": kind, "client": number, "period": period, **said})
        with TemporaryFile(buffering=0) as file:
            file.write(make_pdf(pages=2, text=f"{kind} {number} {period}"))
            taken = await take_delivery(self.scene.ports, self.source, Offer(metadata), file)
        await self.work()
        return taken.delivery

    async def work(self) -> None:
        """Let whoever takes up deliveries look once."""
        await Intake(self.scene.ports, self.scene.recording.recorder.wake).take_up_due()
        await self.scene.settled()

    async def read(self, delivery: Delivery) -> Delivery:
        """How it stands."""
        async with self.scene.ports.store.reading() as tx:
            found = await tx.deliveries.get(OFFICE, delivery.id)
        assert found
        return found

    async def card(self, words: str = "") -> Message:
        """The newest card in the intake channel."""
        return await self.scene.chat.message(self.room, words)

    async def choose(self, card: Message, **chosen: object) -> None:
        """Bas chooses."""
        bas = self.scene.bas
        await bas.press(card, "Kiezen")
        view = await bas.fill(await bas.view("choose_delivery"), **chosen).submit()
        assert not view.errors
        await self.work()

    async def happenings(self) -> list[Happening]:
        async with self.scene.ports.store.reading() as tx:
            lines = await tx.log.find(OFFICE, DossierLog(CLIENT), LogFilter(), None, 20)
        return [line.happening for line in lines]


@pytest.fixture
async def desk(scene: Scene) -> Desk:
    source, _token = await add_source(scene.ports.store, await office_of(scene), "aangiftepakket")
    async with scene.ports.store.transaction() as tx:
        await tx.workflow_templates.save(TEMPLATE)
        sanne = StaffMember(StaffId("sanne"), OFFICE, "Sanne de Vries", "sanne@linde.example")
        await tx.people.save_staff(sanne)
        await tx.people.assign(CLIENT, Role.TAX, sanne)
    room = await scene.chat.room("intake", [scene.sanne, scene.bas])
    await scene.chat.sign(scene.bas, room, "intake")
    await scene.bas.told("Voortaan wordt hier gevraagd")
    return Desk(scene, source, room)


@pytest.fixture
async def browser(scene: Scene) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(session, scene.address)


async def office_of(scene: Scene) -> Office:
    async with scene.ports.store.reading() as tx:
        return await tx.offices.get(OFFICE)


async def test_what_is_clear_is_sent_by_itself(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver()
    card = await scene.message("Aangifte 2025.pdf")
    assert "Beste Bakker B.V., hierbij Aangifte 2025." in card.words
    assert "Sanne de Vries" in card.words
    assert card.pings == {scene.karim.id}
    sent = await desk.read(delivery)
    assert (sent.state, sent.envelope) == (DeliveryState.SENT, scene.envelope_of(card))
    assert not any("Levering" in each.words for each in desk.room.messages)
    assert set((await desk.happenings())[:2]) == {Happening.DELIVERED, Happening.SENT}
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in card.words


async def test_the_same_once_more_sends_nothing(desk: Desk) -> None:
    first, second = await desk.deliver(), await desk.deliver()
    assert first.id == second.id
    assert sum("Aangifte 2025.pdf" in each.words for each in desk.scene.room.messages) == 1


async def test_an_unknown_client_is_chosen_once_and_remembered(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver(number="9999")
    card = await desk.card("9999")
    assert (await desk.read(delivery)).doubts == (Doubt.UNKNOWN_CLIENT,)
    assert card.labels == ["Kiezen", "Opnieuw bekijken", "Levering afwijzen"]
    await desk.choose(card, delivery_client="1001 · Bakker B.V.", remember=True)
    assert (await desk.read(delivery)).state is DeliveryState.SENT
    assert "Verstuurd naar Karim Haddad" in card.words
    assert card.labels == []
    assert Happening.DELIVERY_CHOSEN in await desk.happenings()
    again = await desk.deliver(number="9999", period="2026")
    assert (await desk.read(again)).state is DeliveryState.SENT
    await scene.message("Aangifte 2026.pdf")


async def test_whoever_is_too_late_sends_nothing_more(desk: Desk) -> None:
    scene = desk.scene
    await desk.deliver(number="9999")
    card = await desk.card("9999")
    await scene.sanne.press(card, "Kiezen")
    form = await scene.sanne.view("choose_delivery")
    late = scene.sanne.fill(form, delivery_client="1001 · Bakker B.V.").hold()
    await desk.choose(card, delivery_client="1001 · Bakker B.V.")
    await late.release()
    await desk.work()
    assert sum("Aangifte 2025.pdf" in each.words for each in scene.room.messages) == 1


async def test_a_template_is_chosen_where_two_fit_and_where_none_does(desk: Desk) -> None:
    async with desk.scene.ports.store.transaction() as tx:
        await tx.workflow_templates.save(replace(TEMPLATE, name="Anders", title="Anders {period}"))
    twice = await desk.deliver()
    card = await desk.card("Levering")
    assert (await desk.read(twice)).doubts == (Doubt.SEVERAL_TEMPLATES,)
    await desk.choose(card, template="Anders")
    await desk.scene.message("Anders 2025.pdf")
    none = await desk.deliver(kind="vpb")
    assert (await desk.read(none)).doubts == (Doubt.NO_TEMPLATE,)
    await desk.choose(await desk.card("Levering"), template="Aangiften")
    assert (await desk.read(none)).state is DeliveryState.SENT


async def test_a_participant_is_chosen_and_identified_where_the_contact_is_not_known(desk: Desk) -> None:
    scene = desk.scene
    async with scene.ports.store.transaction() as tx:
        [karim] = await tx.people.contacts(CLIENT)
        await tx.people.save_contact(replace(karim, preferred=False))
    delivery = await desk.deliver()
    card = await desk.card("Levering")
    assert (await desk.read(delivery)).doubts == (Doubt.NO_PREFERRED_CONTACT,)
    await scene.bas.press(card, "Kiezen")
    await scene.bas.fill(await scene.bas.view("choose_delivery"), addressee=scene.mila.id, remember=True).submit()
    question = await scene.bas.view("identify_contact")
    assert "Mila Haddad" in question.words
    await scene.bas.fill(question, contact="Nieuw contact: Mila Haddad").submit()
    await desk.work()
    sent = await scene.message("Aangifte 2025.pdf")
    assert sent.pings == {scene.mila.id}
    await desk.deliver(period="2026")
    assert (await scene.message("Aangifte 2026.pdf")).pings == {scene.mila.id}, "it holds from now on"


async def test_a_conversation_that_went_meanwhile_leaves_nobody_to_choose(desk: Desk) -> None:
    scene = desk.scene
    async with scene.ports.store.transaction() as tx:
        [karim] = await tx.people.contacts(CLIENT)
        await tx.people.save_contact(replace(karim, preferred=False))
    delivery = await desk.deliver()
    await scene.bas.press(await desk.card("Levering"), "Kiezen")
    filled = scene.bas.fill(await scene.bas.view("choose_delivery"), addressee=scene.mila.id)
    async with scene.ports.store.transaction() as tx:
        [linked] = await tx.conversations.of_client(CLIENT)
        await tx.conversations.link(replace(linked, client=ClientId("kapper")))
    assert "neemt" in str((await filled.submit()).errors)
    assert (await desk.read(delivery)).state is DeliveryState.WAITING


async def test_of_several_conversations_one_is_chosen(desk: Desk) -> None:
    scene = desk.scene
    other = await scene.chat.room("bakker-2", [scene.sanne, scene.karim])
    async with scene.ports.store.transaction() as tx:
        place = Place(scene.chat.platform, scene.chat.office_tenant, other.id)
        linked = Conversation(OFFICE, place, CLIENT, scene.account(scene.sanne), scene.clock.now())
        await tx.conversations.link(linked)
    delivery = await desk.deliver()
    assert (await desk.read(delivery)).doubts == (Doubt.SEVERAL_CONVERSATIONS,)
    card = await desk.card("Levering")
    await scene.bas.press(card, "Kiezen")
    form = await scene.bas.view("choose_delivery")
    [wanted] = [label for label in form.options("conversation").values() if "Bas" not in label]
    await scene.bas.fill(form, conversation=wanted).submit()
    await desk.work()
    await scene.chat.message(other, "Aangifte 2025.pdf")


async def test_nobody_with_the_role_lets_a_colleague_send_it_in_their_own_name(desk: Desk) -> None:
    async with desk.scene.ports.store.transaction() as tx:
        await tx.workflow_templates.save(replace(TEMPLATE, sender=Role.PAYROLL))
    delivery = await desk.deliver()
    assert (await desk.read(delivery)).doubts == (Doubt.NO_SENDER,)
    await desk.choose(await desk.card("Levering"), sender=True)
    assert "Bas Jansen" in (await desk.scene.message("Aangifte 2025.pdf")).words


async def test_without_a_conversation_it_waits_until_there_is_one(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver(number="1002")
    card = await desk.card("Kapper Knip")
    assert Doubt.NO_CONVERSATION in (await desk.read(delivery)).doubts
    assert "Kiezen" not in card.labels or "Opnieuw bekijken" in card.labels
    await scene.bas.press(card, "Opnieuw bekijken")
    await desk.work()
    assert (await desk.read(delivery)).state is DeliveryState.WAITING


async def test_a_conversation_is_made_for_who_has_none_or_said_how(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver(number="1002")
    card = await desk.card("Kapper Knip")
    assert "Gesprek maken" in card.labels
    await scene.bas.press(card, "Gesprek maken")
    if scene.chat.platform is Platform.TEAMS:
        await scene.bas.told("Paraaf kan in Teams geen gesprekken maken")
        assert (await desk.read(delivery)).state is DeliveryState.WAITING
        return
    await scene.bas.told("Er is nu een gesprek met 1002 · Kapper Knip")
    await desk.work()
    assert Doubt.NO_CONVERSATION not in (await desk.read(delivery)).doubts
    assert "Gesprek maken" not in card.labels
    async with scene.ports.store.reading() as tx:
        [made] = await tx.conversations.of_client(ClientId("kapper"))
    assert made.linked_by == scene.account(scene.bas)


async def test_staff_reject_a_delivery_with_a_reason(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver(kind="vpb")
    async with scene.ports.store.transaction() as tx:
        await tx.webhooks.save(Webhook(delivery.source, OFFICE, "https://hooks.example", 1, scene.ports.clock.now()))
    card = await desk.card("Levering")
    await scene.bas.press(card, "Levering afwijzen")
    form = await scene.bas.view("refuse_delivery")
    assert (await scene.bas.fill(form, refusal=" \u200b ").submit()).errors
    await scene.bas.fill(form, refusal="Verkeerd jaar <!channel>").submit()
    await desk.work()
    assert (await desk.read(delivery)).state is DeliveryState.REFUSED
    assert "Bas Jansen heeft deze levering afgewezen" in card.words
    assert "Verkeerd jaar" in card.words
    assert scene.bas.id not in card.pings
    assert card.labels == []
    assert Happening.DELIVERY_REJECTED in await desk.happenings()
    async with scene.ports.store.reading() as tx:
        [row] = await tx.webhook_calls.list_calls(OFFICE, buried_only=False, limit=9)
    assert (row.call.event, row.call.delivery) == (WebhookEvent.DELIVERY_REJECTED, delivery.id)


async def test_general_terms_go_along_with_an_agreement_that_is_sealed(desk: Desk, browser: Browser) -> None:
    scene = desk.scene
    own = ClientId("kapper")
    await scene.file("Algemene voorwaarden.pdf", client=own)
    async with scene.ports.store.transaction() as tx:
        office = await tx.offices.get(OFFICE)
        await tx.offices.save(replace(office, own_client=own))
        [terms] = await tx.dossiers.find(own, "", 5)
        match = Match(frozenset({Kind.ENGAGEMENT}))
        agreement = replace(TEMPLATE, name="Opdracht", match=match, title="Opdracht {period}", way=Way.CERTIFIED)
        await tx.workflow_templates.save(replace(agreement, standard_items=(terms.id,)))
    delivery = await desk.deliver(kind="opdrachtbevestiging", period="2026")
    card = await scene.message("Opdracht 2026.pdf")
    assert "Algemene voorwaarden.pdf" in card.words
    await sign(scene, browser, scene.karim, card)
    assert "Algemene voorwaarden.pdf" in card.words
    async with scene.ports.store.reading() as tx:
        sent = await desk.read(delivery)
        assert sent.envelope
        envelope = await tx.envelopes.get(OFFICE, sent.envelope)
    assert envelope
    assert envelope.sealed
    assert [each.name for each in envelope.newest_documents] == ["Opdracht 2026.pdf", "Algemene voorwaarden.pdf"]
    assert envelope.newest_documents[0].sha256 != envelope.documents[0].sha256


async def test_what_the_law_reserves_can_only_be_rejected(desk: Desk) -> None:
    delivery = await desk.deliver(kind="controleverklaring")
    assert (await desk.read(delivery)).doubts == (Doubt.QUALIFIED_ONLY,)
    assert (await desk.card("Levering")).labels == ["Levering afwijzen"]


async def test_who_is_not_staff_decides_nothing(desk: Desk) -> None:
    scene = desk.scene
    delivery = await desk.deliver(number="9999")
    card = await desk.card("9999")
    async with scene.ports.store.transaction() as tx:
        office = await tx.offices.get(OFFICE)
        await tx.offices.save(replace(office, staff_accounts=frozenset({scene.sanne.id})))
    await scene.bas.press(card, "Kiezen")
    await scene.bas.told("Alleen teamleden van Kantoor De Linde")
    assert (await desk.read(delivery)).state is DeliveryState.WAITING


async def test_clients_never_see_what_is_delivered_for_others(scene: Scene) -> None:
    await scene.sign(scene.sanne, "intake")
    await scene.sanne.told("alleen medewerkers van het kantoor")
    async with scene.ports.store.reading() as tx:
        assert await tx.offices.intake(OFFICE) is None


async def test_a_guest_who_comes_in_later_sees_nothing_more(desk: Desk) -> None:
    scene = desk.scene
    desk.room.members.append(scene.mila.id)
    delivery = await desk.deliver(number="9999")
    assert not any("9999" in each.words for each in desk.room.messages)
    assert (await desk.read(delivery)).state is DeliveryState.WAITING
    safe = await scene.chat.room("intake-2", [scene.sanne, scene.bas])
    await scene.chat.sign(scene.bas, safe, "intake")
    await scene.settled()
    assert "9999" in (await scene.chat.message(safe, "Levering")).words


async def test_what_waited_is_shown_in_the_first_intake_channel(scene: Scene) -> None:
    source, _ = await add_source(scene.ports.store, await office_of(scene), "pakket")
    room = await scene.chat.room("later", [scene.sanne, scene.bas])
    early = Desk(scene, source, room)
    delivery = await early.deliver()
    assert (await early.read(delivery)).doubts == (Doubt.NO_TEMPLATE,)
    await scene.chat.sign(scene.bas, room, "intake")
    await scene.settled()
    assert "Levering" in (await early.card("Levering")).words


async def test_a_rule_never_hides_that_a_delivery_disagrees_with_itself(desk: Desk) -> None:
    delivery = await desk.deliver(number="9999")
    async with desk.scene.ports.store.transaction() as tx:
        await tx.deliveries.keep_rule(delivery, Choices(client=CLIENT))
        found = await tx.deliveries.get(OFFICE, delivery.id)
        assert found
        doubtful = replace(found.choose(Choices()), doubts=(Doubt.DISAGREES,))
        await tx.deliveries.save(doubtful)
    await desk.work()
    assert Doubt.DISAGREES in (await desk.read(delivery)).doubts


def test_choices_fill_each_other_in() -> None:
    mine, theirs = Choices(client=CLIENT), Choices(client=ClientId("x"), contact=ContactId("c"), template="T")
    assert mine.filled_from(theirs) == Choices(client=CLIENT, contact=ContactId("c"), template="T")
