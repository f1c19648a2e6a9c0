"""The signing page: what people give along with their answer, and what is kept of it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.conversation import Done, Open, Submission
from bot.domain import errors
from bot.domain.accounts import Asks
from bot.domain.envelope import Answer, Decision, EnvelopeId, EnvelopeState, Party
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening
from bot.domain.people import Account
from bot.domain.signature import Drawing, DrawnSignature, Signature, TypedSignature
from bot.use_cases.decide import Given, approve, ask_approval, record_answer, reject
from bot.use_cases.secrets import hash_secret
from bot.use_cases.sign_page import (
    PageApproval,
    PageRejection,
    answer_on_page,
)
from tests import builders as a
from tests.pictures import STROKES, make_chunk, make_png
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER
from tests.use_cases.signing import (
    A_REJECTION,
    ADDRESS,
    AN_APPROVAL,
    DRAWN,
    DUTCH,
    ENVELOPE,
    SECOND,
    Site,
    bare,
    by,
    pressing,
    site,
)

__all__ = ["bare", "site"]
ONLY_DRAWN, OR_TYPED = False, True


async def test_every_wrong_field_is_told_and_the_link_still_works(bare: Site) -> None:
    secret = await bare.ask(Drawing.REQUIRED)
    for answer, faults in (
        (PageApproval(" \u2800 "), {"place": Fault(Problem.MISSING), "signature": Fault(Problem.MISSING)}),
        (
            PageApproval("U" * 101, b"GIF89a"),
            {"place": Fault(Problem.TOO_LONG, 100), "signature": Fault(Problem.NOT_READABLE)},
        ),
        (
            PageApproval("U", typed_name="K"),
            {"place": Fault(Problem.TOO_SHORT, 2), "typed_name": Fault(Problem.TOO_SHORT, 2)},
        ),
        (PageRejection("ok"), {"reason": Fault(Problem.TOO_SHORT, 3)}),
        (PageRejection("x" * 2_001), {"reason": Fault(Problem.TOO_LONG, 2_000)}),
    ):
        with pytest.raises(InvalidInput) as raised:
            await bare.answer(secret, answer)
        assert raised.value.faults == faults
    assert (await bare.answer(secret, DRAWN)).envelope.state is EnvelopeState.COMPLETED


@pytest.mark.parametrize(
    ("approval", "kept", "told"),
    [
        (DRAWN, DrawnSignature(make_png(), (((10, 20.5, 0, 0.5),), ((11, 21, 16, 0.25),))), "drawn"),
        (PageApproval("Gent", typed_name=" Karim Haddad "), TypedSignature("Karim Haddad"), "typed"),
        (
            replace(DRAWN, typed_name="Karim Haddad"),
            DrawnSignature(make_png(), (((10, 20.5, 0, 0.5),), ((11, 21, 16, 0.25),))),
            "drawn",
        ),
        (PageApproval("Gent"), None, None),
    ],
)
async def test_a_signature_is_kept_and_the_log_says_of_what_kind(
    bare: Site, approval: PageApproval, kept: Signature | None, told: str | None
) -> None:
    page = await bare.answer(await bare.ask(Drawing.OFFERED), approval)
    assert (page.drawing, page.typed_names) == (Drawing.OFFERED, True)
    assert await bare.signature() == kept
    (line,) = await bare.log(Happening.APPROVED)
    assert line.facts.get("signature") == told
    assert "Karim" not in str(line.facts)


@pytest.mark.parametrize(
    ("asked", "approval", "faults"),
    [
        ((Drawing.OFF, OR_TYPED), DRAWN, {"signature": Fault(Problem.NOT_ASKED)}),
        ((Drawing.OFF, OR_TYPED), PageApproval("Gent", typed_name="Karim"), {"typed_name": Fault(Problem.NOT_ASKED)}),
        (
            (Drawing.OFFERED, ONLY_DRAWN),
            PageApproval("Gent", typed_name="Karim"),
            {"typed_name": Fault(Problem.NOT_ASKED)},
        ),
        (
            (Drawing.REQUIRED, ONLY_DRAWN),
            PageApproval("Gent", typed_name="Karim"),
            {"typed_name": Fault(Problem.NOT_ASKED)},
        ),
        ((Drawing.REQUIRED, OR_TYPED), PageApproval("Gent", b""), {"signature": Fault(Problem.MISSING)}),
        ((Drawing.REQUIRED, OR_TYPED), PageApproval("Gent", b"", STROKES), {"signature": Fault(Problem.MISSING)}),
        ((Drawing.OFFERED, OR_TYPED), PageApproval("Gent", make_png(), ""), {"signature": Fault(Problem.NOT_READABLE)}),
        (
            (Drawing.OFFERED, OR_TYPED),
            PageApproval("Gent", make_png(), "[]"),
            {"signature": Fault(Problem.NOT_READABLE)},
        ),
        (
            (Drawing.OFFERED, OR_TYPED),
            PageApproval("Gent", b"<svg/>", STROKES),
            {"signature": Fault(Problem.NOT_READABLE)},
        ),
        (
            (Drawing.OFFERED, OR_TYPED),
            PageApproval("Gent", typed_name="K" * 101),
            {"typed_name": Fault(Problem.TOO_LONG, 100)},
        ),
    ],
)
async def test_a_signature_that_does_not_count_is_refused(
    bare: Site, asked: tuple[Drawing, bool], approval: PageApproval, faults: dict[str, Fault]
) -> None:
    drawing, typed_names = asked
    secret = await bare.ask(drawing, typed_names=typed_names)
    with pytest.raises(InvalidInput) as raised:
        await bare.answer(secret, approval)
    assert raised.value.faults == faults
    assert (await bare.envelope()).state is EnvelopeState.OPEN
    assert await bare.signature() is None


async def test_a_picture_is_kept_without_what_is_hidden_in_it(bare: Site) -> None:
    picture = make_png(more=[make_chunk(b"tEXt", b"Location\x0052.09 N")])
    await bare.answer(await bare.ask(Drawing.OFFERED), replace(DRAWN, drawn_png=picture))
    kept = await bare.signature()
    assert isinstance(kept, DrawnSignature)
    assert kept.png == make_png()


async def test_a_rejection_needs_no_signature(bare: Site) -> None:
    page = await bare.answer(await bare.ask(Drawing.REQUIRED), A_REJECTION)
    assert page.envelope.state is EnvelopeState.REJECTED


async def test_what_the_office_wishes_later_leaves_a_sent_request_alone(site: Site) -> None:
    async with site.world.store.transaction() as tx:
        await tx.offices.save(a.an_office(drawing=Drawing.REQUIRED))
    page = await site.answer(await site.link())
    assert (page.drawing, page.typed_names) == (Drawing.OFF, False)


async def test_where_a_signature_is_required_the_chat_leads_to_the_page(bare: Site) -> None:
    await bare.ask(Drawing.REQUIRED)
    answer = await ask_approval(bare.world.ports, pressing("approve"), DUTCH)
    assert isinstance(answer, Open)
    assert answer.form.submit is None
    assert (await bare.page(answer.form.page.removeprefix(ADDRESS))).may_answer


async def test_where_a_signature_is_required_the_chat_approves_nothing(bare: Site) -> None:
    await bare.ask(Drawing.REQUIRED)
    submission = Submission(by(), "approve", ENVELOPE, {"place": "Utrecht"}, "1")
    with pytest.raises(errors.SignatureRequired):
        await approve(bare.world.ports, submission, DUTCH)
    assert (await bare.envelope()).state is EnvelopeState.OPEN
    rejection = Submission(by(), "reject", ENVELOPE, {"reason": "Nee, zo niet."}, "2")
    assert await reject(bare.world.ports, rejection) == Done()


@pytest.mark.parametrize("who", [STAFF, STRANGER])
async def test_where_a_signature_is_required_nobody_else_is_led_there(bare: Site, who: Account) -> None:
    await bare.ask(Drawing.REQUIRED)
    with pytest.raises(errors.NotTheSigner):
        await ask_approval(bare.world.ports, pressing("approve", who), DUTCH)


@pytest.mark.parametrize(
    ("answer", "network", "places", "facts"),
    [
        (
            AN_APPROVAL,
            "198.51.100.7",
            ("Utrecht", "Gent, Belgium"),
            {"place": "Utrecht", "derived_place": "Gent, Belgium"},
        ),
        (A_REJECTION, "198.51.100.7", (None, "Gent, Belgium"), {"derived_place": "Gent, Belgium"}),
        (AN_APPROVAL, "192.0.2.1", ("Utrecht", None), {"place": "Utrecht"}),
        (AN_APPROVAL, None, ("Utrecht", None), {"place": "Utrecht"}),
    ],
)
async def test_the_place_given_and_the_place_derived_stay_apart(
    site: Site,
    answer: PageApproval | PageRejection,
    network: str | None,
    places: tuple[str | None, str | None],
    facts: dict[str, str],
) -> None:
    site.world.geography.places["198.51.100.7"] = "Gent, Belgium"
    await site.answer(await site.link(), answer, network)
    decision = (await site.envelope()).signers[0].decision
    assert decision
    assert (decision.place, decision.derived_place) == places
    (line,) = await site.log(Happening.APPROVED if answer is AN_APPROVAL else Happening.REJECTED)
    assert {name: line.facts[name] for name in ("place", "derived_place") if name in line.facts} == facts
    assert site.world.geography.asked == ([network] if network else [])


async def test_a_derived_place_is_never_offered_as_the_persons_own(site: Site) -> None:
    site.world.geography.places["198.51.100.7"] = "Gent, Belgium"
    await site.answer(await site.link(envelope=SECOND), network="198.51.100.7")
    assert (await site.page(await site.link())).last_place == "Utrecht"


async def test_without_a_database_of_places_the_answer_is_recorded_all_the_same(site: Site) -> None:
    ports = replace(site.world.ports, geography=None)
    page = await answer_on_page(ports, await site.link(), AN_APPROVAL, "198.51.100.7", DUTCH)
    assert page.envelope.signers[0].decision


async def test_a_used_link_gives_no_answer_even_where_one_is_awaited(bare: Site) -> None:
    secret = await bare.ask(Drawing.OFF)
    async with bare.world.store.transaction() as tx:
        link = await tx.links.get(hash_secret(secret))
        assert link
        assert await tx.links.use_up(link.secret_hash, a.NOON)
    with pytest.raises(errors.LinkRefused) as raised:
        await record_answer(bare.world.ports, await bare.envelope(), link.viewer, Given(a.an_approval()), link)
    assert raised.value.trouble is errors.LinkTrouble.USED
    assert (await bare.envelope()).state is EnvelopeState.OPEN


async def test_of_two_who_name_another_day_of_adoption_at_once_only_the_first_counts(bare: Site) -> None:
    """The second was checked against the envelope as it was before the first had answered."""
    async with bare.world.store.transaction() as tx:
        second = a.a_signer(account=STRANGER, name="Mila Haddad")
        envelope = a.an_envelope(
            EnvelopeId("accounts"),
            request_key="accounts",
            asks=Asks.ADOPT,
            signers=(a.a_signer(account=SIGNER), second),
        )
        await tx.envelopes.add(envelope)
    before = await bare.envelope(envelope.id)
    days = [date(2026, 2, 27), date(2026, 2, 26)]
    answers = [Decision(Answer.APPROVED, a.NOON, place="Utrecht", adopted_on=day) for day in days]
    first = await record_answer(bare.world.ports, before, Party(SIGNER, "Karim Haddad"), Given(answers[0]))
    assert first.state is EnvelopeState.OPEN
    with pytest.raises(InvalidInput) as raised:
        await record_answer(bare.world.ports, before, Party(STRANGER, "Mila Haddad"), Given(answers[1]))
    assert raised.value.faults == {"adopted_on": Fault(Problem.ANOTHER_DAY)}
    assert (await bare.envelope(envelope.id)).revision == first.revision
