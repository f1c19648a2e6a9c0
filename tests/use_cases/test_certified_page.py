"""Signing in the certified way: only on the page, with the texts that the document asks for, and then it is sealed."""

from dataclasses import replace

import pytest

from bot.conversation import Submission
from bot.domain.certified import Way
from bot.domain.errors import SignatureRequired
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field, FieldKind
from bot.domain.signature import Drawing
from bot.use_cases.decide import approve
from tests import builders as a
from tests.use_cases.conftest import STRANGER, World
from tests.use_cases.signing import DRAWN, DUTCH, Site, by

TEXTS = (
    Field(FieldKind.TEXT, 0, 0, (1, 1, 90, 20), "Functie"),
    Field(FieldKind.SIGNATURE, 0, 0, (1, 30, 90, 40)),
    Field(FieldKind.TEXT, 1, 0, (1, 1, 90, 20), "Van de ander"),
    Field(FieldKind.TEXT, 0, 1, (1, 1, 90, 20)),
)


async def test_nothing_is_signed_without_a_signature(world: World) -> None:
    async with world.store.transaction() as tx:
        await tx.envelopes.add(a.an_envelope(way=Way.CERTIFIED, drawing=Drawing.REQUIRED))
    submission = Submission(by(), "approve", "envelope-1", {"place": "Utrecht"}, "key")
    with pytest.raises(SignatureRequired):
        await approve(world.ports, submission, DUTCH)


async def open_texts(world: World) -> tuple[Site, str]:
    await world.ports.blobs.put(b"%PDF-1.7 Aangifte")
    signers = (a.a_signer(), a.a_signer(STRANGER, name="Vreemde"))
    async with world.store.transaction() as tx:
        await tx.envelopes.add(
            a.an_envelope(way=Way.CERTIFIED, drawing=Drawing.REQUIRED, signers=signers, fields=TEXTS)
        )
    site = Site(world)
    return site, await site.link()


async def test_the_page_asks_a_signer_for_their_own_texts_alone(world: World) -> None:
    site, secret = await open_texts(world)
    assert (await site.page(secret)).texts == ("Functie", "")
    assert (await site.page(await site.link(STRANGER))).texts == ("Van de ander",)


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ((), {"text_1": Fault(Problem.MISSING), "text_2": Fault(Problem.MISSING)}),
        (("Directeur", " \u2800 "), {"text_2": Fault(Problem.MISSING)}),
        (("x" * 201, "ja"), {"text_1": Fault(Problem.TOO_LONG, 200)}),
    ],
)
async def test_texts_that_are_missing_or_too_long_are_told_at_their_field(
    world: World, typed: tuple[str, ...], faults: dict[str, Fault]
) -> None:
    site, secret = await open_texts(world)
    with pytest.raises(InvalidInput) as refused:
        await site.answer(secret, replace(DRAWN, texts=typed))
    assert refused.value.faults == faults


async def test_texts_are_kept_in_order_and_nothing_beyond_what_was_asked(world: World) -> None:
    site, secret = await open_texts(world)
    page = await site.answer(secret, replace(DRAWN, texts=(" Directeur\n a.i. ", "2", "made up")))
    decision = page.envelope.signers[0].decision
    assert decision
    assert decision.texts == ("Directeur  a.i.", "2")
    assert decision.consent == "certified-1/nl"
    stored = (await site.envelope()).signers[0].decision
    assert stored == decision
