"""The steps of the certified way: what a client may make up, what fits into a dialog, and who is told of their turn."""

from dataclasses import replace

import pytest

from bot.conversation import Done, FileRef, Open, Press, Submission, Value
from bot.domain.certified import MOST_SIGNERS, Way
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import NotStaff, PlatformUnavailable, UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.outgoing import Errand
from bot.domain.people import Account, Platform, Standing
from bot.domain.signature import Drawing
from bot.ports import FetchedFile
from bot.texts import load_texts
from bot.use_cases.compose import open_send_form
from bot.use_cases.deliver import Courier, Outcome
from bot.use_cases.draft import Draft, fill_in, read_draft, write_draft
from bot.use_cases.send import arrange_signers, choose_signers, confirm_signer, submit_draft
from bot.use_cases.withdraw import start_correction
from cards.limits import FORM_CONTEXT, measure
from cards.model import Choice
from tests import builders as a
from tests.documents import make_pdf
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World
from tests.use_cases.signing import by

DUTCH = load_texts("nl")
KEY = "request-1"
PLACE = a.a_place()
GUESTS = tuple(a.an_account(f"U0GUEST{number:02}", "T0OFFICE") for number in range(MOST_SIGNERS + 1))


def submit(form: str, context: str, **values: Value) -> Submission:
    return Submission(by(STAFF, "Sanne de Vries"), form, context, values, KEY)


def starting(draft: Draft | None = None, values: dict[str, Value] | None = None) -> Submission:
    told: dict[str, Value] = {"documents": (a.ITEM,), "signer": SIGNER.user, "way": "certified", **(values or {})}
    return submit("send", write_draft(draft or Draft(place=PLACE)), **told)


async def begin(world: World, values: dict[str, Value] | None = None) -> str:
    """The context of the step that asks who signs."""
    step = await submit_draft(world.ports, starting(values=values), DUTCH)
    assert isinstance(step, Open)
    return step.form.context


async def sent(world: World) -> Envelope | None:
    async with world.store.reading() as tx:
        return await tx.envelopes.by_request(a.OFFICE, KEY)


async def refuse(world: World, submission: Submission) -> dict[str, Fault]:
    steps = {"send": submit_draft, "choose_signers": choose_signers, "arrange_signers": arrange_signers}
    with pytest.raises(InvalidInput) as refused:
        await steps[submission.form](world.ports, submission, DUTCH)
    assert await sent(world) is None
    return dict(refused.value.faults)


def invite(world: World, *accounts: Account) -> None:
    for account in accounts:
        world.directory.people[account] = a.a_person(account.user, account=account, standing=Standing.GUEST)


async def test_the_way_is_asked_and_nothing_is_sent_yet(world: World) -> None:
    assert read_draft(await begin(world)).way is Way.CERTIFIED
    assert await sent(world) is None


async def test_one_signer_needs_no_order(world: World) -> None:
    submission = submit("choose_signers", await begin(world), signers=(SIGNER.user,), in_order=True)
    assert await choose_signers(world.ports, submission, DUTCH) == Done()
    envelope = await sent(world)
    assert envelope
    assert (envelope.way, envelope.in_order, envelope.drawing) == (Way.CERTIFIED, False, Drawing.REQUIRED)


async def test_the_approval_way_has_one_signer_whatever_a_client_makes_up(world: World) -> None:
    draft = Draft(place=PLACE, way=Way.CERTIFIED, signers=(SIGNER.user, STRANGER.user), in_order=True)
    assert await submit_draft(world.ports, starting(draft, {"way": "approval"}), DUTCH) == Done()
    envelope = await sent(world)
    assert envelope
    assert [each.account for each in envelope.signers] == [SIGNER]
    assert (envelope.way, envelope.in_order, envelope.drawing) == (Way.APPROVAL, False, Drawing.OFFERED)


@pytest.mark.parametrize("number", [0, MOST_SIGNERS + 1])
async def test_nobody_and_more_than_twenty_are_refused(world: World, number: int) -> None:
    invite(world, *GUESTS)
    chosen = tuple(each.user for each in GUESTS[:number])
    fault = Fault(Problem.TOO_MANY_SIGNERS, MOST_SIGNERS) if number else Fault(Problem.MISSING)
    submission = submit("choose_signers", await begin(world), signers=chosen)
    assert await refuse(world, submission) == {"signers": fault}


@pytest.mark.parametrize("user", ["U0NOBODY", STAFF.user])
async def test_nobody_signs_who_was_not_offered(world: World, user: str) -> None:
    submission = submit("choose_signers", await begin(world), signers=(SIGNER.user, user))
    assert list(await refuse(world, submission)) == ["signers"]


async def test_an_order_of_others_than_were_chosen_is_refused(world: World) -> None:
    invite(world, *GUESTS[:2])
    signers = (SIGNER.user, STRANGER.user)
    draft = Draft(PLACE, items=(a.ITEM,), way=Way.CERTIFIED, signers=signers, in_order=True, key=KEY)
    for first, second, faults in (
        (SIGNER.user, "", {"position_2": Fault(Problem.MISSING)}),
        (GUESTS[0].user, STRANGER.user, {"position_1": Fault(Problem.UNKNOWN)}),
    ):
        submission = submit("arrange_signers", write_draft(draft), position_1=first, position_2=second)
        assert await refuse(world, submission) == faults


async def test_one_person_at_two_other_places_is_refused(world: World) -> None:
    invite(world, *GUESTS[:3])
    users = tuple(each.user for each in GUESTS[:3])
    draft = Draft(PLACE, items=(a.ITEM,), way=Way.CERTIFIED, signers=users, in_order=True, key=KEY)
    values: dict[str, Value] = {"position_1": users[2], "position_2": users[2], "position_3": users[2]}
    submission = submit("arrange_signers", write_draft(draft), **values)
    assert await refuse(world, submission) == {"position_2": Fault(Problem.TWICE)}


async def test_a_made_up_draft_of_no_pdf_or_several_sends_nothing(world: World) -> None:
    async with world.store.transaction() as tx:
        sheet = a.a_version(media_type="application/vnd.ms-excel", pages=None)
        await tx.dossiers.add(a.an_item("sheet", name="Cijfers.xlsx", version=sheet))
    fault = Fault(Problem.NOT_ONE_PDF)
    assert await refuse(world, starting(values={"documents": ("sheet",)})) == {"documents": fault}
    assert await refuse(world, starting(values={"documents": (a.ITEM, "sheet")})) == {"documents": fault}
    for items in ((a.an_item("sheet").id,), (a.ITEM, a.an_item("sheet").id), ()):
        context = write_draft(replace(read_draft(await begin(world)), items=items))
        submission = submit("choose_signers", context, signers=(SIGNER.user,))
        assert await refuse(world, submission) == {"signers": fault}


@pytest.mark.parametrize("form", ["choose_signers", "arrange_signers"])
async def test_who_is_no_staff_any_more_goes_no_further(world: World, form: str) -> None:
    draft = Draft(PLACE, items=(a.ITEM,), way=Way.CERTIFIED, signers=(SIGNER.user,), key=KEY)
    world.directory.people[STAFF] = a.a_person(account=STAFF, standing=Standing.GUEST)
    step = choose_signers if form == "choose_signers" else arrange_signers
    submission = submit(form, write_draft(draft), signers=(SIGNER.user,), position_1=SIGNER.user)
    with pytest.raises(NotStaff):
        await step(world.ports, submission, DUTCH)
    assert await sent(world) is None


async def test_each_unknown_signer_is_asked_for_one_after_the_other(world: World) -> None:
    invite(world, *GUESTS[:2])
    context, asked = await begin(world), []
    chosen = (SIGNER.user, *(each.user for each in GUESTS[:2]))
    answer = await choose_signers(world.ports, submit("choose_signers", context, signers=chosen), DUTCH)
    while isinstance(answer, Open):
        (field,) = [each.id for each in answer.form.body if isinstance(each, Choice)]
        asked.append((read_draft(answer.form.context).asked, field, answer.form.submit))
        answer = await confirm_signer(
            world.ports, submit("confirm_signer", answer.form.context, **{field: "new"}), DUTCH
        )
    assert asked == [
        (GUESTS[0].user, "contact_2", "Bevestigen"),
        (GUESTS[1].user, "contact_3", "Bevestigen en versturen"),
    ]
    envelope = await sent(world)
    assert envelope
    async with world.store.reading() as tx:
        known = await tx.people.confirmed_accounts(a.CLIENT)
    assert [known[each.account].id for each in envelope.signers] == [each.contact for each in envelope.signers]
    assert known[GUESTS[0]].name == GUESTS[0].user


async def test_an_answer_about_who_was_confirmed_meanwhile_is_given_to_nobody_else(world: World) -> None:
    invite(world, *GUESTS[:2])
    context = await begin(world)
    chosen = tuple(each.user for each in GUESTS[:2])
    question = await choose_signers(world.ports, submit("choose_signers", context, signers=chosen), DUTCH)
    assert isinstance(question, Open)
    async with world.store.transaction() as tx:
        await tx.people.confirm(GUESTS[0], a.CONTACT, STAFF, a.NOON)
    next_one = await confirm_signer(world.ports, submit("confirm_signer", question.form.context, contact="new"), DUTCH)
    assert isinstance(next_one, Open)
    assert read_draft(next_one.form.context).asked == GUESTS[1].user
    async with world.store.reading() as tx:
        assert GUESTS[1] not in await tx.people.confirmed_accounts(a.CLIENT)


@pytest.mark.parametrize("message", ["“é”" * 333, '"' * 1_000, "\n\t" * 500, "🙏" * 500])
def test_twenty_signers_fit_into_a_dialog_with_the_longest_message(message: str) -> None:
    users = tuple(f"U0{number:09}" for number in range(MOST_SIGNERS))
    values: dict[str, Value] = {
        "documents": ("0" * 36,),
        "signer": users[0],
        "way": "certified",
        "message": f"a{message[1:-1]}b",
    }
    draft = Draft(replace(PLACE, thread="1772452800.000100"), supersedes=EnvelopeId("e" * 36), client="c" * 36)
    filled = fill_in(draft, replace(starting(), values=values, key="k" * 64), a.NOON.date())
    written = write_draft(replace(filled, signers=users, in_order=True, due=a.NOON.date(), asked=users[-1]))
    assert measure(written) <= FORM_CONTEXT
    assert read_draft(written).signers == users


async def test_a_file_that_is_no_pdf_is_told_to_the_sender_and_not_sent(world: World) -> None:
    for content in (b"%PDF-1.7 nearly"[1:], make_pdf(pages=1, text="Overeenkomst")):
        world.messenger.files["F1"] = FetchedFile("Overeenkomst.pdf", content)
        file = FileRef(Platform.SLACK, "T0OFFICE", "F1", "Overeenkomst.pdf")
        context = await begin(world, {"documents": (), "uploads": (file,)})
        await choose_signers(world.ports, submit("choose_signers", context, signers=(SIGNER.user,)), DUTCH)
        courier = Courier(world.ports)
        while await courier.deliver_due():
            pass
        if content.startswith(b"%PDF"):
            assert await sent(world)
        else:
            assert await sent(world) is None
            [(_, account, card)] = world.messenger.whispers
            assert account == STAFF
            assert "precies één PDF" in card.summary


async def test_a_corrected_version_begins_with_the_same_way_and_signers(world: World) -> None:
    signers = (a.a_signer(), a.a_signer(STRANGER, name="Vreemde"))
    old = a.an_envelope(way=Way.CERTIFIED, in_order=True, signers=signers)
    async with world.store.transaction() as tx:
        await tx.envelopes.add(old)
        await tx.envelopes.save(old.answer(SIGNER, a.a_rejection()))
    form = await start_correction(world.ports, Press(by(STAFF), PLACE, "resend", old.id), DUTCH)
    assert isinstance(form, Open)
    draft = read_draft(form.form.context)
    step = await submit_draft(world.ports, starting(draft), DUTCH)
    assert isinstance(step, Open)
    assert read_draft(step.form.context).signers == (SIGNER.user, STRANGER.user)
    assert read_draft(step.form.context).in_order


async def test_whoever_cannot_be_written_to_is_mentioned_once_and_the_log_says_so(world: World) -> None:
    world.messenger.unreachable.add(SIGNER)
    await choose_signers(world.ports, submit("choose_signers", await begin(world), signers=(SIGNER.user,)), DUTCH)
    outcomes: list[tuple[Errand, Outcome]] = []
    courier = Courier(world.ports, lambda errand, outcome: outcomes.append((errand, outcome)))
    while await courier.deliver_due():
        pass
    assert outcomes == [(each, Outcome.DELIVERED) for each in (Errand.SHOW_CARD, Errand.NOTIFY_TURN, Errand.NOTE_TURN)]
    card, mention = world.messenger.messages
    assert mention.ref.place.thread == card.ref.id
    assert "aan de beurt" in mention.cards[-1].summary
    envelope = await sent(world)
    assert envelope
    async with world.store.reading() as tx:
        lines = await tx.log.of_envelope(a.OFFICE, envelope.id)
    assert [line.happening for line in lines] == [Happening.SENT, Happening.UNDELIVERABLE]


async def test_who_answered_before_the_message_left_gets_none(world: World) -> None:
    await choose_signers(world.ports, submit("choose_signers", await begin(world), signers=(SIGNER.user,)), DUTCH)
    envelope = await sent(world)
    assert envelope
    async with world.store.transaction() as tx:
        await tx.envelopes.save(envelope.withdraw(a.a_party(), a.at(1)))
    courier = Courier(world.ports)
    while await courier.deliver_due():
        pass
    assert [each.ref.place.channel for each in world.messenger.messages] == [PLACE.channel]


async def test_an_outage_of_the_own_chat_is_tried_again(world: World) -> None:
    await choose_signers(world.ports, submit("choose_signers", await begin(world), signers=(SIGNER.user,)), DUTCH)
    courier = Courier(world.ports)
    await courier.deliver_due()
    world.messenger.fail_next.append(PlatformUnavailable("503"))
    await courier.deliver_due()
    assert len(world.messenger.messages) == 1
    world.clock.move(a.at(10) - a.NOON)
    await courier.deliver_due()
    assert world.messenger.messages[-1].ref.place.channel == f"chat with {SIGNER.user}"


async def test_where_nothing_seals_there_is_one_way_only(world: World) -> None:
    ports = replace(world.ports, sealer=None)
    opened = await open_send_form(ports, by(STAFF, "Sanne de Vries"), Draft(place=PLACE), DUTCH)
    assert isinstance(opened, Open)
    assert "way" not in [each.id for each in opened.form.body if isinstance(each, Choice)]
    context = await begin(world)
    made_up = submit("choose_signers", context, signers=(SIGNER.user,), in_order=False)
    with pytest.raises(UnknownEnvelope):
        await choose_signers(ports, made_up, DUTCH)
    assert await submit_draft(ports, starting(), DUTCH) == Done()
    envelope = await sent(world)
    assert envelope
    assert envelope.way is Way.APPROVAL
