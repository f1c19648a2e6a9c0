"""The signing page: what a personal link opens, to whom, and for how long (attack 6)."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation import Done, Open, Submission
from bot.domain import errors
from bot.domain.envelope import Answer, EnvelopeState
from bot.domain.errors import LinkTrouble
from bot.domain.links import SIGNING_TIME
from bot.domain.log import Happening
from bot.domain.people import OfficeId, Platform
from bot.use_cases.decide import reject
from bot.use_cases.secrets import hash_secret
from bot.use_cases.sign_page import (
    PageApproval,
    SigningPage,
    open_document,
    record_pages,
    record_viewing,
)
from bot.use_cases.view_documents import show_documents
from cards.model import Actions, Link
from tests import builders as a
from tests.use_cases.conftest import SIGNER, STAFF, STRANGER
from tests.use_cases.signing import (
    A_REJECTION,
    ADDRESS,
    AN_APPROVAL,
    CONTENT,
    DUTCH,
    ENVELOPE,
    SECOND,
    Site,
    bare,
    by,
    pressing,
    refuse,
    site,
)

__all__ = ["bare", "site"]


async def test_view_gives_a_page_for_this_person_and_a_link_to_it(site: Site) -> None:
    answer = await show_documents(site.world.ports, pressing("view"), DUTCH)
    assert isinstance(answer, Open)
    assert answer.form.page.startswith(ADDRESS)
    rows = [each.items for each in answer.form.body if isinstance(each, Actions)]
    assert [[item.url for item in row if isinstance(item, Link)] for row in rows] == [[answer.form.page]]
    page = await site.page(answer.form.page.removeprefix(ADDRESS))
    assert (page.envelope.id, page.viewer, page.client.name) == (
        ENVELOPE,
        a.a_party("Karim Haddad", SIGNER),
        "Haddad Bouw B.V.",
    )
    assert (page.may_answer, page.last_place, page.expires_at) == (True, None, a.NOON + SIGNING_TIME)


async def test_two_presses_give_two_secrets_and_only_their_hashes_are_kept(site: Site) -> None:
    secrets = [await site.link() for _ in range(2)]
    assert len(set(secrets)) == 2
    assert all(len(secret) == 43 for secret in secrets)  # 32 bytes
    async with site.world.store.reading() as tx:
        for secret in secrets:
            link = await tx.links.get(hash_secret(secret))
            assert link
            assert secret not in str(link)
            assert await tx.links.get(secret) is None


async def test_staff_look_and_cannot_answer(site: Site) -> None:
    secret = await site.link(STAFF)
    assert not (await site.page(secret)).may_answer
    for answer in (AN_APPROVAL, A_REJECTION):
        with pytest.raises(errors.NotTheSigner):
            await site.answer(secret, answer)
    assert (await site.envelope()).state is EnvelopeState.OPEN
    await site.page(secret)


async def test_nobody_else_gets_a_link(site: Site) -> None:
    with pytest.raises(errors.NotAllowedToView):
        await site.link(STRANGER)


async def test_looking_does_not_use_it_up(site: Site) -> None:
    secret = await site.link()
    for _ in range(3):
        assert (await site.page(secret)).may_answer
        await open_document(site.world.ports, secret, 1)
    assert (await site.answer(secret)).envelope.state is EnvelopeState.COMPLETED


async def test_an_approval_is_recorded_as_it_is_in_the_chat(site: Site) -> None:
    secret = await site.link()
    page = await site.answer(secret, PageApproval("  Utrecht\x07 "))
    assert not page.may_answer
    decision = (await site.envelope()).signers[0].decision
    assert decision
    assert (decision.answer, decision.place, decision.consent) == (Answer.APPROVED, "Utrecht", "1/nl")
    (line,) = await site.log(Happening.APPROVED)
    assert line.by == a.a_party("Karim Haddad", SIGNER)
    assert line.facts == {
        "place": "Utrecht",
        "consent": "1/nl",
        "documents": " ".join(each.sha256 for each in page.envelope.documents),
    }
    async with site.world.store.transaction() as tx:
        claimed = await tx.outbox.claim(a.at(1), timedelta(minutes=1), 9)
    assert [each.outgoing.subject for each in claimed] == [ENVELOPE]


async def test_a_rejection_is_recorded(site: Site) -> None:
    page = await site.answer(await site.link(), A_REJECTION)
    assert page.envelope.state is EnvelopeState.REJECTED
    (line,) = await site.log(Happening.REJECTED)
    assert line.facts["reason"] == "Het bedrag klopt niet."


async def test_answering_uses_the_link_up_and_says_what_was_answered(site: Site) -> None:
    secret = await site.link()
    site.world.clock.move(timedelta(minutes=5))
    await site.answer(secret)
    for work in (site.page(secret), open_document(site.world.ports, secret, 1)):
        refusal = await refuse(work)
        assert (refusal.trouble, refusal.at, refusal.answer) == (LinkTrouble.USED, a.at(5), Answer.APPROVED)
    assert (await refuse(record_pages(site.world.ports, secret, 1, frozenset({1})))).trouble is LinkTrouble.USED
    with pytest.raises(errors.AlreadyAnswered) as raised:
        await site.answer(secret, A_REJECTION)
    assert (raised.value.answer, raised.value.at) == (Answer.APPROVED, a.at(5))


async def test_a_link_given_before_still_shows_but_does_not_answer_again(site: Site) -> None:
    used, other = await site.link(), await site.link()
    await site.answer(used)
    assert not (await site.page(other)).may_answer
    with pytest.raises(errors.AlreadyAnswered):
        await site.answer(other, A_REJECTION)
    await site.page(other)


@pytest.mark.parametrize("links", [1, 2])
async def test_a_double_click_is_one_answer(site: Site, links: int) -> None:
    secrets = [await site.link() for _ in range(links)]
    answers = [site.answer(secrets[number % links]) for number in range(6)]
    done = await asyncio.gather(*answers, return_exceptions=True)
    assert len([each for each in done if isinstance(each, SigningPage)]) == 1
    assert len([each for each in done if isinstance(each, errors.AlreadyAnswered)]) == 5
    assert len(await site.log(Happening.APPROVED)) == 1


async def test_an_answer_in_the_chat_meanwhile_counts(site: Site) -> None:
    secret = await site.link()
    submission = Submission(by(), "reject", ENVELOPE, {"reason": "Nee, zo niet."}, "1")
    assert await reject(site.world.ports, submission) == Done()
    with pytest.raises(errors.AlreadyAnswered) as raised:
        await site.answer(secret)
    assert raised.value.answer is Answer.REJECTED
    assert not (await site.page(secret)).may_answer


async def test_a_withdrawn_request_is_told(site: Site) -> None:
    secret = await site.link()
    async with site.world.store.transaction() as tx:
        await tx.envelopes.save((await site.envelope()).withdraw(a.a_party(), a.at(1)))
    with pytest.raises(errors.EnvelopeClosed):
        await site.answer(secret)
    assert (await site.page(secret)).envelope.state is EnvelopeState.WITHDRAWN


async def test_it_expires(site: Site) -> None:
    secret = await site.link()
    site.world.clock.move(SIGNING_TIME - timedelta(seconds=1))
    await site.page(secret)
    site.world.clock.move(timedelta(seconds=1))
    works: list[Awaitable[object]] = [
        site.page(secret),
        open_document(site.world.ports, secret, 1),
        record_pages(site.world.ports, secret, 1, frozenset({1})),
        site.answer(secret),
    ]
    for work in works:
        refusal = await refuse(work)
        assert (refusal.trouble, refusal.at) == (LinkTrouble.EXPIRED, a.NOON + SIGNING_TIME)
    assert (await site.envelope()).state is EnvelopeState.OPEN


@pytest.mark.parametrize("secret", ["", "made up", "\x00", "é" * 5_000])
async def test_a_made_up_link_opens_nothing(site: Site, secret: str) -> None:
    works = [site.page(secret), open_document(site.world.ports, secret, 1), site.answer(secret)]
    for work in works:
        assert (await refuse(work)).trouble is LinkTrouble.UNKNOWN


async def test_a_link_opens_its_own_envelope_alone(site: Site) -> None:
    secret = await site.link(envelope=SECOND)
    assert [each.name for each in (await site.page(secret)).envelope.documents] == ["Bijlage.pdf"]
    assert (await refuse(open_document(site.world.ports, secret, 2))).trouble is LinkTrouble.UNKNOWN
    await site.answer(secret)
    assert (await site.envelope()).state is EnvelopeState.OPEN
    assert (await site.envelope(SECOND)).state is EnvelopeState.COMPLETED


@pytest.mark.parametrize(
    "changes", [{"documents": "0" * 64}, {"documents": ""}, {"envelope": SECOND}], ids=["bytes", "none", "envelope"]
)
async def test_a_link_for_other_bytes_opens_nothing(site: Site, changes: dict[str, Any]) -> None:
    async with site.world.store.reading() as tx:
        link = await tx.links.get(hash_secret(await site.link()))
    assert link
    async with site.world.store.transaction() as tx:
        await tx.links.add(replace(link, secret_hash=hash_secret("changed"), **changes))
    works = [site.page("changed"), open_document(site.world.ports, "changed", 1), site.answer("changed")]
    for work in works:
        assert (await refuse(work)).trouble is LinkTrouble.UNKNOWN


async def test_who_left_the_conversation_answers_nothing_any_more(site: Site) -> None:
    secret = await site.link()
    site.world.directory.left.add(SIGNER)
    for answer in (AN_APPROVAL, A_REJECTION):
        with pytest.raises(errors.NotAParticipant):
            await site.answer(secret, answer)
    assert (await site.envelope()).state is EnvelopeState.OPEN
    site.world.directory.left.clear()
    await site.answer(secret)


async def test_an_outage_leaves_everything_as_it_was(site: Site) -> None:
    secret = await site.link()
    site.world.directory.fail_next.append(errors.PlatformUnavailable("down"))
    with pytest.raises(errors.PlatformUnavailable):
        await site.answer(secret)
    await site.answer(secret)


async def test_another_office_opens_nothing_of_it(site: Site) -> None:
    async with site.world.store.transaction() as tx:
        await tx.offices.save(a.an_office(id=OfficeId("office-2"), name="Elders"))
        await tx.offices.map_tenant(OfficeId("office-2"), Platform.SLACK, "T0ELSEWHERE")
    with pytest.raises(errors.UnknownEnvelope):
        await show_documents(
            site.world.ports, replace(pressing("view"), actor=replace(by(), office_tenant="T0ELSEWHERE")), DUTCH
        )


# What is looked at


async def test_what_is_served_is_logged_with_its_bytes(site: Site) -> None:
    opened = await open_document(site.world.ports, await site.link(STAFF), 1)
    assert await site.log(Happening.VIEWED) == []
    await record_viewing(site.world.ports, opened)
    assert b"".join([piece async for piece in opened.content]) == CONTENT
    (line,) = await site.log(Happening.VIEWED)
    assert line.by.account == STAFF
    assert line.facts == {"document": "Aangifte IB 2025.pdf", "sha256": a.a_content().sha256}


@pytest.mark.parametrize("number", [0, -1, 3])
async def test_there_is_no_such_document(site: Site, number: int) -> None:
    secret = await site.link()
    assert (await refuse(open_document(site.world.ports, secret, number))).trouble is LinkTrouble.UNKNOWN
    works = record_pages(site.world.ports, secret, number, frozenset({1}))
    assert (await refuse(works)).trouble is LinkTrouble.UNKNOWN


async def test_pages_are_logged_once_and_only_those_there_are(site: Site) -> None:
    secret = await site.link()
    for pages in ({1, 2}, {2, 1}, set[int](), {0, 2, 3, 4, -1, 10**9}, {1, 2, 3}):
        await record_pages(site.world.ports, secret, 1, frozenset(pages))
    lines = await site.log(Happening.PAGES_OPENED)
    assert [line.facts["pages"] for line in lines] == ["1-2", "3"]
    assert {line.facts["sha256"] for line in lines} == {a.a_content().sha256}
    await record_pages(site.world.ports, secret, 2, frozenset({1, 2}))  # how many it has is not known
    await record_pages(site.world.ports, await site.link(), 1, frozenset({1}))  # another link, another reading
    assert len(await site.log(Happening.PAGES_OPENED)) == 3


async def test_pages_that_arrive_at_once_are_logged_once(site: Site) -> None:
    secret = await site.link()
    sent = [frozenset({1}), frozenset({1, 2}), frozenset({2, 3}), frozenset({3}), frozenset({1, 2, 3})]
    await asyncio.gather(*(record_pages(site.world.ports, secret, 1, pages) for pages in sent))
    told = " ".join(line.facts["pages"] for line in await site.log(Happening.PAGES_OPENED))
    assert sorted(told.replace("-", " ").split()) in (["1", "2", "3"], ["1", "3"])
