"""What the log records: canonical JSON, so that one set of facts has exactly one form of bytes.

Canonical as in RFC 8785: keys sorted, no spaces, nothing escaped that need not be; there are no floats, and all text is
in Unicode normal form C. An entry in any other form is refused, not repaired.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias, assert_never

from storage.evidence.errors import Malformed
from storage.evidence.note import VerifierKey, decode_base64, encode_base64, parse_key
from storage.evidence.tiles import MAX_ENTRY

VERSION = 1
MAX_ID = 200
"""Characters of an id."""

_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Event(StrEnum):
    """What happened."""

    SENT = "sent"
    VIEWED = "viewed"
    PAGES_OPENED = "pages-opened"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    SEALED = "sealed"
    DELEGATION_ASKED = "delegation-asked"
    DELEGATED = "delegated"
    DELEGATION_REFUSED = "delegation-refused"
    DELEGATION_TAKEN_BACK = "delegation-taken-back"
    UNDELIVERABLE = "undeliverable"
    DELIVERY_RETRIED = "delivery-retried"
    DELIVERY_DROPPED = "delivery-dropped"


class Personal(StrEnum):
    """What is personal, and therefore stands in an entry as a commitment only."""

    WHO = "who"
    ACCOUNT = "account"
    REASON = "reason"
    PLACE = "place"
    NETWORK = "network"
    SIGNATURE = "signature"
    SIGNER = "signer"
    TAKER = "taker"


@dataclass(frozen=True, slots=True)
class Document:
    """A document in a client's dossier: its SHA-256 in hexadecimal before the event and, where it changed, after."""

    dossier: str
    item: str
    before: str
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an envelope. `decision` is the id of this decision or event, one of its own for each.

    `at` has a time zone; it is kept in UTC, to the microsecond. `commitments` are SHA-256 HMACs in hexadecimal, see
    `storage.evidence.commitments`.
    """

    office: str
    envelope: str
    event: Event
    decision: str
    at: datetime
    documents: tuple[Document, ...] = ()
    consent: str | None = None
    commitments: Mapping[Personal, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The log is signed by another key from here on; `signature` is the old key's on `words`."""

    office: str
    old: VerifierKey
    new: VerifierKey
    at: datetime
    signature: bytes = b""

    @property
    def words(self) -> str:
        """What the old key signs."""
        return f"paraaf.evidence/key-change/v1\n{self.office}\n{self.old}\n{self.new}\n{_write_time(self.at)}\n"

    @property
    def decision(self) -> str:
        """Under what it is found: a key is changed to once."""
        return f"key {self.new}"


AnyEntry: TypeAlias = Entry | KeyChange


def encode_entry(entry: AnyEntry) -> bytes:
    """The one form of an entry. Raises `Malformed` where an id, a hash, the time or the length is not possible."""
    match entry:
        case Entry():
            written = _write_entry(entry)
        case KeyChange():
            written = _write_key_change(entry)
        case _:
            assert_never(entry)
    try:
        encoded = json.dumps(written, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise Malformed("bad-text") from None
    if len(encoded) > MAX_ENTRY:
        raise Malformed("too-long")
    return encoded


def parse_entry(encoded: bytes) -> AnyEntry:
    """The entry that `encode_entry` gives exactly these bytes for. Raises `Malformed` where there is none."""
    try:
        read = json.loads(encoded)
    except (ValueError, RecursionError):
        raise Malformed("not-json") from None
    try:
        entry = _read_key_change(read) if read["event"] == "key-changed" else _read_entry(read)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Malformed("bad-entry") from None
    # Whatever else there is - another key, another order, a space, a float, an escape - does not come out again.
    if encode_entry(entry) != encoded:
        raise Malformed("not-canonical")
    return entry


def _write_entry(entry: Entry) -> dict[str, object]:
    return {
        "at": _write_time(entry.at),
        "commitments": {str(what): _check_sha256(each) for what, each in entry.commitments.items()},
        "decision": _check_id(entry.decision),
        "documents": [_write_document(each) for each in entry.documents],
        "envelope": _check_id(entry.envelope),
        "event": str(entry.event),
        "office": _check_id(entry.office),
        "v": VERSION,
        **({} if entry.consent is None else {"consent": _check_id(entry.consent)}),
    }


def _write_document(document: Document) -> dict[str, str]:
    return {
        "before": _check_sha256(document.before),
        "dossier": _check_id(document.dossier),
        "item": _check_id(document.item),
        **({} if document.after is None else {"after": _check_sha256(document.after)}),
    }


def _write_key_change(change: KeyChange) -> dict[str, object]:
    return {
        "at": _write_time(change.at),
        "event": "key-changed",
        "new": str(change.new),
        "office": _check_id(change.office),
        "old": str(change.old),
        "signature": encode_base64(change.signature),
        "v": VERSION,
    }


def _read_entry(read: dict[str, object]) -> Entry:
    documents, commitments = read["documents"], read["commitments"]
    if not isinstance(documents, list) or not isinstance(commitments, dict):
        raise Malformed("bad-entry")
    return Entry(
        office=_take_text(read, "office"),
        envelope=_take_text(read, "envelope"),
        event=Event(_take_text(read, "event")),
        decision=_take_text(read, "decision"),
        at=_read_time(_take_text(read, "at")),
        documents=tuple(map(_read_document, documents)),
        consent=_take_text(read, "consent") if "consent" in read else None,
        commitments={Personal(what): _take_text(commitments, what) for what in commitments},
    )


def _read_document(read: dict[str, object]) -> Document:
    after = _take_text(read, "after") if "after" in read else None
    return Document(_take_text(read, "dossier"), _take_text(read, "item"), _take_text(read, "before"), after)


def _read_key_change(read: dict[str, object]) -> KeyChange:
    return KeyChange(
        office=_take_text(read, "office"),
        old=parse_key(_take_text(read, "old")),
        new=parse_key(_take_text(read, "new")),
        at=_read_time(_take_text(read, "at")),
        signature=decode_base64(_take_text(read, "signature")),
    )


def _take_text(read: dict[str, object], name: str) -> str:
    taken = read[name]
    if not isinstance(taken, str):
        raise Malformed("bad-entry")
    return taken


def _check_id(written: str) -> str:
    if not 0 < len(written) <= MAX_ID or not written.isprintable() or not unicodedata.is_normalized("NFC", written):
        raise Malformed("bad-id")
    return written


def _check_sha256(written: str) -> str:
    if not _SHA256.fullmatch(written):
        raise Malformed("bad-hash")
    return written


def _write_time(at: datetime) -> str:
    if at.tzinfo is None:
        raise Malformed("bad-time")
    return at.astimezone(UTC).strftime(_TIME)


def _read_time(written: str) -> datetime:
    # Takes other forms too, which do not come out again; it is ten times as quick as strptime.
    return datetime.fromisoformat(written).replace(tzinfo=UTC)
