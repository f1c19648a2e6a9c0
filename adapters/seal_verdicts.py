"""What came of judging a sealed PDF, in words: for the command line and the page."""

from collections.abc import Iterator
from typing import assert_never

from adapters.seal_judgement import Check, Covered, Finding, Judgement, Kind
from bot.texts import Texts
from bot.views.envelope_words import describe_level
from storage.evidence.verify import Outcome, Verdict

_MARKS = {Outcome.HELD: "ok", Outcome.FAILED: "FAIL", Outcome.UNCHECKED: "-"}


def describe_judgement(judged: Judgement, texts: Texts) -> Iterator[str]:
    """A judgement, one line for each check and each signature, the verdict last."""
    for finding in judged.findings:
        yield f"{_MARKS[finding.outcome]:<5} {describe_check(finding, texts)}"
    yield ""
    yield from describe_seal(judged, texts)
    yield describe_outcome(judged.verdict, texts)


def describe_outcome(verdict: Verdict, texts: Texts) -> str:
    """What came of all checks together."""
    match verdict:
        case Verdict.HOLDS:
            return texts.say("The seal holds: the file is unchanged since it was sealed.")
        case Verdict.FAILS:
            return texts.say("The seal does not hold: do not rely on this file.")
        case Verdict.INCOMPLETE:
            return texts.say("The file is unchanged since it was sealed, but whose seal it is was not checked.")
        case _:
            assert_never(verdict)


def describe_seal(judged: Judgement, texts: Texts) -> Iterator[str]:
    """What each signature covers, and how long the seal can be checked."""
    sealer = judged.find(Check.SEALER)
    is_trusted = sealer is not None and sealer.outcome is Outcome.HELD
    for each in judged.signatures:
        yield _describe_covered(each, judged.size, texts)
        if each.reason and each.kind is Kind.SEAL and is_trusted:
            yield texts.say("The seal says: {reason}", reason=each.reason)
    if judged.level:
        yield texts.say("Seal: {level}", level=describe_level(judged.level, texts))


def describe_check(finding: Finding, texts: Texts) -> str:
    """One check: that it held, failed, or was left out."""
    match finding.outcome:
        case Outcome.HELD:
            return _describe_held(finding.check, texts)
        case Outcome.FAILED:
            return _describe_failed(finding, texts)
        case Outcome.UNCHECKED:
            return _describe_unchecked(finding.check, texts)
        case _:
            assert_never(finding.outcome)


def _describe_held(check: Check, texts: Texts) -> str:
    match check:
        case Check.READABLE:
            return texts.say("The file is a PDF that can be read.")
        case Check.SEALED:
            return texts.say("It is sealed with no changes allowed.")
        case Check.RANGES:
            return texts.say("The seal covers everything before it, without a gap.")
        case Check.WHOLE_FILE:
            return texts.say("The seal or the last timestamp covers the file to its end.")
        case Check.UNCHANGED:
            return texts.say("Between the seal and the last timestamp nothing was changed.")
        case Check.SIGNATURES:
            return texts.say("The seal was made over exactly this content.")
        case Check.SEALER:
            return texts.say("The certificate of the seal is one that is trusted here.")
        case Check.TIMESTAMPS:
            return texts.say("Every timestamp is by an authority that is trusted here.")
        case Check.LOGGED:
            return texts.say("It is the file that the log knows.")
        case _:
            assert_never(check)


def _describe_failed(finding: Finding, texts: Texts) -> str:
    match finding.check:
        case Check.READABLE:
            return _describe_unreadable(finding.reason, texts)
        case Check.SEALED if finding.reason == "no-signature":
            return texts.say("The file has no seal.")
        case Check.SEALED:
            return texts.say("It is not sealed with no changes allowed, or was signed by somebody else as well.")
        case Check.RANGES:
            return texts.say("A signature leaves out a part of the file.")
        case Check.WHOLE_FILE:
            return texts.say("Something was added to the end of the file after it was sealed.")
        case Check.UNCHANGED:
            return texts.say("The file was changed after it was sealed.")
        case Check.SIGNATURES:
            return texts.say("A signature does not belong to this content, or is of a kind that is broken.")
        case Check.SEALER if finding.reason == "expired":
            return texts.say("The certificate of the seal has expired, and no timestamp shows that it was made before.")
        case Check.SEALER:
            return texts.say("The certificate of the seal is not one that is trusted here, or was revoked.")
        case Check.TIMESTAMPS:
            return texts.say("A timestamp is by an authority that is not trusted here.")
        case Check.LOGGED:
            return texts.say("It is not the file that the log knows.")
        case _:
            assert_never(finding.check)


def _describe_unreadable(reason: str, texts: Texts) -> str:
    if reason == "encrypted":
        return texts.say("The file is encrypted; what is sealed by Paraaf never is.")
    if reason == "too-heavy":
        return texts.say("The file took too much time or memory to look into.")
    return texts.say("The file is no PDF that can be read, or was damaged.")


def _describe_unchecked(check: Check, texts: Texts) -> str:
    if check is Check.SEALER:
        return texts.say("Whose seal this is was not checked; give the certificate with --certificate.")
    return texts.say("No timestamp was checked; give the certificates of its authority with --authority.")


def _describe_covered(signature: Covered, size: int, texts: Texts) -> str:
    if signature.at is None:
        at = texts.say("at an unknown time")
    elif signature.is_stamped:
        at = texts.say("{at}, says an authority", at=texts.moment(signature.at))
    else:
        at = texts.say("{at}, by its own clock", at=texts.moment(signature.at))
    if signature.size >= size:
        covers = texts.say("covers the whole file")
    else:
        covers = texts.say("covers the first {number} of {total} bytes", number=signature.size, total=size)
    return f"{_name_kind(signature.kind, texts)}: {signature.name}; {at}; {covers}"


def _name_kind(kind: Kind, texts: Texts) -> str:
    match kind:
        case Kind.SEAL:
            return texts.say("Seal")
        case Kind.TIMESTAMP:
            return texts.say("Timestamp")
        case Kind.OTHER:
            return texts.say("Other signature")
        case _:
            assert_never(kind)
