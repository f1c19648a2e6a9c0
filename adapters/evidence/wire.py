"""What the application and the evidence process say to each other, as JSON in one exact form."""

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.domain.evidence import EvidenceFact, Receipt

LARGEST = 1_000_000
"""Bytes of a request or an answer; the largest fact has a reason and a place, the largest proof some 300 kB."""

T = TypeVar("T")


class Trouble(StrEnum):
    """What is wrong, with a reason beside it."""

    MALFORMED = "malformed"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not-found"
    NOT_ALLOWED = "not-allowed"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    REFUSED = "refused"
    """The log says something else of this decision, or cannot say it."""
    BROKEN = "broken"
    """A mistake of the evidence process."""
    UNAVAILABLE = "unavailable"
    """Not now; whether something was recorded is not said."""

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status that says the same."""
        return _STATUSES[self]


_STATUSES = {
    Trouble.MALFORMED: HTTPStatus.BAD_REQUEST,
    Trouble.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Trouble.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Trouble.NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Trouble.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    Trouble.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Trouble.REFUSED: HTTPStatus.CONFLICT,
    Trouble.BROKEN: HTTPStatus.INTERNAL_SERVER_ERROR,
    Trouble.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """The one shape of every answer that is none."""

    error: Trouble
    reason: str


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a log was signed with, the newest last."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """Which archive it is, and the host in the names of its logs."""

    name: str
    host: str

    def origin(self, office: str) -> str:
        """The name of an office's log, whether there is one yet or not."""
        return f"{self.host}/evidence/{office}"


class Garbled(Exception):
    """What came is not in the form; the message shows nothing of it."""


class Form(Generic[T]):
    """Writes and reads one kind of fact, exactly: nothing is converted, left out or added."""

    def __init__(self, adapter: TypeAdapter[T]) -> None:
        self._adapter = adapter

    def write(self, value: T) -> bytes:
        """As JSON."""
        return self._adapter.dump_json(value)

    def read(self, written: bytes) -> T:
        """From JSON. Raises `Garbled`."""
        try:
            return self._adapter.validate_json(written, strict=True, extra="forbid")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            place = ".".join(map(str, first["loc"][:2]))
            raise Garbled(f"{place or 'body'}: {first['type']}") from None


FACT = Form(TypeAdapter(EvidenceFact))
RECEIPT = Form(TypeAdapter(Receipt))
COMPLAINT = Form(TypeAdapter(Complaint))
KEYS = Form(TypeAdapter(Keys))
ABOUT = Form(TypeAdapter(About))
