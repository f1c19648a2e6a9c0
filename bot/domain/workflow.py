"""Workflow templates: what to do with a document of some kind that some source package delivers."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import Final

from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.dossier import ItemId
from bot.domain.people import Cadence, Client, ClientId, OfficeId, Role
from bot.domain.signature import Drawing

PLACEHOLDERS: Final = ("client", "period", "document", "due", "sender")
"""What a text of a template may ask for, in braces."""
_ANYTHING: Final = "\N{PILCROW SIGN}"
"""A source or a part of a client number that no template names."""
_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")


class Strength(StrEnum):
    """How strong a signature is, the weakest first."""

    APPROVAL = "approval"
    CERTIFIED = "certified"
    QUALIFIED = "qualified"
    """By a qualified certificate of the signer's own (eIDAS, article 25(2)), which Paraaf has none of."""


MINIMUM: Final[Mapping[Kind, Strength]] = MappingProxyType(
    {
        # An agreement binds both parties, and is to be shown in court as one sealed file (product, "Paraaf").
        Kind.ENGAGEMENT: Strength.CERTIFIED,
        # An accountant signs it in person, electronically only with a qualified signature (BW 3:15a), for which the
        # NBA names the PKIoverheid professional certificate ("beroepscertificaat"), as SBR Assurance asks.
        Kind.AUDIT_OPINION: Strength.QUALIFIED,
    }
)
"""How strong the signature under a kind must be at least; every other kind may be approved."""
_STRENGTH: Final = {Way.APPROVAL: Strength.APPROVAL, Way.CERTIFIED: Strength.CERTIFIED}


def is_strong_enough(way: Way, kind: Kind) -> bool:
    """Whether documents of this kind may be signed in this way."""
    order = list(Strength)
    return order.index(_STRENGTH[way]) >= order.index(MINIMUM.get(kind, Strength.APPROVAL))


def is_reserved(kind: Kind) -> bool:
    """Whether no way of signing that Paraaf has is strong enough for this kind."""
    return MINIMUM.get(kind) is Strength.QUALIFIED


@dataclass(frozen=True, slots=True)
class Match:
    """Which deliveries a template is for; an empty set matches any.

    `sources` are names of source packages, `clients` client numbers, where `*` stands for any characters, `groups`
    groups of clients; who is in either of these two is meant, but for who is in `except_clients` or `except_groups`.
    Names are compared without case.
    """

    kinds: frozenset[Kind]
    sources: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    except_clients: frozenset[str] = frozenset()
    except_groups: frozenset[str] = frozenset()

    @property
    def names_clients(self) -> bool:
        """Whether it depends on the client."""
        return any((self.clients, self.groups, self.except_clients, self.except_groups))


@dataclass(frozen=True, slots=True)
class WorkflowTemplate:
    """What to do with the deliveries it matches; `name` is unique in the office.

    `message` and `title` may hold `{client}`, `{period}`, `{document}`, `{due}` and `{sender}`. The sender is who holds
    `sender` for the client; the addressee is the preferred contact. `days_until_due` are calendar days, None for no due
    date; `days_until_expiry` are those until the last day on which it can be answered. `cadence` None is the office's
    own, and without `reminders` nobody is reminded. `drawing` None is what the office asks. `standard_items` are
    documents of the office's own dossier that are sent along. `asks` tells whether annual accounts are to be agreed
    with or to be adopted.
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
    days_until_expiry: int | None = None


class Mismatch(StrEnum):
    """Why a template is not for a delivery."""

    KIND = "kind"
    SOURCE = "source"
    CLIENT = "client"
    """Neither the number nor the group of the client is named."""
    EXCEPTED = "excepted"


def find_mismatches(match: Match, kind: Kind, source: str, client: Client | None) -> tuple[Mismatch, ...]:
    """Why a template is not for what `source` delivered; none where it is. Without a client that counts for nothing."""
    return tuple(_find_mismatches(match, kind, source, client))


def _find_mismatches(match: Match, kind: Kind, source: str, client: Client | None) -> Iterator[Mismatch]:
    if match.kinds and kind not in match.kinds:
        yield Mismatch.KIND
    if match.sources and _fold(source) not in map(_fold, match.sources):
        yield Mismatch.SOURCE
    if client is None:
        return
    if (match.clients or match.groups) and not _is_among(client, match.clients, match.groups):
        yield Mismatch.CLIENT
    if _is_among(client, match.except_clients, match.except_groups):
        yield Mismatch.EXCEPTED


def overlap(one: Match, other: Match) -> bool:
    """Whether some delivery would be for both; not all that is written with a `*` inside is seen."""
    kinds = (one.kinds or frozenset(Kind)) & (other.kinds or frozenset(Kind))
    patterns = {*one.clients, *other.clients, _ANYTHING}
    groups = {*one.groups, *other.groups, ""}
    return any(
        not find_mismatches(one, kind, source, client) and not find_mismatches(other, kind, source, client)
        for kind in list(kinds)[:1]
        for source in {*one.sources, *other.sources, _ANYTHING}
        for number, group in product(patterns, groups)
        for client in [Client(ClientId(""), OfficeId(""), number.replace("*", _ANYTHING), "", group)]
    )


def _is_among(client: Client, numbers: Iterable[str], groups: Iterable[str]) -> bool:
    group = _fold(client.group)
    return any(_fits(number, client.number) for number in numbers) or (bool(group) and group in map(_fold, groups))


def _fits(pattern: str, number: str) -> bool:
    """Whether a number is as the pattern says; looks through the number once, however many `*` there are."""
    first, *rest = _fold(pattern).split("*")
    number = _fold(number)
    if not rest:
        return number == first
    if not number.startswith(first):
        return False
    number, last = number[len(first) :], rest.pop()
    for part in rest:
        _, found, number = number.partition(part) if part else ("", "*", number)
        if not found:
            return False
    return number.endswith(last)


def is_same_name(name: str, other: str) -> bool:
    """Whether two names of templates are one."""
    return _fold(name) == _fold(other)


def find_alien_placeholders(text: str) -> tuple[str, ...]:
    """What stands in braces in a text without being one of `PLACEHOLDERS`, and braces that stand alone; each once."""
    aliens = [found[0] for found in _IN_BRACES.finditer(text) if found[1] not in PLACEHOLDERS]
    alone = [char for char in _IN_BRACES.sub("", text) if char in "{}"]
    return tuple(dict.fromkeys((*aliens, *alone)))


def find_placeholders(text: str) -> frozenset[str]:
    """What a text asks for."""
    return frozenset(found[1] for found in _IN_BRACES.finditer(text) if found[1] in PLACEHOLDERS)


def fill_in(text: str, values: Mapping[str, str]) -> str:
    """The text with the value of each placeholder, on one line, in its place.

    Nothing in a value is filled in again, and nothing but `PLACEHOLDERS` at all: the braces are no format string.
    """
    return _IN_BRACES.sub(
        lambda found: " ".join(values[found[1]].split()) if found[1] in PLACEHOLDERS else found[0], text
    )


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
