"""What came of checking a proof, in words: for the command line, the page and the bundle of an envelope."""

from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from bot.texts import Texts
from storage.evidence.entry import Entry, Event, KeyChange
from storage.evidence.verify import Check, Finding, Outcome, Report, Verdict

_MARKS = {Outcome.HELD: "ok", Outcome.FAILED: "FAIL", Outcome.UNCHECKED: "-"}


def describe_report(report: Report, texts: Texts) -> Iterator[str]:
    """A report, one line for each check, the verdict last."""
    for finding in report.findings:
        yield f"{_MARKS[finding.outcome]:<5} {describe_finding(finding, report.stamped_at, texts)}"
    yield ""
    yield from describe_entry(report, texts)
    yield describe_verdict(report.verdict, texts)


def describe_entry(report: Report, texts: Texts) -> Iterator[str]:
    """What the entry is that was proven, one line for each particular."""
    if report.proof and report.checkpoint:
        yield texts.say("Log: {origin}", origin=report.checkpoint.origin)
        yield texts.say("Entry: {index}", index=report.proof.index)
        yield texts.say("Hash of the entry: {hash}", hash=report.entry_hash or "")
    match report.entry:
        case Entry(event=event, at=at):
            yield texts.say("What: {event}", event=describe_event(event, texts))
            yield texts.say("When, by Paraaf's clock: {at}", at=texts.moment(at))
        case KeyChange(new=new):
            yield texts.say("New key: {key}", key=str(new))
        case None:
            pass
        case _:
            assert_never(report.entry)


def describe_verdict(verdict: Verdict, texts: Texts) -> str:
    """What came of all checks together."""
    match verdict:
        case Verdict.HOLDS:
            return texts.say("The proof holds.")
        case Verdict.FAILS:
            return texts.say("The proof does not hold.")
        case Verdict.INCOMPLETE:
            return texts.say("Nothing speaks against the proof, but without the log's key it proves nothing.")
        case _:
            assert_never(verdict)


def describe_finding(finding: Finding, stamped_at: datetime | None, texts: Texts) -> str:
    """One check: that it held, failed, or was left out. `stamped_at` is the time of a timestamp that held."""
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


def describe_event(event: Event, texts: Texts) -> str:
    """What happened, in a few words."""
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
        case Event.ESCALATED:
            return texts.say("sender told that reminders did not help")
        case Event.SEALED:
            return texts.say("document sealed")
        case Event.PAGES_OPENED:
            return texts.say("pages of a document looked at")
        case Event.UNDELIVERABLE | Event.DELIVERY_RETRIED | Event.DELIVERY_DROPPED:
            return _describe_delivery(event, texts)
        case Event.DELEGATION_ASKED | Event.DELEGATED | Event.DELEGATION_REFUSED | Event.DELEGATION_TAKEN_BACK:
            return _describe_delegation(event, texts)
        case _:
            assert_never(event)


def _describe_delivery(event: Event, texts: Texts) -> str:
    match event:
        case Event.UNDELIVERABLE:
            return texts.say("message not delivered")
        case Event.DELIVERY_RETRIED:
            return texts.say("delivery of a message tried again")
        case _:
            return texts.say("delivery of a message given up")


def _describe_delegation(event: Event, texts: Texts) -> str:
    match event:
        case Event.DELEGATION_ASKED:
            return texts.say("asked to pass the task on")
        case Event.DELEGATED:
            return texts.say("task passed on")
        case Event.DELEGATION_REFUSED:
            return texts.say("passing the task on refused")
        case _:
            return texts.say("task kept after all")
