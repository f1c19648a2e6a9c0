"""The signing page: what it shows, and the answer that is given on it.

Whoever serves it calls the `wake` of the courier after an answer, as the router does after everything in a chat.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from bot.domain.dossier import Document
from bot.domain.envelope import Envelope, Party
from bot.domain.errors import LinkRefused, LinkTrouble
from bot.domain.expiry import has_expired
from bot.domain.faults import Fault, InvalidInput
from bot.domain.fields import find_texts
from bot.domain.log import Happening, LogLine
from bot.domain.pages import write_pages
from bot.domain.people import Client, Office
from bot.domain.signature import Drawing
from bot.domain.typed_text import TEXT_LENGTH, find_fault, tidy
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases import decide
from bot.use_cases.decide import Given
from bot.use_cases.expire import close_expired
from bot.use_cases.read_signature import read_signature
from bot.use_cases.settle import settle
from bot.use_cases.signing_link import Opened, find_any_link, find_link
from bot.views import forms
from bot.views.envelope_words import find_day


@dataclass(frozen=True, slots=True)
class SigningPage:
    """What one person sees of an envelope.

    `may_answer` says that it is this person's turn; `last_place` is where they signed last. `drawing` and `typed_names`
    are as in `Office`, as they hold for this envelope. `texts` are the labels of what the document asks this person to
    fill in. `expires_at` is when the link stops working, `today` the day in the office's zone.
    """

    envelope: Envelope
    viewer: Party
    office: Office
    client: Client
    expires_at: datetime
    last_place: str | None
    may_answer: bool
    drawing: Drawing
    typed_names: bool
    texts: tuple[str, ...] = ()
    today: date = date.min


@dataclass(frozen=True, slots=True)
class PageApproval:
    """An approval as it was sent.

    A signature is drawn (`drawn_png`, with `strokes` as `bot.domain.strokes` reads them) or typed (`typed_name`); a
    drawn one counts where both are there. `texts` are what was filled in, in the order of `SigningPage.texts`;
    `adopted_on` is when annual accounts were adopted. What was left empty is None or "".
    """

    place: str
    drawn_png: bytes | None = None
    strokes: str = ""
    typed_name: str = ""
    texts: tuple[str, ...] = ()
    adopted_on: date | None = None


@dataclass(frozen=True, slots=True)
class PageRejection:
    """A rejection as it was sent."""

    reason: str


PageAnswer = PageApproval | PageRejection


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document to serve: `content` are the bytes whose SHA-256 the envelope holds, `viewed` the line for the log."""

    document: Document
    content: AsyncIterator[bytes]
    viewed: LogLine


async def open_page(ports: Ports, secret: str) -> SigningPage:
    """The page behind a personal link, which looking at it does not use up. Raises `LinkRefused`."""
    page = await _read_page(ports, secret)
    if has_expired(page.envelope, ports.clock.now()):
        await close_expired(ports, page.envelope)
        return await _read_page(ports, secret)
    return page


async def _read_page(ports: Ports, secret: str) -> SigningPage:
    async with ports.store.reading() as tx:
        return await _show(tx, await find_link(ports, tx, secret), ports.clock.now())


async def open_document(ports: Ports, secret: str, number: int) -> OpenedDocument:
    """Document `number`, from 1, behind a personal link; `record_viewing` it once its bytes turn out to be there.

    Raises `LinkRefused`, also where there is no such document.
    """
    async with ports.store.reading() as tx:
        opened = await find_link(ports, tx, secret)
    document = _find_document(opened.envelope, number)
    viewed = _log_view(ports, opened, document, Happening.VIEWED)
    return OpenedDocument(document, ports.blobs.read(document.sha256), viewed)


async def record_viewing(ports: Ports, opened: OpenedDocument) -> None:
    """Log that the document is served, before the first byte of it leaves."""
    async with ports.store.transaction() as tx:
        await tx.log.add([opened.viewed])


async def record_pages(ports: Ports, secret: str, number: int, pages: frozenset[int]) -> None:
    """Log the pages of document `number` that were shown on screen, from 1, each once for a link.

    Pages that the document does not have are left out, and so all of them where their number is not known. Raises
    `LinkRefused`.
    """

    async def record() -> None:
        async with ports.store.transaction() as tx:
            opened = await find_link(ports, tx, secret)
            document = _find_document(opened.envelope, number)
            before = opened.link.shown.get(number, frozenset())
            new = pages & frozenset(range(1, (document.pages or 0) + 1)) - before
            if not new:
                return
            line = _log_view(ports, opened, document, Happening.PAGES_OPENED, pages=write_pages(new))
            await tx.log.add([line])
            await tx.links.save_shown(opened.link, {**opened.link.shown, number: before | new})

    await settle(record)


async def answer_on_page(
    ports: Ports, secret: str, answer: PageAnswer, network: str | None, texts: Texts
) -> SigningPage:
    """Record the answer, which uses up the link, and show the page as it is after that.

    `network` is the address that the person's browser has in the network, where that can be trusted. Raises
    `LinkRefused`, `InvalidInput` (on `forms.PLACE`, `forms.REASON`, `adoption.ADOPTED_ON`, `"signature"`,
    `"typed_name"`, `forms.name_text`), and what `bot.use_cases.decide.record_answer` raises: who answered before is
    told what.
    """
    async with ports.store.reading() as tx:
        opened = await find_any_link(tx, secret)
        page = await _show(tx, opened, ports.clock.now())
    _require_usable(opened, ports.clock.now())
    page.envelope.require_turn(page.viewer.account)
    # A picture that pretends to be a large one keeps a thread busy for a moment, and nobody else.
    given = await asyncio.to_thread(_read_answer, ports, page, answer, network, texts)
    answered = await decide.record_answer(ports, page.envelope, page.viewer, given, opened.link)
    return replace(page, envelope=answered, may_answer=False)


async def _show(tx: Transaction, opened: Opened, now: datetime) -> SigningPage:
    link, envelope = opened.link, opened.envelope
    office, client = await tx.offices.get(link.office), await tx.people.client(link.office, envelope.client)
    if client is None:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    may_answer = link.viewer.account in {signer.account for signer in envelope.waiting_for}
    return SigningPage(
        envelope,
        link.viewer,
        office,
        client,
        link.expires_at,
        await tx.envelopes.last_place(link.viewer.account) if may_answer else None,
        may_answer=may_answer,
        drawing=envelope.drawing,
        typed_names=office.typed_names and envelope.drawing is not Drawing.OFF,
        texts=_find_texts(envelope, link.viewer) if may_answer else (),
        today=find_day(now),
    )


def _find_texts(envelope: Envelope, viewer: Party) -> tuple[str, ...]:
    number = next(at for at, signer in enumerate(envelope.signers) if signer.account == viewer.account)
    return find_texts(envelope.fields, number)


def _find_document(envelope: Envelope, number: int) -> Document:
    shown = envelope.newest_documents
    if not 1 <= number <= len(shown):
        raise LinkRefused(LinkTrouble.UNKNOWN)
    return shown[number - 1]


def _log_view(ports: Ports, opened: Opened, document: Document, happening: Happening, **more: str) -> LogLine:
    link, envelope = opened.link, opened.envelope
    facts = {"document": document.name, "sha256": document.sha256, **more}
    return LogLine(link.office, happening, link.viewer, ports.clock.now(), envelope.client, envelope.id, facts)


def _require_usable(opened: Opened, now: datetime) -> None:
    try:
        opened.link.require_usable(opened.envelope, now)
    except LinkRefused as refusal:
        if refusal.trouble is LinkTrouble.USED:
            opened.envelope.require_turn(opened.link.viewer.account)  # tells what was answered
        raise


def _read_answer(ports: Ports, page: SigningPage, answer: PageAnswer, network: str | None, texts: Texts) -> Given:
    derived = ports.geography.locate(network) if ports.geography and network else None
    match answer:
        case PageApproval(place, png, strokes, name):
            decision, faults = decide.read_approval(ports, page.envelope, place, answer.adopted_on, texts)
            signature, more = read_signature(png, strokes, name, page.drawing, typed_names=page.typed_names)
            filled, wrong = _read_texts(page, answer.texts)
            decision, faults = replace(decision, texts=filled), faults | more | wrong
        case PageRejection(reason):
            decision, faults = decide.read_rejection(ports, reason)
            signature = None
        case _:
            assert_never(answer)
    if faults:
        raise InvalidInput(faults)
    return Given(replace(decision, derived_place=derived), signature)


def _read_texts(page: SigningPage, typed: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, Fault]]:
    """What was filled in for each text that the page asks for, and what is wrong with it."""
    padded = (*typed, *("" for _ in page.texts))[: len(page.texts)]
    filled = tuple(tidy(each.replace("\n", " ")) for each in padded)
    faults = {forms.name_text(number): find_fault(each, TEXT_LENGTH) for number, each in enumerate(filled)}
    return filled, {field: fault for field, fault in faults.items() if fault}
