"""What a document must be to be sealed is found out when it is sent, and where its signers sign as well."""

import asyncio
from dataclasses import replace

import pytest

from bot.conversation import Done, FileRef, Open, Submission, Value
from bot.domain.certified import Way
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import SealingUnavailable
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field, FieldKind
from bot.domain.people import Platform, Standing
from bot.domain.placing import Placement
from bot.domain.sealing import Inspection, Obstacle
from bot.ports import FetchedFile
from bot.texts import load_texts
from bot.use_cases import certify
from bot.use_cases.deliver import Courier
from bot.use_cases.draft import Draft, read_draft, write_draft
from bot.use_cases.place_fields import open_placing
from bot.use_cases.send import choose_signers, submit_draft
from cards.model import Anchor, Form, Text
from tests import builders as a
from tests.documents import make_pdf
from tests.fakes import A_PLAIN_PDF, FakeSealer
from tests.reading_once import OnceLayoutReader
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER, World
from tests.use_cases.signing import by

DUTCH = load_texts("nl")
KEY = "request-1"
FOUND = (
    Field(FieldKind.SIGNATURE, 0, 0, (72, 100, 160, 45)),
    Field(FieldKind.SIGNATURE, 1, 0, (300, 100, 160, 45)),
)
PLACED = (Field(FieldKind.TEXT, 0, 0, (72, 300, 160, 20), "Functie"),)


def submit(form: str, context: str, **values: Value) -> Submission:
    return Submission(by(STAFF, "Sanne de Vries"), form, context, values, KEY)


async def begin(world: World, **values: Value) -> Form:
    told: dict[str, Value] = {"documents": (a.ITEM,), "signer": SIGNER.user, "way": "certified", **values}
    step = await submit_draft(world.ports, submit("send", write_draft(Draft(place=a.a_place())), **told), DUTCH)
    assert isinstance(step, Open)
    return step.form


async def choose(world: World, *users: str, context: str = "") -> object:
    context = context or (await begin(world)).context
    return await choose_signers(world.ports, submit("choose_signers", context, signers=users), DUTCH)


async def sent(world: World) -> Envelope | None:
    async with world.store.reading() as tx:
        return await tx.envelopes.by_request(a.OFFICE, KEY)


async def deliver(world: World) -> None:
    while await Courier(world.ports).deliver_due():
        pass


def tell(form: Form) -> str:
    return " ".join(str(each) for each in form.body if isinstance(each, Text))


@pytest.mark.parametrize(
    ("obstacle", "problem"),
    [
        (Obstacle.ENCRYPTED, Problem.PDF_ENCRYPTED),
        (Obstacle.BROKEN, Problem.PDF_BROKEN),
        (Obstacle.XFA, Problem.PDF_XFA),
        (Obstacle.ACTIVE, Problem.PDF_ACTIVE),
        (Obstacle.TOO_MANY_PAGES, Problem.PDF_TOO_HEAVY),
        (Obstacle.TOO_HEAVY, Problem.PDF_TOO_HEAVY),
    ],
)
async def test_what_cannot_be_sealed_is_refused_at_once(world: World, obstacle: Obstacle, problem: Problem) -> None:
    world.sealer.obstacle = obstacle
    with pytest.raises(InvalidInput) as refused:
        await begin(world)
    assert refused.value.faults == {"documents": Fault(problem)}


async def test_an_upload_that_cannot_be_sealed_is_told_to_who_sent_it(world: World) -> None:
    world.messenger.files["F1"] = FetchedFile("Overeenkomst.pdf", make_pdf(pages=1, text="Overeenkomst"))
    file = FileRef(Platform.SLACK, "T0OFFICE", "F1", "Overeenkomst.pdf")
    form = await begin(world, documents=(), uploads=(file,))
    await choose(world, SIGNER.user, context=form.context)
    world.sealer.obstacle = Obstacle.XFA
    await deliver(world)
    assert await sent(world) is None
    [(_, account, card)] = world.messenger.whispers
    assert account == STAFF
    assert "XFA-formulier" in card.summary


async def test_fields_of_the_document_and_those_of_staff_go_along(world: World) -> None:
    world.directory.people[STRANGER] = a.a_person("Vreemde", account=STRANGER, standing=Standing.GUEST)
    world.sealer.inspection = replace(A_PLAIN_PDF, fields=FOUND)
    form = await begin(world)
    assert "plekken voor 2 ondertekenaars" in tell(form)
    async with world.store.transaction() as tx:
        by_sanne = Party(STAFF, "Sanne de Vries")
        await tx.placed_fields.save(Placement(a.OFFICE, a.an_item().id, 1, 1, PLACED, by_sanne, a.NOON))
        await tx.people.confirm(STRANGER, a.CONTACT, STAFF, a.NOON)
    assert await choose(world, SIGNER.user, STRANGER.user, context=form.context) == Done()
    envelope = await sent(world)
    assert envelope
    assert envelope.fields == (*FOUND, *PLACED)


async def test_a_place_that_would_stay_empty_is_refused(world: World) -> None:
    world.sealer.inspection = replace(A_PLAIN_PDF, fields=FOUND)
    with pytest.raises(InvalidInput) as refused:
        await choose(world, SIGNER.user)
    assert refused.value.faults == {"signers": Fault(Problem.TOO_FEW_SIGNERS, 2)}
    assert await sent(world) is None


async def test_fields_of_the_certified_way_are_not_those_of_an_approval(world: World) -> None:
    world.sealer.inspection = replace(A_PLAIN_PDF, fields=FOUND)
    draft = write_draft(Draft(place=a.a_place()))
    values: dict[str, Value] = {"documents": (a.ITEM,), "signer": SIGNER.user, "way": "approval"}
    assert await submit_draft(world.ports, submit("send", draft, **values), DUTCH) == Done()
    envelope = await sent(world)
    assert envelope
    assert (envelope.way, envelope.fields) == (Way.APPROVAL, ())


async def test_the_dialog_leads_to_the_page_for_placing_fields(world: World) -> None:
    content = make_pdf(pages=1, text="Overeenkomst")
    async with world.store.transaction() as tx:
        version = a.a_version(content=await world.ports.blobs.put(content), pages=1)
        await tx.dossiers.add(a.an_item("agreement", name="Overeenkomst.pdf", version=version))
    form = await begin(world, documents=("agreement",))
    [anchor] = [span for each in form.body if isinstance(each, Text) for span in each.spans if isinstance(span, Anchor)]
    ports = replace(world.ports, layouts=OnceLayoutReader())
    page = await open_placing(ports, anchor.url.rpartition("/")[2])
    assert (page.item.id, page.link.placer.account) == ("agreement", STAFF)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (Inspection(((1, 1),), is_signed=True, is_pdfa=True, fields=()), "al ondertekend"),
        (Inspection(((1, 1),), is_signed=False, is_pdfa=True, fields=()), "geen PDF/A meer"),
    ],
)
async def test_what_sealing_does_to_the_document_is_said(world: World, known: Inspection, words: str) -> None:
    world.sealer.inspection = known
    told = tell(await begin(world))
    assert words in told
    assert ("placing" in told) is not known.is_signed


class _Slow(FakeSealer):
    async def inspect(self, sha256: str) -> Inspection:
        await asyncio.Event().wait()
        return await super().inspect(sha256)


async def test_a_document_that_takes_long_is_looked_into_after_the_dialog(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certify, "PATIENCE", 0)
    slow = replace(world, ports=replace(world.ports, sealer=_Slow(world.ports.blobs)))
    form = await begin(slow)
    assert read_draft(form.context).way is Way.CERTIFIED
    assert await choose(slow, SIGNER.user, context=form.context) == Done()
    assert await sent(world) is None
    world.sealer.fail_next.append(SealingUnavailable("no process"))
    await deliver(world)
    assert await sent(world) is None
    world.clock.move(a.at(5) - a.NOON)
    await deliver(world)
    envelope = await sent(world)
    assert envelope
    assert envelope.way is Way.CERTIFIED
    assert world.messenger.whispers == []
