"""Looks into a PDF before it is sent, so that one that cannot be signed is refused then, not after everybody signed."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import structlog
from pydantic import TypeAdapter, ValidationError

from adapters.pdf.apart import run_apart
from bot.domain.fields import Field

PATIENCE = 60.0
"""Seconds for one file, starting the process included."""
AT_ONCE = 2
"""Processes at the same time: each may take `look.MEMORY`."""

_log = structlog.get_logger(__name__)


class Reason(StrEnum):
    """Why a PDF cannot be signed."""

    ENCRYPTED = "encrypted"
    """It asks for a password, or forbids changes with one."""
    BROKEN = "broken"
    """It is no PDF, or one that cannot be read as it stands."""
    XFA = "xfa"
    """It is a form that is drawn by a program inside it, so that what one sees is not what is in it."""
    TOO_MANY_PAGES = "too-many-pages"
    TOO_HEAVY = "too-heavy"
    """It takes more time or memory than a file may."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The PDF cannot be signed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is known of a PDF that can be signed.

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


_SEEN: TypeAdapter[Inspection | Refused] = TypeAdapter(Inspection | Refused)


class PdfInspector:
    """Looks into one file in a process of its own."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def inspect(self, content: bytes) -> Inspection | Refused:
        """What is known of the PDF, or why it is refused; whatever is in it, this raises nothing but `OSError`."""
        async with self._slots:
            try:
                ran = await run_apart("adapters.pdf.composing.look", content, self._patience)
            except TimeoutError:
                return Refused(Reason.TOO_HEAVY)
        try:
            return _SEEN.validate_json(ran.output)
        except ValidationError:
            # The process was ended from outside, for what it took; it tells of every other reason itself.
            _log.warning("pdf_too_heavy", code=ran.code)
            return Refused(Reason.TOO_HEAVY)
