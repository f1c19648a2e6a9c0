"""The evidence as the conversation and the log show it: what follows, what is proved, and that nothing waits for it."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest

from bot.domain.evidence import PROOF_SUFFIX, Receipt
from bot.domain.log import Happening, LogLine
from bot.use_cases.deliver import GIVE_UP_AFTER
from storage.evidence.entry import Entry, Event
from storage.evidence.verify import Verdict, verify_proof
from tests.scenarios.chat import Message
from tests.scenarios.scene import CLIENT, OFFICE, Scene
from tests.scenarios.signing import find_address
from tests.scenarios.test_delegation import ask_for, known
from tests.scenarios.test_logs import link_in, read
from tests.signing_form import Browser
from tests.troubles import Status

__all__ = ["known"]

RETURN = "Aangifte IB 2025.pdf"
ORIGIN = f"paraaf.example/evidence/{OFFICE}"
LATER = timedelta(seconds=10)


async def approve(scene: Scene, card: Message) -> None:
    await scene.karim.press(card, "Bekijken")
    await scene.karim.close(await scene.karim.view(containing="Documenten"))
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()


async def reject(scene: Scene, card: Message) -> None:
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Het bedrag klopt niet").submit()
    await scene.settled()


async def withdraw(scene: Scene, card: Message) -> None:
    await scene.bas.press(card, "Intrekken")
    await scene.settled()


async def supersede(scene: Scene, card: Message) -> None:
    await reject(scene, card)
    await scene.bas.press(await scene.message("heeft afgekeurd"), "Nieuwe versie sturen")
    await scene.bas.fill(await scene.bas.view("send"), documents=["Balans 2025.pdf"]).submit()
    await scene.settled()


async def receipt_of(scene: Scene, card: Message) -> Receipt:
    """The entry that proves the state of the envelope on a card."""
    async with scene.ports.store.reading() as tx:
        envelope = await tx.envelopes.get(OFFICE, scene.envelope_of(card))
    assert envelope
    assert envelope.evidence
    return envelope.evidence


async def come_back(scene: Scene) -> None:
    """The evidence is there again, and takes what waited for it."""
    scene.recording.evidence.is_away = False
    await scene.settled(skipping=LATER)


@pytest.mark.parametrize(
    ("finish", "state", "event"),
    [
        (approve, "Ondertekend", Event.APPROVED),
        (reject, "Afgekeurd", Event.REJECTED),
        (withdraw, "Ingetrokken", Event.WITHDRAWN),
        (supersede, "Vervangen", Event.SUPERSEDED),
    ],
)
async def test_a_finished_card_says_that_its_proof_follows_and_then_where_it_is(
    scene: Scene, finish: Callable[[Scene, Message], Awaitable[None]], state: str, event: Event
) -> None:
    card = await scene.send(RETURN)
    scene.recording.evidence.is_away = True
    await finish(scene, card)
    for viewer in (scene.sanne, scene.karim):
        words = (await scene.chat.seen_by(viewer, card)).words
        assert state in words
        assert "Bewijs volgt" in words
        assert ORIGIN not in words

    await come_back(scene)
    receipt = await receipt_of(scene, card)
    for viewer in (scene.sanne, scene.karim):
        words = (await scene.chat.seen_by(viewer, card)).words
        assert f"Bewijs: {ORIGIN} nr. {receipt.index} · {receipt.entry_hash[:12]}" in words
        assert "Bewijs volgt" not in words
    entry = entries_of(scene, card)[-1]
    assert entry.event is event


async def test_an_open_card_says_nothing_of_proofs(scene: Scene) -> None:
    card = await scene.send(RETURN)
    assert "Bewijs" not in (await scene.chat.seen_by(scene.sanne, card)).words


def entries_of(scene: Scene, card: Message) -> list[Entry]:
    found = scene.recording.read(OFFICE).find_entries(scene.envelope_of(card))
    return [entry for _, entry in found if isinstance(entry, Entry)]


async def test_every_happening_of_a_request_has_exactly_one_entry(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    await known.karim.press(note, "Terugnemen")
    await known.settled()
    await reject(known, card)
    lines = await known.log_of(card)
    assert [line.happening for line in lines] == [
        Happening.SENT,
        Happening.DELEGATION_ASKED,
        Happening.DELEGATION_TAKEN_BACK,
        Happening.REJECTED,
    ]
    recorded = entries_of(known, card)
    assert [str(entry.event) for entry in recorded] == [name(line) for line in lines]
    assert len({entry.decision for entry in recorded}) == len(lines)
    assert [line.receipt.index for line in lines if line.receipt] == [0, 1, 2, 3]


async def test_pages_that_were_opened_have_exactly_one_entry(scene: Scene) -> None:
    card = await scene.send(RETURN)
    await scene.karim.press(card, "Bekijken")
    dialog = await scene.karim.view(containing="Documenten")
    await scene.karim.close(dialog)
    async with aiohttp.ClientSession() as session:
        browser = Browser(session, scene.address)
        page = await browser.open(find_address(dialog))
        (document,) = [link for link in page.links if "/documents/" in link]
        for _ in range(
            2
        ):  # both times the same: it is one event that a document was fetched, and one that it was shown
            async with session.get(scene.address + document) as answer:
                assert answer.status == 200
            (main,) = page.find("main")
            shown = {"token": str(main.attributes["data-token"]), "document": "1", "pages": "1 2"}
            assert (await browser.send(str(main.attributes["data-pages"]), shown)).status == 204
    await scene.settled()
    await assert_one_entry_each(scene, card, Happening.SENT, Happening.VIEWED, Happening.PAGES_OPENED, Happening.VIEWED)


async def test_what_could_not_be_delivered_has_exactly_one_entry(scene: Scene) -> None:
    card = await scene.send(RETURN)
    scene.recording.evidence.is_away = True  # so that no news of it comes between the tries
    scene.chat.break_next("post", *[Status(503)] * 60)  # for who takes it over when a lease seems to have ended, too
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason="Het bedrag klopt niet").submit()
    await scene.settled(skipping=GIVE_UP_AFTER)
    await scene.sanne.told("kon niet in het gesprek worden bezorgd")
    await come_back(scene)
    await assert_one_entry_each(scene, card, Happening.SENT, Happening.REJECTED, Happening.UNDELIVERABLE)


async def assert_one_entry_each(scene: Scene, card: Message, *expected: Happening) -> None:
    """Exactly these happened, and the evidence says so, each once and in order."""
    lines = await scene.log_of(card)
    assert [line.happening for line in lines] == [*expected]
    assert [str(entry.event) for entry in entries_of(scene, card)] == [name(line) for line in lines]
    assert [line.receipt.index for line in lines if line.receipt] == [*range(len(lines))]


def name(line: LogLine) -> str:
    """What the evidence calls what a line tells."""
    return line.happening.value.replace(" ", "-")


async def test_a_task_that_was_passed_on_is_recorded_as_well(known: Scene) -> None:
    card, note = await ask_for(known, known.mila)
    await known.bas.press(note, "Toestaan")
    await known.settled()
    await known.mila.press(card, "Goedkeuren")
    await known.mila.fill(await known.mila.view("approve"), place="Utrecht").submit()
    await known.settled()
    asked = [Event.SENT, Event.DELEGATION_ASKED, Event.DELEGATED, Event.APPROVED]
    assert [entry.event for entry in entries_of(known, card)] == asked


async def test_the_proof_beside_the_document_holds(scene: Scene) -> None:
    card = await scene.send(RETURN)
    await approve(scene, card)
    async with scene.ports.store.reading() as tx:
        document = await tx.dossiers.by_name(CLIENT, "", RETURN)
        filed = await tx.dossiers.by_name(CLIENT, "", RETURN + PROOF_SUFFIX)
    assert document
    assert filed
    written = b"".join([piece async for piece in scene.ports.blobs.read(filed.version.content.sha256)])
    keys = scene.recording.read(OFFICE).keys
    report = verify_proof(written, keys, document.version.content.sha256)
    assert report.verdict is Verdict.HOLDS
    assert verify_proof(written, keys, "0" * 64).verdict is Verdict.FAILS


async def test_proofs_are_not_offered_to_be_sent(scene: Scene) -> None:
    await approve(scene, await scene.send(RETURN))
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    assert not [label for label in form.options("documents").values() if PROOF_SUFFIX in label]


async def test_the_log_tells_of_each_line_and_staff_take_the_proof_from_its_page(scene: Scene) -> None:
    card = await scene.send(RETURN)
    scene.recording.evidence.is_away = True
    await reject(scene, card)
    await scene.sanne.press(card, "Transactielog")
    dialog = await scene.sanne.view(containing="Bewijs volgt")
    assert "Bewijs: nr. 0" in dialog.words
    await scene.sanne.close(dialog)

    await come_back(scene)
    receipt = await receipt_of(scene, card)
    await scene.sanne.press(card, "Transactielog")
    dialog = await scene.sanne.view(containing=f"Bewijs: nr. {receipt.index}")
    assert dialog.words.count(ORIGIN) == 1
    _, page = await read(scene, link_in(dialog))
    assert page.count(ORIGIN) == 1
    assert 'href="/verify"' in page
    (path,) = re.findall(r'href="(/logs/[^"]+/proofs/[^"]+)"', page)
    async with aiohttp.ClientSession() as session, session.get(scene.address + path) as answer:
        assert answer.status == 200
        assert answer.content_disposition
        assert answer.content_disposition.filename == RETURN + PROOF_SUFFIX
        proof = await answer.read()
    report = verify_proof(proof, scene.recording.read(OFFICE).keys)
    assert report.verdict is Verdict.HOLDS
    assert report.proof
    assert report.proof.index == receipt.index

    scene.recording.evidence.is_away = True
    status, words = await read(scene, path)
    assert status == 503
    assert "Het bewijs kan nu niet worden opgehaald" in words


async def test_a_signers_page_of_the_log_has_no_proofs(scene: Scene) -> None:
    card = await scene.send(RETURN)
    await reject(scene, card)
    await scene.karim.press(card, "Transactielog")
    path = link_in(await scene.karim.view(containing="Bewijs: nr. 1"))
    _, page = await read(scene, path)
    assert "/proofs/" not in page
    status, _ = await read(scene, f"{path}/proofs/{scene.envelope_of(card)}{PROOF_SUFFIX}")
    assert status == 404
