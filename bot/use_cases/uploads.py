"""Bring documents over a page, for platforms whose dialogs cannot ask for files.

Staff open the page from the send dialog; what they bring is filed in the dossier, where the dialog's search finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation import Actor
from bot.domain.envelope import Party
from bot.domain.errors import FilesNotTaken, FileTrouble, LinkRefused, LinkTrouble
from bot.domain.links import UPLOADING_TIME, UploadPage
from bot.domain.people import Client, Office
from bot.ports import Ports, Transaction
from bot.use_cases.filing import UPLOADS_FOLDER, file_document, store_file
from bot.use_cases.secrets import hash_secret, new_secret

UPLOAD_LIMIT = 25 * 1_000_000
"""Bytes of one file that is brought to the page."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """An upload page that works: whose dossier it files into, and in which language the office reads."""

    page: UploadPage
    client: Client
    office: Office


async def offer_upload_page(ports: Ports, office: Office, client: Client, actor: Actor) -> str:
    """The address of a new upload page for this client, for this person, once."""
    secret, now = new_secret(), ports.clock.now()
    uploader = Party(actor.account, actor.name)
    page = UploadPage(hash_secret(secret), office.id, client.id, uploader, now + UPLOADING_TIME)
    async with ports.store.transaction() as tx:
        await tx.upload_pages.add(page)
    return f"{ports.public_url}/uploads/{secret}"


async def open_upload_page(ports: Ports, secret: str) -> OpenedPage:
    """Look at an upload page, which does not use it up. Raises `LinkRefused`."""
    async with ports.store.reading() as tx:
        return await _open(ports, tx, secret)


async def take_uploads(ports: Ports, secret: str, files: Sequence[tuple[str, bytes]]) -> tuple[str, ...]:
    """File what was brought, each as (name, content), and use the page up; the names as they were filed.

    Raises `LinkRefused`, and `FilesNotTaken` for an empty or too large file; nothing is filed then.
    """
    for name, content in files:
        if not content:
            raise FilesNotTaken(name, FileTrouble.EMPTY)
        if len(content) > UPLOAD_LIMIT:
            raise FilesNotTaken(name, FileTrouble.TOO_LARGE, UPLOAD_LIMIT)
    opened = await open_upload_page(ports, secret)
    stored = [await store_file(ports, name, content) for name, content in files]
    async with ports.store.transaction() as tx:
        if not await tx.upload_pages.use_up(opened.page.secret_hash):
            raise LinkRefused(LinkTrouble.USED)
        by, now = opened.page.uploader.name, ports.clock.now()
        filed = [await file_document(tx, opened.client.id, UPLOADS_FOLDER, file, by, now) for file in stored]
    return tuple(item.name for item in filed)


async def _open(ports: Ports, tx: Transaction, secret: str) -> OpenedPage:
    page = await tx.upload_pages.get(hash_secret(secret))
    if page is None:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    if page.expires_at <= ports.clock.now():
        raise LinkRefused(LinkTrouble.EXPIRED, page.expires_at)
    client = await tx.people.client(page.office, page.client)
    if client is None:
        raise LinkRefused(LinkTrouble.UNKNOWN)
    return OpenedPage(page, client, await tx.offices.get(page.office))
