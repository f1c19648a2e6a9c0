"""The verifier: pure, without network or database. It believes nothing but the keys and certificates it is given."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from cryptography.x509 import Certificate

from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.entry import AnyEntry, Entry, KeyChange, parse_entry
from storage.evidence.errors import BadSignature, BadTimestamp, Malformed
from storage.evidence.merkle import hash_leaf, is_included
from storage.evidence.note import Algorithm, Note, VerifierKey
from storage.evidence.proof import Proof, parse_proof
from storage.evidence.timestamps import check_timestamp


class Check(StrEnum):
    """What is checked."""

    PROOF_FORMAT = "proof-format"
    ENTRY_FORMAT = "entry-format"
    CHECKPOINT_SIGNATURE = "checkpoint-signature"
    ENTRY_IN_TREE = "entry-in-tree"
    ENTRY_OFFICE = "entry-office"
    KEY_CHANGE = "key-change"
    WITNESSES = "witnesses"
    DOCUMENT_HASH = "document-hash"
    TIMESTAMP = "timestamp"


class Outcome(StrEnum):
    """What came of it."""

    HELD = "held"
    FAILED = "failed"
    UNCHECKED = "unchecked"
    """What it takes was not given."""


class Verdict(StrEnum):
    """What came of all of it."""

    HOLDS = "holds"
    FAILS = "fails"
    INCOMPLETE = "incomplete"
    """Nothing failed, but without the log's key nothing is proven."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `reason` is a machine word: why it failed or was left, or in what way it held."""

    check: Check
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An RFC 3161 answer, and the certificates of the authorities that are trusted."""

    answer: bytes
    roots: Sequence[Certificate]


@dataclass(frozen=True, slots=True)
class Report:
    """Every check by its name. What the other fields say is to be believed only where the verdict holds."""

    findings: tuple[Finding, ...]
    proof: Proof | None = None
    entry: AnyEntry | None = None
    checkpoint: Checkpoint | None = None
    entry_hash: str | None = None
    stamped_at: datetime | None = None

    @property
    def verdict(self) -> Verdict:
        """Holds only where no check failed and the log's key was given."""
        if any(each.outcome is Outcome.FAILED for each in self.findings):
            return Verdict.FAILS
        signed = self.find(Check.CHECKPOINT_SIGNATURE)
        return Verdict.HOLDS if signed and signed.outcome is Outcome.HELD else Verdict.INCOMPLETE

    def find(self, check: Check) -> Finding | None:
        """What came of one check, or None where it does not apply."""
        return next((each for each in self.findings if each.check is check), None)


def verify_proof(
    written: bytes, keys: Sequence[VerifierKey], document: str | None = None, timestamp: Timestamp | None = None
) -> Report:
    """Check the bytes of a proof file, with the keys of the logs and witnesses that are trusted.

    `document` is the SHA-256 in hexadecimal of what the entry should be about. Whatever the bytes are, nothing
    is raised.
    """
    try:
        proof = parse_proof(written)
        head = read_checkpoint(proof.checkpoint)
    except Malformed as error:
        return Report((Finding(Check.PROOF_FORMAT, Outcome.FAILED, error.reason),))
    try:
        entry = parse_entry(proof.entry)
    except Malformed as error:
        failed = Finding(Check.ENTRY_FORMAT, Outcome.FAILED, error.reason)
        return Report((Finding(Check.PROOF_FORMAT, Outcome.HELD), failed), proof, checkpoint=head)
    stamped, stamped_at = _check_timestamp(proof.checkpoint, timestamp)
    findings = (
        Finding(Check.PROOF_FORMAT, Outcome.HELD),
        Finding(Check.ENTRY_FORMAT, Outcome.HELD),
        _check_signature(proof.checkpoint, head, keys),
        _check_inclusion(proof, head),
        _judge(Check.ENTRY_OFFICE, entry.office == head.origin.rpartition("/")[2], "other-office"),
        *_check_witnesses(proof.checkpoint, keys),
        *_check_subject(entry, keys, document),
        stamped,
    )
    return Report(findings, proof, entry, head, hash_leaf(proof.entry).hex(), stamped_at)


def _judge(check: Check, held: bool, otherwise: str) -> Finding:  # noqa: FBT001 - what is judged is whether it held
    return Finding(check, Outcome.HELD) if held else Finding(check, Outcome.FAILED, otherwise)


def _check_signature(note: Note, head: Checkpoint, keys: Sequence[VerifierKey]) -> Finding:
    logs = [key for key in keys if key.algorithm is Algorithm.ED25519]
    if not logs:
        return Finding(Check.CHECKPOINT_SIGNATURE, Outcome.UNCHECKED, "no-key")
    # A key speaks for the log of its own name alone, or one office's key could vouch for another's log.
    ours = [key for key in logs if key.name == head.origin]
    if not ours:
        return Finding(Check.CHECKPOINT_SIGNATURE, Outcome.FAILED, "other-origin")
    try:
        note.find_signers(ours)
    except BadSignature as error:
        return Finding(Check.CHECKPOINT_SIGNATURE, Outcome.FAILED, error.reason)
    return Finding(Check.CHECKPOINT_SIGNATURE, Outcome.HELD)


def _check_inclusion(proof: Proof, head: Checkpoint) -> Finding:
    included = is_included(hash_leaf(proof.entry), proof.index, head.size, proof.path, head.root)
    return _judge(Check.ENTRY_IN_TREE, included, "other-root")


def _check_witnesses(note: Note, keys: Sequence[VerifierKey]) -> Iterator[Finding]:
    witnesses = [key for key in keys if key.algorithm is Algorithm.COSIGNATURE]
    if not witnesses:
        return
    try:
        signers = set(note.find_signers(witnesses))
    except BadSignature as error:
        yield Finding(Check.WITNESSES, Outcome.FAILED, error.reason)
    else:
        yield _judge(Check.WITNESSES, signers == set(witnesses), "not-all")


def _check_subject(entry: AnyEntry, keys: Sequence[VerifierKey], document: str | None) -> Iterator[Finding]:
    match entry:
        case Entry():
            yield _check_document(entry, document)
        case KeyChange():
            yield _judge(Check.KEY_CHANGE, is_trusted_change(entry, keys), "not-by-known-key")
            if document is not None:
                yield Finding(Check.DOCUMENT_HASH, Outcome.FAILED, "other-document")
        case _:
            assert_never(entry)


def is_trusted_change(change: KeyChange, keys: Sequence[VerifierKey]) -> bool:
    """Whether one of the keys itself named the other its successor, in the same log."""
    if change.old not in keys or change.new.name != change.old.name:
        return False
    try:
        change.old.check(change.words, change.signature)
    except BadSignature:
        return False
    return True


def _check_document(entry: Entry, document: str | None) -> Finding:
    if document is None:
        return Finding(Check.DOCUMENT_HASH, Outcome.UNCHECKED, "no-document")
    if document in {each.after for each in entry.documents}:
        return Finding(Check.DOCUMENT_HASH, Outcome.HELD, "after")
    if document in {each.before for each in entry.documents}:
        return Finding(Check.DOCUMENT_HASH, Outcome.HELD, "before")
    return Finding(Check.DOCUMENT_HASH, Outcome.FAILED, "other-document")


def _check_timestamp(note: Note, timestamp: Timestamp | None) -> tuple[Finding, datetime | None]:
    if timestamp is None:
        return Finding(Check.TIMESTAMP, Outcome.UNCHECKED, "no-timestamp"), None
    if not timestamp.roots:
        return Finding(Check.TIMESTAMP, Outcome.UNCHECKED, "no-authority"), None
    try:
        at = check_timestamp(timestamp.answer, note.text, timestamp.roots)
    except BadTimestamp:
        return Finding(Check.TIMESTAMP, Outcome.FAILED, "bad-timestamp"), None
    return Finding(Check.TIMESTAMP, Outcome.HELD), at
