"""Place fields on a document by hand, on a page of one's own, and find them again when it is sent."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from bot.conversation import Actor
from bot.domain.dossier import DossierItem, ItemId
from bot.domain.envelope import Party
from bot.domain.errors import (
    ConversationNotLinked,
    LinkRefused,
    LinkTrouble,
    NotAParticipant,
    SealingUnavailable,
    UnknownEnvelope,
)
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field
from bot.domain.log import Happening, LogLine
from bot.domain.people import Client, ClientId, Office, OfficeId
from bot.domain.places import Place
from bot.domain.placing import (
    MOST_SIGNERS,
    MOST_TEMPLATES,
    PLACING_TIME,
    TEMPLATE_LENGTH,
    FieldTemplate,
    Layout,
    NothingToPlaceOn,
    Placement,
    PlacingLink,
    TooManyTemplates,
    require_placed_well,
)
from bot.domain.sealing import CannotBeSealed
from bot.domain.typed_text import tidy
from bot.ports import Ports, Transaction
from bot.use_cases.access import directory_of, read_office, require_staff
from bot.use_cases.filing import PDF
from bot.use_cases.secrets import hash_secret, new_secret

TEMPLATE = "remember"
"""The field of the page's form that names a template."""


@dataclass(frozen=True, slots=True)
class PlacingPage:
    """What one member of staff places fields on. `placement` is what is there already, None before any were saved."""

    link: PlacingLink
    office: Office
    client: Client
    item: DossierItem
    layout: Layout
    placement: Placement | None
    templates: tuple[FieldTemplate, ...]

    @property
    def revision(self) -> int:
        """How often fields were saved on this version."""
        return self.placement.revision if self.placement else 0


@dataclass(frozen=True, slots=True)
class _Opened:
    link: PlacingLink
    client: Client
    item: DossierItem


async def give_placing_link(
    ports: Ports, actor: Actor, place: Place, client: ClientId, item: ItemId, signers: Sequence[str] = ()
) -> str:
    """The address of the page where the actor places fields on the newest version of a document of this client.

    `signers` are the names of who is going to sign, in their order, where that is known. Raises `NotStaff`,
    `NotAParticipant`, `ConversationNotLinked` (to this client, that is), `UnknownEnvelope` for a document that is not
    this client's, `NothingToPlaceOn`, and a `PlatformError`.
    """
    office, place = await read_office(ports, actor), replace(place, tenant=actor.office_tenant).conversation
    await require_staff(ports, office, actor)
    if not await directory_of(ports, actor).takes_part(place, actor.account):
        raise NotAParticipant(actor.name)
    async with ports.store.transaction() as tx:
        found = await _find_document(tx, office.id, place, client, item)
        return await add_placing_link(tx, ports, office.id, found, Party(actor.account, actor.name), signers)


async def add_placing_link(
    tx: Transaction, ports: Ports, office: OfficeId, item: DossierItem, placer: Party, signers: Sequence[str] = ()
) -> str:
    """As `give_placing_link`, for somebody who was checked, and a PDF that can be read."""
    secret, version = new_secret(), item.version
    link = PlacingLink(
        hash_secret(secret),
        office,
        item.client,
        item.id,
        version.number,
        version.content.sha256,
        placer,
        ports.clock.now() + PLACING_TIME,
        tuple(signers)[:MOST_SIGNERS],
    )
    await tx.placing_links.add(link)
    return f"{ports.public_url}/placing/{secret}"


async def open_placing(ports: Ports, secret: str) -> PlacingPage:
    """The page behind a personal link, which looking does not use up. Raises `LinkRefused`, `NothingToPlaceOn`."""
    async with ports.store.reading() as tx:
        opened = await _open(ports, tx, secret)
        link = opened.link
        office = await tx.offices.get(link.office)
        placement = await tx.placed_fields.get(link.office, link.item, link.version)
        templates = await tx.placed_fields.templates(link.office)
    layout = await _read_layout(ports, opened.item)
    return PlacingPage(link, office, opened.client, opened.item, layout, placement, templates)


async def open_placed_document(ports: Ports, secret: str) -> AsyncIterator[bytes]:
    """The bytes of the document behind a link. Raises `LinkRefused`; what `Blobs.read` raises comes with the first."""
    async with ports.store.reading() as tx:
        opened = await _open(ports, tx, secret)
    return ports.blobs.read(opened.link.sha256)


async def save_fields(
    ports: Ports, secret: str, fields: Sequence[Field], revision: int, template: str = ""
) -> Placement:
    """Save fields in place of those of `revision`, 0 for none, and remember them as a template if that is named.

    Raises `LinkRefused`, `NothingToPlaceOn`, `FieldsRefused`, `InvalidInput` (on `TEMPLATE`), `TooManyTemplates`, and
    `Conflict` when others were saved since.
    """
    page = await open_placing(ports, secret)
    link, shapes = page.link, page.layout.pages
    require_placed_well(fields, shapes, len(link.signers) or MOST_SIGNERS)
    name = _read_name(template)
    by, now = link.placer, ports.clock.now()
    placement = Placement(link.office, link.item, link.version, revision + 1, tuple(fields), by, now)
    async with ports.store.transaction() as tx:
        await _open(ports, tx, secret)
        await tx.placed_fields.save(placement)
        if name:
            await _remember(tx, FieldTemplate(link.office, name, len(shapes), tuple(fields), by, now))
        await tx.log.add([_log_placing(page, placement)])
    return placement


async def forget_template(ports: Ports, secret: str, name: str) -> bool:
    """Remove a template of the office behind a link; False where there is none of that name. Raises `LinkRefused`."""
    async with ports.store.transaction() as tx:
        opened = await _open(ports, tx, secret)
        return await tx.placed_fields.forget_template(opened.link.office, name)


async def fields_for(tx: Transaction, office: OfficeId, item: ItemId, version: int) -> tuple[Field, ...]:
    """The fields that staff placed on this version of a document, none where they placed none."""
    placement = await tx.placed_fields.get(office, item, version)
    return placement.fields if placement else ()


def guess_template(page: PlacingPage) -> FieldTemplate | None:
    """The template whose name stands in the name or the folder of the document, the longest if there are several."""
    words = f"{page.item.folder} {page.item.name}".casefold()
    fitting = [each for each in page.templates if each.name.casefold() in words]
    return max(fitting, key=lambda each: len(each.name), default=None)


async def _find_document(
    tx: Transaction, office: OfficeId, place: Place, client: ClientId, item: ItemId
) -> DossierItem:
    conversation = await tx.conversations.at(place)
    if conversation is None or conversation.office != office or conversation.client != client:
        raise ConversationNotLinked
    found = await tx.dossiers.items(client, [item])
    if not found:
        raise UnknownEnvelope
    if found[0].version.media_type != PDF or found[0].version.pages is None:
        raise NothingToPlaceOn(found[0].name)
    return found[0]


async def _open(ports: Ports, tx: Transaction, secret: str) -> _Opened:
    link = await tx.placing_links.get(hash_secret(secret))
    if link is None:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    if link.expires_at <= ports.clock.now():
        raise LinkRefused(LinkTrouble.EXPIRED, link.expires_at)
    client, items = await tx.people.client(link.office, link.client), await tx.dossiers.items(link.client, [link.item])
    # A newer version is another document, on which fields have other places.
    if client is None or not items or items[0].version.content.sha256 != link.sha256:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    return _Opened(link, client, items[0])


async def _read_layout(ports: Ports, item: DossierItem) -> Layout:
    content = b"".join([piece async for piece in ports.blobs.read(item.version.content.sha256)])
    pages = await ports.layouts.read_pages(content) if ports.layouts else ()
    if not pages:
        raise NothingToPlaceOn(item.name)
    return Layout(pages, await _find_fields(ports, item))


async def _find_fields(ports: Ports, item: DossierItem) -> tuple[Field, ...]:
    """What the maker of the document put there. Raises `NothingToPlaceOn` where nothing can be added to it."""
    if ports.sealer is None:
        return ()
    try:
        inspection = await ports.sealer.inspect(item.version.content.sha256)
    except CannotBeSealed as refusal:
        raise NothingToPlaceOn(item.name) from refusal
    except SealingUnavailable:
        return ()
    if inspection.is_signed:
        raise NothingToPlaceOn(item.name)
    return inspection.fields


def _read_name(typed: str) -> str:
    name = " ".join(tidy(typed).split())
    if len(name) > TEMPLATE_LENGTH:
        raise InvalidInput({TEMPLATE: Fault(Problem.TOO_LONG, TEMPLATE_LENGTH)})
    return name


async def _remember(tx: Transaction, template: FieldTemplate) -> None:
    await tx.placed_fields.save_template(template)
    if len(await tx.placed_fields.templates(template.office)) > MOST_TEMPLATES:
        raise TooManyTemplates


def _log_placing(page: PlacingPage, placement: Placement) -> LogLine:
    facts = {"document": page.item.name, "sha256": page.link.sha256, "fields": str(len(placement.fields))}
    return LogLine(placement.office, Happening.FIELDS_PLACED, placement.by, placement.at, page.link.client, facts=facts)
