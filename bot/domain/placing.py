"""Fields that staff place on a document by hand, their templates, and the personal link to the page for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from bot.domain.dossier import ItemId
from bot.domain.envelope import Party
from bot.domain.errors import Refusal
from bot.domain.fields import Field
from bot.domain.people import ClientId, OfficeId

PLACING_TIME = timedelta(hours=8)
"""How long a link to the page works: a working day, as one to the signing page."""
MOST_SIGNERS = 20
"""As many as one envelope can have."""
MOST_FIELDS = 200
"""On one document."""
SMALLEST, SLACK = 8.0, 0.5
"""Points: of either side of a field, and how far one may stick out because somebody rounded."""
LABEL_LENGTH, TEMPLATE_LENGTH = 80, 60
"""Characters of a field's label, and of the name of a template."""
MOST_TEMPLATES = 100
"""Of one office, so that a list of them can be looked through."""


@dataclass(frozen=True, slots=True)
class PageShape:
    """A page: `width` and `height` of its crop box in points before it is turned `rotation` degrees clockwise."""

    width: float
    height: float
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The pages of a PDF in their order, and the fields that its maker put there: these stay where they are."""

    pages: tuple[PageShape, ...]
    found: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """The fields on one version of a dossier item. `revision` counts from 1 how often they were saved."""

    office: OfficeId
    item: ItemId
    version: int
    revision: int
    fields: tuple[Field, ...]
    by: Party
    at: datetime


@dataclass(frozen=True, slots=True)
class FieldTemplate:
    """Fields for documents of one kind, by the `name` that the office calls it, from a document of so many `pages`."""

    office: OfficeId
    name: str
    pages: int
    fields: tuple[Field, ...]
    by: Party
    at: datetime

    def fit(self, layout: Layout) -> tuple[Field, ...]:
        """The fields as they fit on a document: what was on the last page is on its last page, the rest where it was.

        A field whose page is not there is left out; one that would stick out is moved inside, and made smaller if it
        must be.
        """
        last = len(layout.pages) - 1
        moved = (replace(each, page=last) if each.page == self.pages - 1 else each for each in self.fields)
        return tuple(_push_inside(each, layout.pages[each.page]) for each in moved if each.page <= last)


@dataclass(frozen=True, slots=True)
class PlacingLink:
    """A link to the page where `placer` places fields on one version of a document, until `expires_at`.

    `secret_hash` is the SHA-256 of the secret in the address, in hex, `sha256` that of the document. `signers` are the
    names of those who are going to sign, in their order, empty where that was not known. Using it does not use it up.
    """

    secret_hash: str
    office: OfficeId
    client: ClientId
    item: ItemId
    version: int
    sha256: str
    placer: Party
    expires_at: datetime
    signers: tuple[str, ...] = field(default=())


class Misplaced(StrEnum):
    """What is wrong with fields."""

    TOO_MANY = "too many"
    NO_SUCH_SIGNER = "no such signer"
    NO_SUCH_PAGE = "no such page"
    OUTSIDE = "outside"
    TOO_SMALL = "too small"
    LABEL_TOO_LONG = "label too long"


@dataclass(eq=False)
class FieldsRefused(Refusal):
    """The fields are not kept, for `why`; nothing was changed."""

    why: Misplaced


@dataclass(eq=False)
class NothingToPlaceOn(Refusal):
    """The document `name` is no PDF whose pages can be read: locked, damaged, or something else."""

    name: str


@dataclass(eq=False)
class TooManyTemplates(Refusal):
    """The office has `MOST_TEMPLATES` already."""


def require_placed_well(fields: Sequence[Field], pages: Sequence[PageShape], signers: int) -> None:
    """Raise `FieldsRefused` unless every field is on a page, wholly, and for one of so many signers."""
    if len(fields) > MOST_FIELDS:
        raise FieldsRefused(Misplaced.TOO_MANY)
    for each in fields:
        if not 0 <= each.signer < signers:
            raise FieldsRefused(Misplaced.NO_SUCH_SIGNER)
        if not 0 <= each.page < len(pages):
            raise FieldsRefused(Misplaced.NO_SUCH_PAGE)
        if len(each.label) > LABEL_LENGTH:
            raise FieldsRefused(Misplaced.LABEL_TOO_LONG)
        _require_inside(each.box, pages[each.page])


def _require_inside(box: tuple[float, float, float, float], page: PageShape) -> None:
    left, bottom, width, height = box
    if not all(map(isfinite, box)) or min(width, height) < SMALLEST:
        raise FieldsRefused(Misplaced.TOO_SMALL)
    is_inside = left + width <= page.width + SLACK and bottom + height <= page.height + SLACK
    if min(left, bottom) < -SLACK or not is_inside:
        raise FieldsRefused(Misplaced.OUTSIDE)


def _push_inside(placed: Field, page: PageShape) -> Field:
    left, bottom, width, height = placed.box
    width, height = min(width, page.width), min(height, page.height)
    box = (min(left, page.width - width), min(bottom, page.height - height), width, height)
    return replace(placed, box=box)
