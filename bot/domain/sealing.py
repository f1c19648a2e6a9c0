"""What it takes to seal a PDF: what is known of it before it is sent, and what is put on it after everybody signed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.certified import SealLevel
from bot.domain.dossier import Content
from bot.domain.fields import Field
from bot.domain.signature import Signature


class Obstacle(StrEnum):
    """Why a PDF cannot be sealed."""

    ENCRYPTED = "encrypted"
    """It asks for a password, or forbids changes with one."""
    BROKEN = "broken"
    """It is no PDF, or one that cannot be read as it stands."""
    XFA = "xfa"
    """It is a form that is drawn by a program inside it, so that what one sees is not what is in it."""
    ACTIVE = "active"
    """Something in it runs, plays, starts a program or changes what one sees: a script, a film, a form that is sent."""
    TOO_MANY_PAGES = "too-many-pages"
    TOO_HEAVY = "too-heavy"
    """It takes more time or memory than a file may."""


@dataclass(eq=False)
class CannotBeSealed(Exception):
    """The PDF cannot be sealed, and trying again will not help."""

    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a PDF that can be sealed.

    `pages` are the visible width and height of each, in points, as they lie when read. One `is_signed` already is not
    touched but wrapped. `is_pdfa` says that it claims the conformance which a mark breaks. `fields` are where it says
    that its signers sign: its own empty signature fields, and anchors in its text; a box lies within its page.
    """

    pages: tuple[tuple[float, float], ...]
    is_signed: bool
    is_pdfa: bool
    fields: tuple[Field, ...]

    @property
    def signers(self) -> int:
        """How many signers its fields are for; 0 where it names none."""
        return max((field.signer + 1 for field in self.fields), default=0)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one signer leaves; `signer` counts from 0, as in `bot.domain.fields`.

    `day` is the text that is to stand there. `texts` are for the signer's text fields, in the order of the fields.
    Without `signature`, where none was asked, name and day stand in its place.
    """

    signer: int
    name: str
    day: str
    texts: tuple[str, ...] = ()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class SealOrder:
    """A PDF to be made and sealed: the document with hash `original`, what signers left on it, and pages at its end.

    Whoever has no field for a signature signs on a page of its own below `title`. `certificate` is what stands on the
    last pages, as `dataclasses.asdict` of a `bot.views.certificate.Certificate`; it names `level`, which is wanted. The
    seal itself says which pages these are, in the words of `extent` with `%(first)s` and `%(last)s` in it: a page that
    only looks like a certificate may stand before them. A document that is signed already becomes an attachment called
    `name` of a PDF with nothing but those pages.
    """

    original: str
    name: str
    marks: tuple[Mark, ...]
    fields: tuple[Field, ...]
    title: str
    certificate: Mapping[str, Any]
    extent: str
    level: SealLevel


@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A sealed PDF that is kept, and the level that was reached; `shortfall` says why it is none of those above."""

    content: Content
    pages: int
    level: SealLevel
    shortfall: str = ""
