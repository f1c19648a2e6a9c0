"""What the doctor tells."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"
    """Works, but worth knowing."""
    BROKEN = "broken"
    """Something that is needed does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one subject, and what to do when it is not well."""

    verdict: Verdict
    subject: str
    words: str


OK, NOTE, BROKEN = Verdict.OK, Verdict.NOTE, Verdict.BROKEN
