"""Take uploaded files from the platform, file them in the dossier, and send the envelope that waits for them, if any.

This runs from the outbox, since ten files take longer than a platform waits for an answer. A crash at any line
repeats the whole errand: the same bytes are filed once, and the same request makes one envelope.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bot.domain.certified import Way
from bot.domain.envelope import Party, Signer
from bot.domain.errors import ConversationNotLinked, NotAParticipant, Refusal
from bot.domain.fields import Field
from bot.domain.outgoing import Errand, Outgoing
from bot.domain.people import Account, Client, ClientId, ContactId, Office, Platform
from bot.ports import Ports
from bot.texts import texts_for
from bot.use_cases.certify import inspect, require_one_pdf
from bot.use_cases.draft import Draft, read_draft, write_draft
from bot.use_cases.filing import UPLOADS_FOLDER, StoredFile, file_document, store_file
from bot.use_cases.request import Request, place_request, read_items, write_party
from bot.use_cases.settle import settle
from bot.views.refusals import explain

FILE_LIMIT = 10 * 1_000_000
"""Bytes of one file; Slack's `file_input` takes no larger ones (10 MB)."""


@dataclass(frozen=True, slots=True)
class _Party:
    platform: Platform
    tenant: str
    user: str
    name: str
    contact: str = ""

    @property
    def account(self) -> Account:
        return Account(self.platform, self.tenant, self.user)


@dataclass(frozen=True, slots=True)
class _Facts:
    draft: str
    client: str
    sender: _Party
    signers: tuple[_Party, ...] = ()
    signer: _Party | None = None
    """The only one, in a row that was written before several could sign."""

    @property
    def asked(self) -> tuple[_Party, ...]:
        return self.signers or ((self.signer,) if self.signer else ())


_FACTS = TypeAdapter(_Facts)


async def take_files(ports: Ports, outgoing: Outgoing) -> None:
    """Do the errand. A refusal (a file is gone or too large, the signer left) is told to the sender privately.

    Raises a `PlatformError` or `SealingUnavailable` when it should be tried again.
    """
    facts = _FACTS.validate_python(dict(outgoing.facts))
    try:
        await _take_and_send(ports, outgoing, facts)
    except Refusal as refusal:
        await _tell_sender(ports, outgoing, facts, refusal)


async def _take_and_send(ports: Ports, outgoing: Outgoing, facts: _Facts) -> None:
    draft = read_draft(facts.draft)
    messenger = ports.messengers[outgoing.place.platform]
    if facts.asked:
        directory = ports.directories[outgoing.place.platform]
        for signer in facts.asked:
            if not await directory.takes_part(outgoing.place, signer.account):
                raise NotAParticipant(signer.name)
        async with ports.store.reading() as tx:
            if await tx.envelopes.by_request(outgoing.office, draft.key):
                return  # An earlier try sent it; the files may be gone by now.
    stored: list[StoredFile] = []
    for file in draft.file_refs():
        fetched = await messenger.fetch(file, FILE_LIMIT)
        stored.append(await store_file(ports, fetched.name, fetched.content))
    found = await _find_fields(ports, facts, draft, stored) if facts.asked and draft.way is Way.CERTIFIED else ()
    await settle(lambda: _send(ports, outgoing, facts, stored, found))


async def _find_fields(ports: Ports, facts: _Facts, draft: Draft, stored: list[StoredFile]) -> tuple[Field, ...]:
    """Where the one PDF says that its signers sign. Raises what `inspect` raises."""
    async with ports.store.reading() as tx:
        items = await read_items(tx, ClientId(facts.client), draft)
    contents = [*(item.version.content for item in items), *(file.content for file in stored)]
    require_one_pdf([*(item.version.media_type for item in items), *(file.media_type for file in stored)])
    return (await inspect(ports, contents[0].sha256)).fields


async def _send(
    ports: Ports, outgoing: Outgoing, facts: _Facts, stored: list[StoredFile], found: tuple[Field, ...]
) -> None:
    draft, now = read_draft(facts.draft), ports.clock.now()
    async with ports.store.transaction() as tx:
        client = await tx.people.client(outgoing.office, ClientId(facts.client))
        if client is None:
            raise ConversationNotLinked
        filed = [await file_document(tx, client.id, UPLOADS_FOLDER, file, facts.sender.name, now) for file in stored]
        if not facts.asked:
            return
        request = Request(
            office=await tx.offices.get(outgoing.office),
            client=client,
            draft=replace(draft, place=outgoing.place),
            sender=Party(facts.sender.account, facts.sender.name),
            signers=tuple(Signer(each.account, each.name, ContactId(each.contact)) for each in facts.asked),
        )
        chosen = await read_items(tx, client.id, request.draft)
        await place_request(tx, ports, request, (*chosen, *filed), found)


async def _tell_sender(ports: Ports, outgoing: Outgoing, facts: _Facts, refusal: Refusal) -> None:
    async with ports.store.transaction() as tx:
        office = await tx.offices.get(outgoing.office)
        words = explain(refusal, texts_for(office.locale), outgoing.place.platform).summary
        await tx.outbox.put(tell_trouble(outgoing, facts.sender.account, words), ports.clock.now())


def file_only(office: Office, client: Client, draft: Draft, sender: Party) -> Outgoing:
    """The errand that takes files into a dossier and sends nothing."""
    facts = {"draft": write_draft(draft), "client": client.id, "sender": write_party(sender)}
    return Outgoing(office.id, draft.place.conversation, Errand.TAKE_FILES, facts=facts)


def read_sender(outgoing: Outgoing) -> tuple[ClientId, Account]:
    """The client that an errand to take files is for, and the account of who sent it."""
    facts = _FACTS.validate_python(dict(outgoing.facts))
    return ClientId(facts.client), facts.sender.account


def tell_trouble(about: Outgoing, account: Account, words: str) -> Outgoing:
    """The errand that tells a person privately what did not succeed."""
    to: Mapping[str, object] = {"tenant": account.tenant, "user": account.user, "words": words}
    return Outgoing(about.office, about.place, Errand.TELL_TROUBLE, about.subject, to)
