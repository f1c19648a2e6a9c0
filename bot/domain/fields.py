"""Where on the pages of a document each signer signs."""

from dataclasses import dataclass
from enum import StrEnum


class FieldKind(StrEnum):
    """What comes into a field."""

    SIGNATURE = "signature"
    NAME = "name"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """A field for one signer.

    `signer` counts the signers in their order, `page` the pages, both from 0. `box` is left, bottom, width and height
    in points (1/72 inch), from the lower left corner of the page's crop box as it is before any rotation. `label` says
    what a text is to tell, such as "Functie".
    """

    kind: FieldKind
    signer: int
    page: int
    box: tuple[float, float, float, float]
    label: str = ""


@dataclass(frozen=True, slots=True)
class FieldTemplate:
    """Where the signers of one kind of document sign, as staff placed it before; `kind` is the office's word for it."""

    kind: str
    fields: tuple[Field, ...]

    def fits(self, pages: int, signers: int) -> bool:
        """Whether a document of so many pages with so many signers has room for all of it."""
        return all(each.page < pages and each.signer < signers for each in self.fields)
