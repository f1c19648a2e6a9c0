"""What somebody with the database, or with the keys as well, can change behind Paraaf's back, and what `check` says."""

# ruff: noqa: S608 - these statements are made of what stands here

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.log import Happening
from storage.evidence.entry import Personal
from tests.adapters.cli.checked_office import OTHER_DRAWING, Checked


@dataclass(frozen=True)
class Forgery:
    """A forgery; `found` is what is told of it, `spot` where the first of that is."""

    name: str
    forge: Callable[[Checked], object]
    spot: str
    found: tuple[str, ...]


def act(name: str, forge: Callable[[Checked], object], spot: str, *found: str) -> Forgery:
    return Forgery(name, forge, spot, found)


def sql(name: str, statement: str, spot: str, *found: str) -> Forgery:
    return act(name, lambda office: office.sql(statement), spot, *found)


def line(name: str, happening: Happening, change: str, spot: str, *found: str) -> Forgery:
    return sql(name, f"UPDATE log SET {change} WHERE happening = '{happening}'", spot, *found)


def fact(name: str, happening: Happening, what: str, value: str | None, spot: str, *found: str) -> Forgery:
    return act(name, lambda office: office.change_fact(happening, what, value), spot, *found)


def receipt(name: str, change: str, spot: str, *found: str) -> Forgery:
    """A forgery of the receipt of the rejection."""
    return sql(name, f"UPDATE evidence_receipts SET {change} WHERE envelope_id = 'rejected'", spot, *found)


APPROVED, REJECTED = Happening.APPROVED, Happening.REJECTED
ZEROS = "0" * 64
REASON = "1 line with another reason or note"
PLACE = "1 line with another place"
ADOPTION = "1 line telling otherwise whether, or when, annual accounts were adopted"
CONSENT = "1 line with other words that were agreed to"
TIME = "1 line with another time"
EVENT = "1 line telling of another event"
WHO = "1 line with another name of who did it"
ACCOUNT = "1 line with another account of who did it"
REQUEST = "1 line moved to another request, or to none"
DOCUMENTS = "with other documents, or other hashes of them"
SIGNATURE = "1 line with another signature, or one that is damaged or gone"
SIGNER = "1 line with another name of who passed the task on"
TAKER = "with another name of whom the task was passed on to"
RECEIPT = "1 line whose receipt is not theirs"
KEPT = "1 line of which the personal values that the evidence keeps were swapped, damaged or taken away"
UNKEYED = "1 line without evidence, though written after lines that have it"
NO_LINE = "1 entry in the evidence that the database has no line of"


ENTRY_3 = '(SELECT "index", entry_hash FROM evidence_receipts WHERE "index" = 3)'


def _take_receipt(office: Checked) -> None:
    office.sql("DELETE FROM evidence_receipts WHERE envelope_id = 'rejected'")


def _delete_line(office: Checked) -> None:
    _take_receipt(office)
    office.sql("DELETE FROM log WHERE envelope_id = 'rejected'")


def _unkey(office: Checked) -> None:
    _take_receipt(office)
    office.sql("UPDATE log SET key = NULL WHERE envelope_id = 'rejected'")


def _owe_again(office: Checked) -> None:
    office.owe_again(REJECTED)
    office.change_fact(REJECTED, "reason", "Klopt")


def _keep_zwolle(office: Checked) -> None:
    office.keep(Happening.APPROVED, office.kept_of(Happening.APPROVED) | {Personal.PLACE: b"Zwolle"})


def _write_zwolle(office: Checked) -> None:
    _keep_zwolle(office)
    office.change_fact(Happening.APPROVED, "place", "Zwolle")


def _swap_kept(office: Checked) -> None:
    office.payload(REJECTED).write_bytes(office.payload(APPROVED).read_bytes())


FORGERIES = (
    fact("the reason", REJECTED, "reason", "Klopt", "entry 4", REASON),
    fact("the reason, taken away", REJECTED, "reason", None, "entry 4", REASON),
    fact("the note", Happening.DELEGATION_ASKED, "note", "Zomaar", "entry 5", REASON),
    fact("the place", APPROVED, "place", "Urecht", "entry 3", PLACE),
    fact("a place where none was", REJECTED, "place", "Utrecht", "entry 4", PLACE),
    fact("the place of the network", APPROVED, "derived_place", "Utrecht", "entry 3", f"{PLACE} of the network"),
    fact("the date of adoption", APPROVED, "adopted_on", "28 mei", "entry 3", ADOPTION),
    fact("what was asked", APPROVED, "asks", "adopt", "entry 3", ADOPTION),
    fact("the consent", APPROVED, "consent", "2/nl", "entry 3", CONSENT),
    line("the time", APPROVED, "at = replace(at, ':30:00.000000', ':30:00.000001')", "entry 3", TIME),
    line("the event", REJECTED, "happening = 'approved'", "entry 4", EVENT),
    line("an event of no request", Happening.WITHDRAWN, "happening = 'linked'", "entry 7", EVENT),
    line("the name", APPROVED, "by_name = 'Karin'", "entry 3", WHO),
    line("a known account", REJECTED, "by_user_id = 'U0STAFF', by_tenant = 'T0OFFICE'", "entry 4", ACCOUNT),
    line("an unknown account", REJECTED, "by_user_id = 'U0NOBODY'", "entry 4", ACCOUNT),
    line("the request", REJECTED, "envelope_id = 'approved'", "entry 4", REQUEST),
    line("the request, taken away", REJECTED, "envelope_id = NULL", "entry 4", REQUEST),
    sql(
        "the hash of a document", f"UPDATE envelope_documents SET sha256 = '{ZEROS}'", "entry 0", f"8 lines {DOCUMENTS}"
    ),
    sql("another document", "UPDATE envelope_documents SET item_id = 'another'", "entry 0", f"8 lines {DOCUMENTS}"),
    fact("the hash on a line", APPROVED, "documents", ZEROS, "entry 3", f"1 line {DOCUMENTS}"),
    fact("the hash of what was viewed", Happening.VIEWED, "sha256", ZEROS, "entry 1", f"1 line {DOCUMENTS}"),
    fact("from whom, on a line", Happening.DELEGATION_REFUSED, "from", "Mila", "entry 6", SIGNER),
    fact("to whom, on a line", Happening.DELEGATION_REFUSED, "to", "Sanne", "entry 6", f"1 line {TAKER}"),
    sql("to whom", "UPDATE delegations SET taker_name = 'Sanne'", "entry 5", f"2 lines {TAKER}"),
    act("the drawing, with the key", lambda office: office.sign(OTHER_DRAWING), "entry 3", SIGNATURE),
    sql("the drawing, without", "UPDATE signatures SET sealed = zeroblob(200)", "entry 3", SIGNATURE),
    sql("the drawing, taken away", "DELETE FROM signatures", "entry 3", SIGNATURE),
    sql("the drawing, as if erased", "DELETE FROM personal_keys", "entry 3", SIGNATURE),
    fact("that it was signed", APPROVED, "signature", None, "entry 3", SIGNATURE),
    receipt("the index on a receipt", '"index" = 2', "entry 2", RECEIPT),
    receipt("an index past the end", '"index" = 8', "entry 8", RECEIPT),
    receipt("an index below the start", '"index" = -4', "entry -4", RECEIPT),
    receipt("the hash on a receipt", f"entry_hash = '{ZEROS}'", "entry 4", RECEIPT),
    receipt("the receipt of another line", f'("index", entry_hash) = {ENTRY_3}', "entry 3", RECEIPT),
    receipt("the log on a receipt", "origin = 'lost.example/evidence/office-1'", "entry 4", RECEIPT),
    receipt("the office on a receipt", "origin = replace(origin, 'office-1', 'office-2')", "entry 4", RECEIPT),
    act("the receipt, taken away", _take_receipt, "request rejected)", "1 line whose receipt was taken away"),
    act("a line, as if still owed", _owe_again, "entry 4", REASON, "1 line to be recorded still; see paraaf doctor."),
    act("a line, deleted", _delete_line, "entry 4", NO_LINE),
    act("a line, as if older", _unkey, "request rejected)", UNKEYED, NO_LINE),
    act("the place, everywhere", _write_zwolle, "entry 3", PLACE, KEPT),
    act("a value that is kept", _keep_zwolle, "entry 3", KEPT),
    act("a value that is kept, left out", lambda office: office.keep(REJECTED, {}), "entry 4", KEPT),
    act("what is kept, for that of another line", _swap_kept, "entry 4", KEPT),
    act("what is kept, damaged", lambda office: office.payload(APPROVED).write_bytes(b"damaged"), "entry 3", KEPT),
    act("what is kept, as if erased", lambda office: office.payload(REJECTED).unlink(), "entry 4", KEPT),
)
