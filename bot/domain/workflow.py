"""Workflow templates: what to do with a document of some kind that some source package delivers."""

from dataclasses import dataclass

from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.dossier import ItemId
from bot.domain.people import Cadence, OfficeId, Role
from bot.domain.signature import Drawing


@dataclass(frozen=True, slots=True)
class Match:
    """Which deliveries a template is for; an empty set matches any.

    `sources` are names of source packages, `clients` client numbers, where `*` stands for any characters.
    """

    kinds: frozenset[Kind]
    sources: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WorkflowTemplate:
    """What to do with the deliveries it matches; `name` is unique in the office.

    `message` and `title` may hold `{client}`, `{period}`, `{document}`, `{due}` and `{sender}`. The sender is who holds
    `sender` for the client; the addressee is the preferred contact. `days_until_due` are calendar days, None for no due
    date. `cadence` None is the office's own, and without `reminders` nobody is reminded. `drawing` None is what the
    office asks. `standard_items` are documents of the office's own dossier that are sent along. `asks` tells
    whether annual accounts are to be agreed with or to be adopted.
    """

    office: OfficeId
    name: str
    match: Match
    message: str
    title: str
    sender: Role
    way: Way
    days_until_due: int | None
    reminders: bool = True
    cadence: Cadence | None = None
    drawing: Drawing | None = None
    standard_items: tuple[ItemId, ...] = ()
    asks: Asks = Asks.APPROVE
