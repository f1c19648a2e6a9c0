"""Why a delivery is not taken in, as facts; `bot.views.delivery_refusals` puts them into words."""

from dataclasses import dataclass
from enum import StrEnum


class DeliveryTrouble(StrEnum):
    """What is wrong with a delivery, or with the field of it that is named."""

    MISSING = "missing"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_KIND = "unknown-kind"
    TOO_LONG = "too-long"
    WRONG = "wrong"
    """It is no text, or holds characters that nobody sees."""
    NOT_READABLE = "not-readable"
    """What describes the document is no JSON or XML, or not of the kind that is expected."""
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_A_PDF = "not-a-pdf"
    BROKEN_PDF = "broken-pdf"
    """It begins as a PDF and cannot be read: it is cut off, damaged, or locked with a password."""
    KEY_USED = "key-used"
    """The source used the key before, for something else."""
    NOT_AN_INSTANCE = "not-an-instance"
    """What came along is no SBR instance."""
    UNSAFE_XML = "unsafe-xml"
    """XML that declares entities or a document type, or is nested without end."""


class Stray(StrEnum):
    """Why a file in a watched folder is no delivery."""

    LINK = "link"
    """It only points at a file."""
    ALONE = "alone"
    """Nothing says what the PDF is."""
    NO_PDF = "no-pdf"
    """It says what a PDF is that never came."""
    NO_DOCUMENT = "no-document"
    """It is neither a PDF nor what belongs to one."""


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """One thing that is wrong; `limit` in characters for what is too long, in bytes for what is too large."""

    trouble: DeliveryTrouble
    field: str = ""
    limit: int = 0


class DeliveryRefused(Exception):
    """A delivery was not taken in, for one or more reasons; nothing of it was filed."""

    def __init__(self, *faults: DeliveryFault) -> None:
        super().__init__(", ".join(f"{each.trouble} {each.field}".strip() for each in faults))
        self.faults = faults


def refuse(trouble: DeliveryTrouble, field: str = "", limit: int = 0) -> DeliveryRefused:
    """The refusal for one reason."""
    return DeliveryRefused(DeliveryFault(trouble, field, limit))
