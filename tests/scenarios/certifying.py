"""Steps of the certified way: several people sign one PDF."""

from collections.abc import Sequence

from bot.domain.envelope import Envelope
from tests.scenarios.chat import Message, Person, View
from tests.scenarios.scene import OFFICE, Scene
from tests.scenarios.signing import find_address
from tests.signing_form import DRAWN, Browser, Opened

AGREEMENT = "Huurovereenkomst Zwolle.pdf"


async def begin(scene: Scene, first: Person, document: str = AGREEMENT, asks: str = "") -> View:
    """Sanne fills in the send dialog for one document and one signer; the step that asks who else signs."""
    await scene.file(document)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    view = await scene.sanne.fill(form, documents=[document], signer=first.id, way="certified").submit()
    assert not view.errors
    if asks:
        view = await scene.sanne.fill(await scene.sanne.view("choose_asks"), asks=asks).submit()
        assert not view.errors
    return await scene.sanne.view("choose_signers")


async def choose(scene: Scene, signers: Sequence[Person], *, in_order: bool) -> View | None:
    """Go through the steps until all is sent; the last view that is open, if any is."""
    view = await scene.sanne.view("choose_signers")
    sent = await scene.sanne.fill(view, signers=[each.id for each in signers], in_order=in_order).submit()
    assert not sent.errors
    if in_order and len(signers) > 1:
        view = await scene.sanne.view("arrange_signers")
        places = {f"position_{number}": each.id for number, each in enumerate(signers, start=1)}
        sent = await scene.sanne.fill(view, **places).submit()
        assert not sent.errors
    return await confirm(scene)


async def confirm(scene: Scene) -> View | None:
    """Say of everybody who is unknown that they are a new contact."""
    while found := [each for each in scene.sanne.views if each.form_id == "confirm_signer"]:
        (field,) = found[-1].inputs
        sent = await scene.sanne.fill(found[-1], **{field: "new"}).submit()
        assert not sent.errors
    return scene.sanne.views[-1] if scene.sanne.views else None


async def send(scene: Scene, *signers: Person, in_order: bool = True) -> Message:
    """Sanne has an agreement signed; the card."""
    await begin(scene, signers[0])
    assert await choose(scene, signers, in_order=in_order) is None
    await scene.settled()
    return await scene.message(AGREEMENT)


async def open_page(browser: Browser, person: Person, card: Message, button: str = "Goedkeuren") -> Opened:
    """Press Goedkeuren, which leads to the signing page."""
    await person.press(card, button)
    dialog = await person.view("sign") if not person.views else person.views[-1]
    address = find_address(dialog)
    await person.close(dialog)
    return await browser.open(address)


async def sign(scene: Scene, browser: Browser, person: Person, card: Message) -> Opened:
    """Draw a signature on the page."""
    page = await browser.approve(await open_page(browser, person, card), place="Utrecht", **DRAWN)
    await scene.settled()
    return page


async def envelope_of(scene: Scene, card: Message) -> Envelope:
    """The envelope behind a card."""
    async with scene.ports.store.reading() as tx:
        found = await tx.envelopes.get(OFFICE, scene.envelope_of(card))
    assert found
    return found
