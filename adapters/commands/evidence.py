"""`paraaf verify` and `paraaf evidence`: the verdicts of the evidence, in words."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import assert_never

from cryptography import x509
from cryptography.x509 import Certificate

from adapters.settings import SettingsError
from bot.texts import Texts
from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.entry import Entry, Event, KeyChange
from storage.evidence.errors import Malformed
from storage.evidence.fsck import Audit, Fault, audit_log
from storage.evidence.note import VerifierKey, parse_key, parse_note
from storage.evidence.proof import MAX_PROOF, parse_proof
from storage.evidence.verify import Check, Finding, Outcome, Report, Timestamp, Verdict, verify_proof

_MARKS = {Outcome.HELD: "ok", Outcome.FAILED: "FAIL", Outcome.UNCHECKED: "-"}


def verify(
    file: Path, keys: Sequence[str], document: Path | None, stamp: Path | None, authorities: Sequence[Path]
) -> Report:
    """Check a proof file. Raises `SettingsError` for what is no key or certificate, `OSError`."""
    digest = None
    if document is not None:
        with document.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
    roots = [root for path in authorities for root in _load_certificates(path)]
    timestamp = Timestamp(stamp.read_bytes(), roots) if stamp else None
    with file.open("rb") as opened:
        written = opened.read(MAX_PROOF + 1)
    return verify_proof(written, read_keys(keys), digest, timestamp)


def audit(folder: Path, keys: Sequence[str], earlier: Sequence[Path]) -> Audit:
    """Recompute a log. Raises `SettingsError` for what is no key or no checkpoint, `OSError`."""
    return audit_log(folder, read_keys(keys), [_read_earlier(path) for path in earlier])


def read_keys(given: Sequence[str]) -> list[VerifierKey]:
    """Keys, each given as such or as a file with one in each line. Raises `SettingsError`, `OSError`."""
    keys = []
    for each in given:
        lines = [each] if "+" in each and not Path(each).exists() else Path(each).read_text().splitlines()
        try:
            keys += [parse_key(line.strip()) for line in lines if line.strip()]
        except Malformed:
            raise SettingsError({"--key": f"{each} is no key, nor a file of keys such as name+id+key"}) from None
    return keys


def _load_certificates(path: Path) -> list[Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        raise SettingsError({"--authority": f"{path} holds no certificates in PEM"}) from None


def _read_earlier(path: Path) -> Checkpoint:
    """The checkpoint in a file that is one, or a proof."""
    written = path.read_bytes()
    with suppress(Malformed):
        return read_checkpoint(parse_proof(written).checkpoint)
    with suppress(Malformed):
        return read_checkpoint(parse_note(written))
    raise SettingsError({"--since": f"{path} is neither a checkpoint nor a proof"})


def describe_report(report: Report, texts: Texts) -> Iterator[str]:
    """A report, one line for each check, the verdict last."""
    for finding in report.findings:
        yield f"{_MARKS[finding.outcome]:<5} {_describe_finding(finding, report.stamped_at, texts)}"
    yield ""
    if report.proof and report.checkpoint:
        yield texts.say("Log: {origin}", origin=report.checkpoint.origin)
        yield texts.say("Entry: {index}", index=report.proof.index)
        yield texts.say("Hash of the entry: {hash}", hash=report.entry_hash or "")
    match report.entry:
        case Entry(event=event, at=at):
            yield texts.say("What: {event}", event=_describe_event(event, texts))
            yield texts.say("When, by Paraaf's clock: {at}", at=texts.moment(at))
        case KeyChange(new=new):
            yield texts.say("New key: {key}", key=str(new))
        case None:
            pass
        case _:
            assert_never(report.entry)
    yield _describe_verdict(report.verdict, texts)


def _describe_verdict(verdict: Verdict, texts: Texts) -> str:
    match verdict:
        case Verdict.HOLDS:
            return texts.say("The proof holds.")
        case Verdict.FAILS:
            return texts.say("The proof does not hold.")
        case Verdict.INCOMPLETE:
            return texts.say("Nothing speaks against the proof, but without the log's key it proves nothing.")
        case _:
            assert_never(verdict)


def _describe_finding(finding: Finding, stamped_at: datetime | None, texts: Texts) -> str:
    match finding.outcome:
        case Outcome.HELD:
            return _describe_held(finding, stamped_at, texts)
        case Outcome.FAILED:
            return _describe_failed(finding.check, texts)
        case Outcome.UNCHECKED:
            return _describe_unchecked(finding.check, texts)
        case _:
            assert_never(finding.outcome)


def _describe_held(finding: Finding, stamped_at: datetime | None, texts: Texts) -> str:
    match finding.check:
        case Check.PROOF_FORMAT:
            return texts.say("The file is a proof.")
        case Check.ENTRY_FORMAT:
            return texts.say("The entry in it can be read.")
        case Check.CHECKPOINT_SIGNATURE:
            return texts.say("The log's key signed the checkpoint.")
        case Check.ENTRY_IN_TREE:
            return texts.say("The entry is in the log.")
        case Check.ENTRY_OFFICE:
            return texts.say("The entry belongs to the office of this log.")
        case Check.KEY_CHANGE:
            return texts.say("The old key named the new one.")
        case Check.WITNESSES:
            return texts.say("Every witness you named signed the checkpoint.")
        case Check.DOCUMENT_HASH if finding.reason == "after":
            return texts.say("The document is the one that came of it.")
        case Check.DOCUMENT_HASH:
            return texts.say("The document is the one in the entry.")
        case Check.TIMESTAMP:
            at = texts.moment(stamped_at) if stamped_at else ""
            return texts.say("An authority you named put a timestamp on the checkpoint: {at}", at=at)
        case _:
            assert_never(finding.check)


def _describe_failed(check: Check, texts: Texts) -> str:
    match check:
        case Check.PROOF_FORMAT:
            return texts.say("The file is no proof, or was changed.")
        case Check.ENTRY_FORMAT:
            return texts.say("The entry in it cannot be read.")
        case Check.CHECKPOINT_SIGNATURE:
            return texts.say("The checkpoint is not signed with a key you gave.")
        case Check.ENTRY_IN_TREE:
            return texts.say("The entry is not in the log at this place.")
        case Check.ENTRY_OFFICE:
            return texts.say("The entry belongs to another office.")
        case Check.KEY_CHANGE:
            return texts.say("No key you gave named the new one.")
        case Check.WITNESSES:
            return texts.say("Not every witness you named signed the checkpoint.")
        case Check.DOCUMENT_HASH:
            return texts.say("The document is not the one in the entry.")
        case Check.TIMESTAMP:
            return texts.say("The timestamp is of something else, or by an authority you did not name.")
        case _:
            assert_never(check)


def _describe_unchecked(check: Check, texts: Texts) -> str:
    match check:
        case Check.CHECKPOINT_SIGNATURE:
            return texts.say("Whose log this is was not checked; give its key with --key.")
        case Check.DOCUMENT_HASH:
            return texts.say("No document was compared; give it with --document.")
        case _:
            return texts.say("No timestamp was checked; give it with --timestamp and --authority.")


def _describe_event(event: Event, texts: Texts) -> str:
    match event:
        case Event.SENT:
            return texts.say("request sent")
        case Event.VIEWED:
            return texts.say("document viewed")
        case Event.APPROVED:
            return texts.say("approved")
        case Event.REJECTED:
            return texts.say("rejected")
        case Event.WITHDRAWN:
            return texts.say("request withdrawn")
        case Event.SUPERSEDED:
            return texts.say("request replaced")
        case Event.EXPIRED:
            return texts.say("request expired")
        case Event.REMINDED:
            return texts.say("reminder sent")
        case Event.SEALED:
            return texts.say("document sealed")
        case _:
            assert_never(event)


def describe_audit(found: Audit, texts: Texts) -> Iterator[str]:
    """An audit: what does not fit, the first entry of it first; the verdict last."""
    yield from (_describe_fault(fault, texts) for fault in found.faults)
    for path in found.leftovers:
        yield texts.say("{path}: left over from a write that was cut off; no harm", path=path)
    if found.faults:
        yield texts.say("This log was damaged or changed.")
        return
    yield texts.count("{number} entry, and it fits.", "{number} entries, and all of them fit.", found.size)
    if not found.signed:
        yield texts.say("Whose log this is was not checked; give its key with --key.")


def _describe_fault(fault: Fault, texts: Texts) -> str:
    if fault.index is None:
        return texts.say("{path}: does not fit ({reason})", path=fault.path, reason=fault.reason)
    return texts.say(
        "{path}: does not fit from entry {index} on ({reason})", path=fault.path, index=fault.index, reason=fault.reason
    )
