"""Who an account is at the client, which staff say once, before the first request to it (ADR 6)."""

from collections.abc import Sequence

from bot.conversation import Submission
from bot.domain.envelope import Party
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.log import Happening, LogLine
from bot.domain.people import Account, Client, Contact, ContactId, Person
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.compose import recognise
from bot.use_cases.draft import read_text
from bot.use_cases.ids import new_id
from bot.views import forms
from cards.model import Form


def ask_who(signer: Person, client: Client, contacts: Sequence[Contact], context: str, texts: Texts) -> Form:
    """The question, with the contact preselected whose e-mail address the platform confirms."""
    match = recognise([signer], contacts, {}).get(signer.account)
    return forms.confirm_signer_form(signer, client, contacts, match, context, texts)


def choose_contact(
    submission: Submission, signer: Person, client: Client, contacts: Sequence[Contact], field: str = forms.CONTACT
) -> Contact:
    """The contact that was chosen in `field`, or a new one that is kept nowhere yet. Raises `InvalidInput`."""
    chosen = read_text(submission.values, field)
    if chosen == forms.NEW_CONTACT:
        return Contact(ContactId(new_id()), client.id, signer.name, signer.email)
    contact = next((each for each in contacts if each.id == chosen), None)
    if contact is None:
        raise InvalidInput({field: Fault(Problem.UNKNOWN if chosen else Problem.MISSING)})
    return contact


async def settle_contact(
    tx: Transaction, ports: Ports, client: Client, account: Account, contact: Contact, by: Party
) -> ContactId:
    """Who the account is: as a colleague may have said meanwhile, else this contact, which is recorded."""
    if known := await tx.people.contact_of(client.id, account):
        return known.id
    if contact.id not in {each.id for each in await tx.people.contacts(client.id)}:
        await tx.people.save_contact(contact)
    now = ports.clock.now()
    await tx.people.confirm(account, contact.id, by.account, now)
    facts = {"contact": contact.name, "account": account.user}
    await tx.log.add([LogLine(client.office, Happening.CONTACT_CONFIRMED, by, now, client.id, facts=facts)])
    return contact.id
