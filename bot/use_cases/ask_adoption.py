"""Whether a sender has to say what is asked about annual accounts: to agree with the draft, or to adopt them."""

from collections.abc import Mapping

from bot.conversation import Actor, Value
from bot.domain.accounts import Asks, looks_like_accounts
from bot.domain.people import ClientId
from bot.ports import Ports
from bot.use_cases.access import read_office
from bot.use_cases.draft import Draft, read_text
from bot.views.adoption import ASKS


async def is_about_accounts(ports: Ports, actor: Actor, draft: Draft) -> bool:
    """Whether a document of the draft is called annual accounts, or the request that it corrects asked to adopt."""
    if draft.asks is Asks.ADOPT or any(map(looks_like_accounts, draft.file_names)):
        return True
    if not draft.items:
        return False
    office = await read_office(ports, actor)
    async with ports.store.reading() as tx:
        client = await tx.people.client(office.id, ClientId(draft.client))
        items = await tx.dossiers.items(client.id, draft.items) if client else ()
    return any(looks_like_accounts(item.name) for item in items)


def read_asks(values: Mapping[str, Value]) -> Asks:
    """The choice; to approve where a client sends none, or one that there is not."""
    return Asks.ADOPT if read_text(values, ASKS) == Asks.ADOPT else Asks.APPROVE
