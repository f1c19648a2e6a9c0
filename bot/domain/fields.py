"""Where on the pages of a document each signer signs."""

from collections.abc import Iterable
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


def find_texts(fields: Iterable[Field], signer: int) -> tuple[str, ...]:
    """The labels of the texts that are asked of signer `signer`, from 0, in the order of the fields."""
    return tuple(field.label for field in fields if field.kind is FieldKind.TEXT and field.signer == signer)


def count_signers(fields: Iterable[Field]) -> int:
    """How many signers the fields are for, counting up to the last one who has any."""
    return max((each.signer + 1 for each in fields), default=0)
