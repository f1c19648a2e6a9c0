"""The signers on a certificate: who each is, how that is known, what they answered and signed with."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.domain.envelope import Answer, Decision, Envelope, Signer
from bot.domain.fields import find_texts
from bot.domain.log import LoggedSignature, Unreadable
from bot.domain.people import Account, Platform
from bot.domain.signature import TypedSignature
from bot.texts import Texts
from bot.views.consent import recall_consent
from bot.views.log_sheet import Picture
from bot.views.log_words import say_times
from cards.text import clean, isolate, join_lines

Facts = tuple[tuple[str, str], ...]
"""Labels with values."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a certificate: `lines` below its title, `facts`, someone's literal words, what they drew."""

    title: str = ""
    lines: tuple[str, ...] = ()
    facts: Facts = ()
    quote: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Signing:
    """That an account is this contact of the client, as somebody of the office confirmed; `by` is their name."""

    contact: str
    by: str
    at: datetime


def write_times(at: datetime, texts: Texts) -> str:
    """A time in the office's zone and in UTC, on one line."""
    return " · ".join(say_times(at, texts))


def describe_signers(
    envelope: Envelope,
    known: Mapping[Account, Signing],
    signatures: Mapping[Account, LoggedSignature],
    texts: Texts,
) -> tuple[Part, ...]:
    """Each signer, in their order."""
    return tuple(
        _describe_signer(number, envelope, known.get(each.account), signatures.get(each.account), texts)
        for number, each in enumerate(envelope.signers)
    )


def _describe_signer(
    number: int, envelope: Envelope, known: Signing | None, signature: LoggedSignature | None, texts: Texts
) -> Part:
    signer = envelope.signers[number]
    drawn = signature.content if signature and isinstance(signature.content, bytes) else None
    alt = texts.say("Signature of {name}", name=join_lines(signer.name))
    name = join_lines(signer.name)
    return Part(
        f"{number + 1}. {isolate(name)}" if len(envelope.signers) > 1 else name,
        facts=(
            (texts.say("Account"), _name_account(signer.account, texts)),
            (texts.say("Known as"), _say_known(known, texts)),
            *_tell_delegation(envelope, signer, texts),
            *_tell_answer(signer.decision, signature, texts),
            *_tell_texts(find_texts(envelope.fields, number), signer.decision, texts),
        ),
        quote=clean(signer.decision.reason or "") if signer.decision else "",
        picture=Picture(b64encode(drawn).decode(), alt) if drawn else None,
    )


def _name_account(account: Account, texts: Texts) -> str:
    return texts.say(
        "{platform}: {user} of {tenant}",
        platform=_name_platform(account.platform),
        user=account.user,
        tenant=account.tenant,
    )


def _name_platform(platform: Platform) -> str:
    match platform:
        case Platform.SLACK:
            return "Slack"
        case Platform.TEAMS:
            return "Microsoft Teams"
        case _:
            assert_never(platform)


def _say_known(known: Signing | None, texts: Texts) -> str:
    if known is None:
        return texts.say("Who confirmed whose account this is was not recorded.")
    words = texts.say(
        "{contact}, confirmed as contact of the client by {name}", contact=join_lines(known.contact), name=known.by
    )
    return "\n".join((words, write_times(known.at, texts)))


def _tell_delegation(envelope: Envelope, signer: Signer, texts: Texts) -> Facts:
    """From whom the task was taken over, who allowed that, and when."""
    return tuple(
        (
            texts.say("Took over"),
            "\n".join(
                (
                    texts.say("From {name}, allowed by {other}", name=each.signer.name, other=each.closing.by.name),
                    write_times(each.closing.at, texts),
                )
            ),
        )
        for each in envelope.delegations
        if each.is_allowed and each.closing and each.taker.account == signer.account
    )


def _tell_answer(decision: Decision | None, signature: LoggedSignature | None, texts: Texts) -> Facts:
    label = texts.say("Answer")
    if decision is None:
        return ((label, texts.say("None")),)
    when = (texts.say("When"), write_times(decision.at, texts))
    match decision.answer:
        case Answer.APPROVED:
            signed = (texts.say("Signed with"), _say_signature(signature, texts))
            answered = (label, texts.say("Approved"))
            said = (
                *_tell_consent(decision, texts),
                *_tell_adoption_day(decision, texts),
                *_tell_places(decision, texts),
            )
            return (answered, when, *said, signed)
        case Answer.REJECTED:
            return ((label, texts.say("Rejected")), when, *_tell_places(decision, texts))
        case _:
            assert_never(decision.answer)


def _tell_consent(decision: Decision, texts: Texts) -> Facts:
    """What was agreed to: the words in the language in which they were shown, and which version of them."""
    if not decision.consent:
        return ()
    version, _, language = decision.consent.partition("/")
    named = texts.say("Consent text: version {version} ({language})", version=version, language=language)
    words = recall_consent(decision.consent)
    return ((texts.say("Agreed to"), f"“{words}”\n{named}" if words else named),)


def _tell_adoption_day(decision: Decision, texts: Texts) -> Facts:
    return ((texts.say("Date of adoption"), texts.day(decision.adopted_on)),) if decision.adopted_on else ()


def _tell_places(decision: Decision, texts: Texts) -> Facts:
    places = (
        (texts.say("Place, given"), decision.place),
        (texts.say("Place, derived"), decision.derived_place),
    )
    return tuple((label, clean(place)) for label, place in places if place)


def _say_signature(signature: LoggedSignature | None, texts: Texts) -> str:
    match signature.content if signature else None:
        case bytes():
            return texts.say("A drawn signature")
        case TypedSignature(name):
            return texts.say("A typed name: {name}", name=name)
        case Unreadable.ERASED:
            return texts.say("The signature was erased.")
        case Unreadable.DAMAGED:
            return texts.say("The signature is damaged and cannot be shown.")
        case None:
            return texts.say("No signature beside the approval")
        case other:
            assert_never(other)


def _tell_texts(labels: tuple[str, ...], decision: Decision | None, texts: Texts) -> Facts:
    """What was filled in, by what it was to tell."""
    written = decision.texts if decision else ()
    return tuple((clean(label) or texts.say("Text"), clean(text)) for label, text in zip(labels, written, strict=False))
