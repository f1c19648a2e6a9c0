"""The certificate of a request, from the card in the conversation to the paper."""

from io import BytesIO

import aiohttp
from pypdf import PdfReader

from tests.scenarios.chat import Message, Person
from tests.scenarios.scene import Scene
from tests.scenarios.test_evidence import approve, come_back, receipt_of, reject
from tests.scenarios.test_logs import link_in

RETURN = "Aangifte IB 2025.pdf"


async def fetch(scene: Scene, address: str) -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.get(scene.address + address) as answer:
        return answer.status, await answer.read()


async def find_certificate(person: Person, card: Message) -> str:
    """The path of the certificate behind the log that somebody opens from a card."""
    await person.press(card, "Transactielog")
    dialog = await person.view(containing="Ter ondertekening verstuurd")
    address = link_in(dialog)
    await person.close(dialog)
    return f"{address}/certificate.pdf"


def read(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


async def test_staff_and_the_signer_get_the_proof_of_an_approval_on_paper(scene: Scene) -> None:
    card = await scene.send(RETURN)
    await approve(scene, card)
    receipt = await receipt_of(scene, card)
    for person in (scene.bas, scene.karim):
        status, content = await fetch(scene, await find_certificate(person, card))
        assert status == 200
        text = read(content)
        assert f"Regel {receipt.index}\nHash van de regel {receipt.entry_hash}" in text
        assert "Plaats, opgegeven Utrecht" in text
        assert "als contact van de klant bevestigd door" in text.replace("\n", " ")
        assert "“Ik ga akkoord met de onderstaande documenten”" in text


async def test_a_rejection_is_on_paper_with_its_reason_once_it_is_proved(scene: Scene) -> None:
    card = await scene.send(RETURN)
    scene.recording.evidence.is_away = True
    await reject(scene, card)
    address = await find_certificate(scene.bas, card)
    status, page = await fetch(scene, address)
    assert (status, page[:5] == b"%PDF-") == (503, False)
    assert "Bewijs volgt" in page.decode()

    await come_back(scene)
    status, content = await fetch(scene, address)
    assert status == 200
    assert "Status Afgekeurd" in read(content)
    assert "“Het bedrag klopt niet”" in read(content)


async def test_an_open_request_has_none(scene: Scene) -> None:
    card = await scene.send(RETURN)
    assert (await fetch(scene, await find_certificate(scene.bas, card)))[0] == 404
