"""How accounts, parties and places lie in columns."""

from typing import Any

from sqlalchemy import Row

from bot.domain.envelope import Party
from bot.domain.people import Account, Platform
from bot.domain.places import Place

Columns = dict[str, Any]


def write_account(account: Account, prefix: str = "") -> Columns:
    """The columns of an account."""
    return {prefix + "platform": account.platform, prefix + "tenant": account.tenant, prefix + "user_id": account.user}


def read_account(row: Row[Any], prefix: str = "") -> Account:
    """The account in the columns that begin with `prefix`."""
    platform = Platform(getattr(row, prefix + "platform"))
    return Account(platform, getattr(row, prefix + "tenant"), getattr(row, prefix + "user_id"))


def write_party(party: Party, prefix: str) -> Columns:
    """The columns of an account with the name it had."""
    return {**write_account(party.account, prefix), prefix + "name": party.name}


def read_party(row: Row[Any], prefix: str) -> Party:
    """The party in the columns that begin with `prefix`."""
    return Party(read_account(row, prefix), getattr(row, prefix + "name"))


def write_place(place: Place, prefix: str = "") -> Columns:
    """The columns of a place."""
    return {
        prefix + "platform": place.platform,
        prefix + "tenant": place.tenant,
        prefix + "channel": place.channel,
        prefix + "thread": place.thread,
    }


def read_place(row: Row[Any], prefix: str = "") -> Place:
    """The place in the columns that begin with `prefix`."""
    platform = Platform(getattr(row, prefix + "platform"))
    return Place(
        platform, getattr(row, prefix + "tenant"), getattr(row, prefix + "channel"), getattr(row, prefix + "thread")
    )
