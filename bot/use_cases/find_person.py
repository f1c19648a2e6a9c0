"""Find who an administrator means: by account, by e-mail address, or by name."""

from dataclasses import dataclass

from bot.domain.people import Account, Client, Contact, OfficeId, Platform
from bot.ports import Transaction

_ALL = 1_000_000


class PersonRefused(Exception):
    """It is not clear who is meant, or there is nobody; the message says what to do."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """A person, with every account that is known to be theirs."""

    name: str
    accounts: tuple[Account, ...]


async def find_person(tx: Transaction, office: OfficeId, wanted: str) -> FoundPerson:
    """The person of this office. Raises `PersonRefused`."""
    known = await _list_contacts(tx, office)
    if account := read_account(wanted):
        names = [contact.name for _, contact, accounts in known if account in accounts]
        return FoundPerson(names[0] if names else wanted, (account,))
    meant = wanted.strip().casefold()
    found = [each for each in known if meant in {each[1].name.casefold(), (each[1].email or "").casefold()}]
    if not found:
        raise PersonRefused(
            f"There is no contact “{wanted}” at this office. Give an account, such as slack:T0123ABCDEF:U0123ABCDEF."
        )
    # One address is one person, at however many clients; of one name there may be two.
    if len({(each[1].email or each[1].id).casefold() for each in found}) > 1:
        listed = ", ".join(f"{client.number} {client.name}: {contact.email or '-'}" for client, contact, _ in found)
        raise PersonRefused(f"There are several contacts “{wanted}” ({listed}). Give an e-mail address or an account.")
    accounts = tuple(dict.fromkeys(account for *_, theirs in found for account in theirs))
    if not accounts:
        raise PersonRefused(f"No account was ever confirmed to be {found[0][1].name}, so nothing is kept under one.")
    return FoundPerson(found[0][1].name, accounts)


def read_account(written: str) -> Account | None:
    """The account that is written as `platform:tenant:user`; None where it is none."""
    platform, _, rest = written.partition(":")
    tenant, _, user = rest.partition(":")
    if platform not in set(Platform) or not tenant or not user:
        return None
    return Account(Platform(platform), tenant, user)


async def _list_contacts(tx: Transaction, office: OfficeId) -> list[tuple[Client, Contact, list[Account]]]:
    known = []
    for client in await tx.people.find_clients(office, "", _ALL):
        confirmed = await tx.people.confirmed_accounts(client.id)
        for contact in await tx.people.contacts(client.id):
            accounts = [account for account, whose in confirmed.items() if whose.id == contact.id]
            known.append((client, contact, accounts))
    return known
