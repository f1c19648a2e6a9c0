"""A log as CSV for spreadsheets: UTF-8 with a byte order mark and semicolons, as Excel in Dutch opens it.

Quoted as RFC 4180 says, every cell, so that no separator inside a cell begins a new one whatever it is opened with.
"""

import csv
from collections.abc import Iterable
from io import StringIO

from bot.texts import Texts
from bot.views.log_words import Entry, say_evidence, say_state

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula in one spreadsheet or another (OWASP, CSV Injection), full-width forms included."""

EVIDENCE = ("evidence_origin", "evidence_index", "evidence_hash")
"""The columns of an entry, called the same in every language: they are what programs look a proof up by."""


def write_heading(texts: Texts) -> bytes:
    """The byte order mark and the names of the columns."""
    return b"\xef\xbb\xbf" + _write(
        [
            [
                texts.say("Time (Europe/Amsterdam)"),
                texts.say("Time (UTC)"),
                texts.say("Who"),
                texts.say("What"),
                texts.say("Documents"),
                "SHA-256",
                texts.say("Particulars"),
                texts.say("Reason"),
                texts.say("Place (given)"),
                texts.say("Place (derived)"),
                texts.say("Status now"),
                texts.say("Request"),
                *EVIDENCE,
                texts.say("Date of adoption"),
            ]
        ]
    )


def write_entries(entries: Iterable[Entry], texts: Texts) -> bytes:
    """A row for each line."""
    return _write(_list_cells(entry, texts) for entry in entries)


def guard(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _list_cells(entry: Entry, texts: Texts) -> list[str]:
    return [
        f"{entry.here:%Y-%m-%d %H:%M:%S}",
        f"{entry.utc:%Y-%m-%d %H:%M:%S}",
        entry.who,
        entry.what,
        "\n".join(document.name for document in entry.documents),
        "\n".join(document.sha256 for document in entry.documents),
        "\n".join(entry.notes),
        entry.quote,
        entry.place,
        entry.derived_place,
        say_state(entry, texts),
        entry.request,
        *_list_evidence(entry, texts),
        entry.adopted_on,
    ]


def _list_evidence(entry: Entry, texts: Texts) -> list[str]:
    if receipt := entry.receipt:
        return [receipt.origin, str(receipt.index), receipt.entry_hash]
    return ["", say_evidence(entry, texts), ""]


def _write(rows: Iterable[list[str]]) -> bytes:
    written = StringIO()
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([guard(cell) for cell in row] for row in rows)
    return written.getvalue().encode()
