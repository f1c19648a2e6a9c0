"""Files that staff send to Paraaf in their own chat with it: filed in a dossier, to be sent from there."""

from dataclasses import replace

from bot.conversation import Actor, Answer, Open, Submission, Tell
from bot.domain.envelope import Party
from bot.domain.errors import NobodyToSign, NoClients
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.people import ClientId
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import read_office, require_staff
from bot.use_cases.draft import Draft, read_draft, read_text, write_draft
from bot.use_cases.take_files import file_only
from bot.views import forms
from bot.views.help import show_words
from bot.views.options import offer_client
from cards.limits import OPTIONS_IN_MENU


async def ask_dossier(ports: Ports, actor: Actor, draft: Draft, texts: Texts) -> Answer:
    """Ask whose dossier the files belong in. Raises `NotStaff`, `NoClients`, and `NobodyToSign` when there are none."""
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    if not draft.files:
        raise NobodyToSign
    async with ports.store.reading() as tx:
        number = await tx.people.count_clients(office.id)
        clients = await tx.people.find_clients(office.id, "", OPTIONS_IN_MENU) if number <= OPTIONS_IN_MENU else None
    if not number:
        raise NoClients
    options = None if clients is None else [offer_client(client) for client in clients]
    return Open(forms.bring_form(options, draft.file_names, write_draft(draft), texts))


async def bring_files(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Have the files taken and filed. Raises `NotStaff`, and `InvalidInput` for a client that is not this office's."""
    actor, draft = submission.actor, read_draft(submission.context)
    office = await read_office(ports, actor)
    await require_staff(ports, office, actor)
    chosen = ClientId(read_text(submission.values, forms.CLIENT))
    draft = replace(draft, place=replace(draft.place, tenant=actor.office_tenant))
    async with ports.store.transaction() as tx:
        client = await tx.people.client(office.id, chosen) if chosen else None
        if client is None:
            raise InvalidInput({forms.CLIENT: Fault(Problem.UNKNOWN if chosen else Problem.MISSING)})
        errand = file_only(office, client, draft, Party(actor.account, actor.name))
        await tx.outbox.put(errand, ports.clock.now())
    words = texts.say(
        "The files are being filed in the dossier of {client}. Choose them in the conversation with the client.",
        client=f"{client.number} · {client.name}",
    )
    return Tell(show_words(words))
