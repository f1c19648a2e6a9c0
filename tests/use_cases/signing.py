"""A signing page to test, with links that are opened by their secrets."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

import pytest

from bot.conversation import Actor, Open, Press
from bot.domain.envelope import Envelope, EnvelopeId
from bot.domain.errors import LinkRefused
from bot.domain.log import Happening, LogLine
from bot.domain.people import Account
from bot.domain.signature import Drawing, Signature
from bot.texts import load_texts
from bot.use_cases.sign_page import (
    PageApproval,
    PageRejection,
    SigningPage,
    answer_on_page,
    open_page,
)
from bot.use_cases.view_documents import show_documents
from tests import builders as a
from tests.pictures import STROKES, make_png
from tests.use_cases.conftest import SIGNER, World

DUTCH = load_texts("nl")
ENVELOPE, SECOND = EnvelopeId("envelope-1"), EnvelopeId("envelope-2")
ADDRESS = "https://paraaf.example/signing/"
CONTENT = b"%PDF-1.7 Aangifte"
AN_APPROVAL = PageApproval("Utrecht")
A_REJECTION = PageRejection("Het bedrag klopt niet.")
DRAWN = PageApproval("Utrecht", make_png(), STROKES)


def by(account: Account = SIGNER, name: str = "Karim Haddad") -> Actor:
    return Actor(account, "T0OFFICE", name)


def pressing(action: str, account: Account = SIGNER, envelope: EnvelopeId = ENVELOPE) -> Press:
    return Press(by(account), a.a_place(), action, envelope)


@dataclass(frozen=True, slots=True)
class Site:
    """A world with two envelopes of the same documents' client; links are opened by their secrets."""

    world: World

    async def link(self, account: Account = SIGNER, envelope: EnvelopeId = ENVELOPE) -> str:
        """The secret that pressing View gives."""
        answer = await show_documents(self.world.ports, pressing("view", account, envelope), DUTCH)
        assert isinstance(answer, Open)
        return answer.form.page.removeprefix(ADDRESS)

    async def page(self, secret: str) -> SigningPage:
        return await open_page(self.world.ports, secret)

    async def answer(
        self, secret: str, answer: PageApproval | PageRejection = AN_APPROVAL, network: str | None = None
    ) -> SigningPage:
        return await answer_on_page(self.world.ports, secret, answer, network, DUTCH)

    async def envelope(self, envelope: EnvelopeId = ENVELOPE) -> Envelope:
        async with self.world.store.reading() as tx:
            found = await tx.envelopes.get(a.OFFICE, envelope)
        assert found
        return found

    async def log(self, happening: Happening) -> list[LogLine]:
        async with self.world.store.reading() as tx:
            return [line for line in await tx.log.of_envelope(a.OFFICE, ENVELOPE) if line.happening is happening]

    async def signature(self) -> Signature | None:
        async with self.world.store.reading() as tx:
            return await tx.signatures.get(await self.envelope(), SIGNER)

    async def ask(self, drawing: Drawing, *, typed_names: bool = True) -> str:
        """A link to the first envelope of an office that asks for signatures in this way."""
        async with self.world.store.transaction() as tx:
            await tx.offices.save(a.an_office(drawing=drawing, typed_names=typed_names))
            await tx.envelopes.add(a.an_envelope(ENVELOPE, drawing=drawing))
        return await self.link()


async def refuse(work: Awaitable[object]) -> LinkRefused:
    with pytest.raises(LinkRefused) as raised:
        await work
    return raised.value


@pytest.fixture
async def bare(world: World) -> Site:
    """Without the envelopes."""
    await world.ports.blobs.put(CONTENT)
    return Site(world)


@pytest.fixture
async def site(bare: Site) -> Site:
    async with bare.world.store.transaction() as tx:
        bound = a.a_version(content=a.a_content(b"%PDF-1.7 other"))
        await tx.dossiers.add(a.an_item("item-2", name="Bijlage.pdf", version=bound))
        other = a.a_document(a.an_item("item-2", name="Bijlage.pdf", version=bound))
        await tx.envelopes.add(a.an_envelope(ENVELOPE, documents=(a.a_document(), replace(other, pages=None))))
        await tx.envelopes.add(a.an_envelope(SECOND, documents=(other,)))
    return bare
