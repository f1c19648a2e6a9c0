"""What somebody who has the database, or the keys as well, can change behind Paraaf's back; and what `check` says of it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.log import Happening
from storage.evidence.entry import Personal
from tests.adapters.cli.checked_office import OTHER_DRAWING, Checked


@dataclass(frozen=True)
class Forgery:
    """A forgery; `found` is what is told of it, `spot` where the first of that is."""

    name: str
    forge: Callable[[Checked], None]
    spot: str
    found: tuple[str, ...]


def sql(name: str, statement: str, spot: str, *found: str) -> Forgery:
    """A forgery by one statement."""
    return Forgery(name, lambda office: office.sql(statement), spot, found)


def facts(name: str, happening: Happening, changed: dict[str, str | None], spot: str, *found: str) -> Forgery:
    """A forgery of the particulars of a line."""
    return Forgery(name, lambda office: office.change_facts(happening, **changed), spot, found)


def act(name: str, forge: Callable[[Checked], None], spot: str, *found: str) -> Forgery:
    """A forgery that takes more than that."""
    return Forgery(name, forge, spot, found)


ZEROS = "0" * 64
REASON = "1 line with another reason or note"
PLACE = "1 line with another place"
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
NO_LINE = "1 entry in the evidence that the database has no line of"


def _delete_line(office: Checked) -> None:
    office.sql("DELETE FROM evidence_receipts WHERE envelope_id = 'rejected'")
    office.sql("DELETE FROM log WHERE envelope_id = 'rejected'")


def _unkey(office: Checked) -> None:
    office.sql("DELETE FROM evidence_receipts WHERE envelope_id = 'rejected'")
    office.sql("UPDATE log SET key = NULL WHERE envelope_id = 'rejected'")


def _owe_again(office: Checked) -> None:
    office.sql(
        "INSERT INTO evidence_owed (key, office_id, due_at, attempts) "
        "SELECT key, office_id, '2999-01-01 00:00:00.000000', 0 FROM log WHERE happening = 'rejected'"
    )
    office.sql("DELETE FROM evidence_receipts WHERE envelope_id = 'rejected'")
    office.change_facts(Happening.REJECTED, reason="Klopt")


def _change_everywhere(office: Checked) -> None:
    office.change_facts(Happening.APPROVED, place="Zwolle")
    kept = office.kept_of(Happening.APPROVED) | {Personal.PLACE: b"Zwolle"}
    office.keep(Happening.APPROVED, kept)


FORGERIES = (
    facts("the reason", Happening.REJECTED, {"reason": "Klopt"}, "entry 4", REASON),
    facts("the reason, taken away", Happening.REJECTED, {"reason": None}, "entry 4", REASON),
    facts("the note", Happening.DELEGATION_ASKED, {"note": "Andere reden"}, "entry 5", REASON),
    facts("the place", Happening.APPROVED, {"place": "Urecht"}, "entry 3", PLACE),
    facts("a place where none was", Happening.REJECTED, {"place": "Utrecht"}, "entry 4", PLACE),
    facts(
        "the network's place", Happening.APPROVED, {"derived_place": "Utrecht"}, "entry 3", f"{PLACE} of the network"
    ),
    facts(
        "the consent", Happening.APPROVED, {"consent": "2/nl"}, "entry 3", "1 line with other words that were agreed to"
    ),
    sql(
        "the time",
        "UPDATE log SET at = replace(at, ':30:00.000000', ':30:00.000001') WHERE happening = 'approved'",
        "entry 3",
        TIME,
    ),
    sql("the event", "UPDATE log SET happening = 'approved' WHERE happening = 'rejected'", "entry 4", EVENT),
    sql(
        "an event of no request", "UPDATE log SET happening = 'linked' WHERE happening = 'withdrawn'", "entry 7", EVENT
    ),
    sql("the name", "UPDATE log SET by_name = 'Karin' WHERE happening = 'approved'", "entry 3", WHO),
    sql(
        "a known account",
        "UPDATE log SET by_user_id = 'U0STAFF', by_tenant = 'T0OFFICE' WHERE happening = 'rejected'",
        "entry 4",
        ACCOUNT,
    ),
    sql(
        "an unknown account", "UPDATE log SET by_user_id = 'U0NOBODY' WHERE happening = 'rejected'", "entry 4", ACCOUNT
    ),
    sql("the request", "UPDATE log SET envelope_id = 'approved' WHERE happening = 'rejected'", "entry 4", REQUEST),
    sql(
        "the request, taken away", "UPDATE log SET envelope_id = NULL WHERE happening = 'rejected'", "entry 4", REQUEST
    ),
    sql(
        "a document's hash",
        f"UPDATE envelope_documents SET sha256 = '{ZEROS}' WHERE envelope_id = 'approved'",
        "entry 0",
        f"4 lines {DOCUMENTS}",
    ),
    sql(
        "a document taken away",
        "DELETE FROM envelope_documents WHERE envelope_id = 'rejected'",
        "entry 4",
        f"1 line {DOCUMENTS}",
    ),
    facts("the hash on a line", Happening.APPROVED, {"documents": ZEROS}, "entry 3", f"1 line {DOCUMENTS}"),
    facts("the hash of what was viewed", Happening.VIEWED, {"sha256": ZEROS}, "entry 1", f"1 line {DOCUMENTS}"),
    facts("from whom, on a line", Happening.DELEGATION_REFUSED, {"from": "Mila"}, "entry 6", SIGNER),
    facts("to whom, on a line", Happening.DELEGATION_REFUSED, {"to": "Sanne"}, "entry 6", f"1 line {TAKER}"),
    sql("to whom", "UPDATE delegations SET taker_name = 'Sanne'", "entry 5", f"2 lines {TAKER}"),
    act("the drawing, with the key", lambda office: office.sign(OTHER_DRAWING), "entry 3", SIGNATURE),
    sql("the drawing, without", "UPDATE signatures SET sealed = zeroblob(200)", "entry 3", SIGNATURE),
    sql("the drawing, taken away", "DELETE FROM signatures", "entry 3", SIGNATURE),
    sql("the drawing, as if erased", "DELETE FROM personal_keys", "entry 3", SIGNATURE),
    facts("that it was signed", Happening.APPROVED, {"signature": None}, "entry 3", SIGNATURE),
    sql(
        "a receipt's index",
        "UPDATE evidence_receipts SET \"index\" = 2 WHERE envelope_id = 'rejected'",
        "entry 2",
        RECEIPT,
    ),
    sql(
        "an index past the end",
        "UPDATE evidence_receipts SET \"index\" = 8 WHERE envelope_id = 'rejected'",
        "entry 8",
        RECEIPT,
    ),
    sql(
        "an index below the start",
        "UPDATE evidence_receipts SET \"index\" = -4 WHERE envelope_id = 'rejected'",
        "entry -4",
        RECEIPT,
    ),
    sql(
        "a receipt's hash",
        f"UPDATE evidence_receipts SET entry_hash = '{ZEROS}' WHERE envelope_id = 'rejected'",
        "entry 4",
        RECEIPT,
    ),
    sql(
        "the receipt of another line",
        'UPDATE evidence_receipts SET ("index", entry_hash) = (SELECT "index", entry_hash FROM evidence_receipts WHERE "index" = 3) WHERE envelope_id = \'rejected\'',
        "entry 3",
        RECEIPT,
    ),
    sql(
        "a receipt's log",
        "UPDATE evidence_receipts SET origin = 'lost.example/evidence/office-1' WHERE envelope_id = 'rejected'",
        "entry 4",
        RECEIPT,
    ),
    sql(
        "a receipt's office",
        "UPDATE evidence_receipts SET origin = replace(origin, 'office-1', 'office-2') WHERE envelope_id = 'rejected'",
        "entry 4",
        RECEIPT,
    ),
    sql(
        "the receipt, taken away",
        "DELETE FROM evidence_receipts WHERE envelope_id = 'rejected'",
        "request rejected)",
        "1 line whose receipt was taken away",
    ),
    act("a line, as if still owed", _owe_again, "entry 4", REASON, "1 line to be recorded still; see paraaf doctor."),
    act("a line, deleted", _delete_line, "entry 4", NO_LINE),
    act(
        "a line, as if older",
        _unkey,
        "request rejected)",
        "1 line without evidence, though written after lines that have it",
        NO_LINE,
    ),
    act("the place, everywhere", _change_everywhere, "entry 3", PLACE, KEPT),
    act(
        "a value that is kept",
        lambda office: office.keep(
            Happening.APPROVED, office.kept_of(Happening.APPROVED) | {Personal.PLACE: b"Zwolle"}
        ),
        "entry 3",
        KEPT,
    ),
    act(
        "a value that is kept, left out",
        lambda office: office.keep(Happening.REJECTED, {Personal.WHO: b"Karim Haddad"}),
        "entry 4",
        KEPT,
    ),
    act(
        "what is kept, for that of another",
        lambda office: (
            office.payload(Happening.REJECTED).write_bytes(office.payload(Happening.APPROVED).read_bytes()) and None
        ),
        "entry 4",
        KEPT,
    ),
    act(
        "what is kept, damaged",
        lambda office: office.payload(Happening.VIEWED).write_bytes(b"damaged") and None,
        "entry 1",
        KEPT,
    ),
    act("what is kept, as if erased", lambda office: office.payload(Happening.REJECTED).unlink(), "entry 4", KEPT),
)
