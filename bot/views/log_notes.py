"""The particulars of a log line, in words."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import assert_never

from bot.domain.accounts import Asks
from bot.domain.certified import SealLevel, Way
from bot.domain.log import Happening, LoggedSignature, Unreadable
from bot.domain.signature import TypedSignature
from bot.texts import Texts
from bot.views.adoption import name_asked
from bot.views.envelope_words import describe_level
from cards.text import clean


def note_happening(happening: Happening, fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    """What there is to know beside what happened, by the facts of the line."""
    match happening:
        case Happening.LINKED:
            return _say_if(fact.get("channel"), lambda channel: texts.say("Conversation: {id}", id=channel))
        case Happening.CONTACT_CONFIRMED:
            return (
                texts.say("{account} is {contact}", account=fact.get("account", ""), contact=fact.get("contact", "")),
            )
        case Happening.SENT:
            return _note_sending(fact, texts)
        case Happening.PAGES_OPENED:
            return _say_if(fact.get("pages"), lambda pages: texts.say("Pages: {pages}", pages=pages))
        case Happening.SUPERSEDED:
            return _say_if(fact.get("successor"), lambda id_: texts.say("Corrected version: {id}", id=id_))
        case (
            Happening.DELEGATION_ASKED
            | Happening.DELEGATED
            | Happening.DELEGATION_REFUSED
            | Happening.DELEGATION_TAKEN_BACK
        ):
            return _note_delegation(fact, texts)
        case Happening.SEALED:
            return _note_sealing(fact, texts)
        case Happening.DELIVERED | Happening.DELIVERY_CHOSEN | Happening.DELIVERY_REJECTED:
            return tuple(_note_delivery(fact, texts))
        case Happening.FIELDS_PLACED:
            return _say_if(fact.get("fields"), lambda number: texts.say("Fields: {number}", number=number))
        case Happening.REMINDED:
            in_thread = fact.get("how") == "thread"
            how = texts.say("By a mention in the thread") if in_thread else texts.say("By a direct message")
            to = _say_if(fact.get("to"), lambda name: texts.say("To {name}", name=name))
            return (*to, how, *_say_if(fact.get("why"), lambda why: texts.say("The platform says: {why}", why=why)))
        case Happening.ESCALATED:
            about = _say_if(fact.get("from"), lambda name: texts.say("{name} did not answer", name=name))
            return (*about, *_say_if(fact.get("to"), lambda names: texts.say("To {name}", name=names)))
        case Happening.UNDELIVERABLE | Happening.DELIVERY_RETRIED | Happening.DELIVERY_DROPPED:
            to = _say_if(fact.get("to"), lambda name: texts.say("To {name}", name=name))
            return (*to, *_say_if(fact.get("why"), lambda why: texts.say("The platform says: {why}", why=why)))
        case Happening.VIEWED | Happening.APPROVED | Happening.REJECTED | Happening.WITHDRAWN | Happening.EXPIRED:
            return ()
        case _:
            assert_never(happening)


def _note_delivery(fact: dict[str, str], texts: Texts) -> Iterator[str]:
    labels = {
        "source": texts.say("Source package"),
        "kind": texts.say("Kind"),
        "period": texts.say("Period"),
        "client": texts.say("Client"),
        "template": texts.say("Workflow template"),
        "channel": texts.say("Conversation"),
    }
    for name, label in labels.items():
        if value := fact.get(name):
            yield f"{label}: {value}"
    if fact.get("lasting"):
        yield texts.say("From now on for all deliveries of this kind and client number")


def _note_sending(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    signers = fact.get("signer", "")
    asked = (name_asked(Asks.ADOPT, texts),) if fact.get("asks") == Asks.ADOPT else ()
    valid = _say_if(fact.get("expires_on"), lambda day: _show_validity(day, texts))
    if fact.get("way") != Way.CERTIFIED:
        return (*_say_if(signers, lambda name: texts.say("Signer: {name}", name=name)), *asked, *valid)
    in_order = fact.get("order") == "in order"
    order = texts.say("One after the other") if in_order else texts.say("In any order")
    return (
        texts.say("Signers: {names}", names=signers),
        texts.say("Signing with a certificate"),
        order,
        *asked,
        *valid,
    )


def _show_validity(day: str, texts: Texts) -> str:
    label = texts.say("Valid until")
    return f"{label}: {texts.day(date.fromisoformat(day))}"


def _note_sealing(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    return (
        *_say_if(fact.get("level"), lambda level: texts.say("Seal: {level}", level=_name_level(level, texts))),
        *_say_if(fact.get("shortfall"), lambda why: texts.say("No higher level: {why}", why=why)),
        *_say_if(fact.get("after"), lambda digest: texts.say("SHA-256 of the sealed PDF: {hash}", hash=digest)),
    )


def _name_level(level: str, texts: Texts) -> str:
    return describe_level(SealLevel(level), texts)


def _note_delegation(fact: dict[str, str], texts: Texts) -> tuple[str, ...]:
    if "to" not in fact:
        return ()
    if "from" not in fact:
        return (texts.say("To {name}", name=fact["to"]),)
    return (texts.say("From {name} to {other}", name=fact["from"], other=fact["to"]),)


def note_answer(fact: dict[str, str], signature: LoggedSignature | None, texts: Texts) -> tuple[str, ...]:
    """The consent text that was shown (`version/language`), and how it was signed."""
    version, _, language = fact.get("consent", "").partition("/")
    notes: list[str] = []
    if day := fact.get("adopted_on"):
        notes.append(texts.say("Adopted the annual accounts on {day}", day=texts.day(date.fromisoformat(day))))
    if version:
        notes.append(texts.say("Consent text: version {version} ({language})", version=version, language=language))
    match fact.get("signature"):
        case "drawn":
            notes.append(texts.say("With a drawn signature"))
        case "typed":
            notes.append(texts.say("With a typed name as signature"))
        case None:
            pass
        case other:
            notes.append(texts.say("Signature: {kind}", kind=other))
    return (*notes, *_note_signature(signature, texts))


def _note_signature(signature: LoggedSignature | None, texts: Texts) -> tuple[str, ...]:
    match signature.content if signature else None:
        case TypedSignature(name):
            return (texts.say("Signed as: {name}", name=clean(name)),)
        case Unreadable.ERASED:
            return (texts.say("The signature was erased."),)
        case Unreadable.DAMAGED:
            return (texts.say("The signature is damaged and cannot be shown."),)
        case bytes() | None:
            return ()
        case other:
            assert_never(other)


def _say_if(fact: str | None, say: Callable[[str], str]) -> tuple[str, ...]:
    return (say(fact),) if fact else ()
