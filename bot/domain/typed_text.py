"""What people type: the lengths that are accepted, and what counts as a visible character."""

import unicodedata

from bot.domain.faults import Fault, Problem

REASON_LENGTH = range(3, 2_001)
"""Visible characters at least, and characters at most, of a reason (product rule 5)."""
PLACE_LENGTH = range(2, 101)
NAME_LENGTH = range(2, 101)
"""Of a name that is typed in place of a signature."""
TEXT_LENGTH = range(1, 201)
"""Of a text that a signer fills in for a field of the document."""
MESSAGE_LENGTH = range(1_001)
"""A message travels along in a dialog that asks a second question, whose context holds 3,000 characters in Slack."""
DOCUMENTS = range(1, 11)
"""How many documents go into one envelope (product, send dialog)."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Hangul fillers and the empty Braille pattern: Unicode calls them letters or symbols, but they show nothing."""


def tidy(text: str) -> str:
    """`text` without blanks around it, and without control characters other than line ends and tabs.

    Nobody sees those, and PostgreSQL takes no NUL.
    """
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) != "Cc").strip()


def count_visible(text: str) -> int:
    """How many characters of `text` show something: letters, digits, punctuation and symbols, combining marks aside."""
    return sum(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK_LETTERS for char in text)


def find_fault(text: str, length: range) -> Fault | None:
    """What is wrong with a text that has fewer visible characters, or more of any kind, than `length`."""
    if length.start and not count_visible(text):
        return Fault(Problem.MISSING)
    if count_visible(text) < length.start:
        return Fault(Problem.TOO_SHORT, length.start)
    if len(text) > length.stop - 1:
        return Fault(Problem.TOO_LONG, length.stop - 1)
    return None
