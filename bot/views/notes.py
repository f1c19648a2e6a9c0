"""What the bot says in the thread under a card."""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.accounts import find_adoption_day
from bot.domain.certified import Way
from bot.domain.envelope import Answer, Envelope, Party, Signer
from bot.domain.places import MessageRef
from bot.texts import Texts
from bot.views.commands import spell
from bot.views.envelope_card import LOG, RESEND, VIEW
from bot.views.envelope_words import describe_documents, describe_level, flatten
from cards.model import Actions, Anchor, Button, Card, Element, Mention, Plain, Span, Strong, Style, Text


def note_completion(envelope: Envelope, texts: Texts) -> Card:
    """Everybody approved; mentions who asked."""
    names = ", ".join(signer.name for signer in envelope.signers)
    if envelope.way is Way.CERTIFIED:
        words = texts.count(
            "{names} signed. The PDF is being sealed.",
            "{names} have signed. The PDF is being sealed.",
            len(envelope.signers),
            names=names,
        )
        return _note(envelope, words, texts)
    if day := find_adoption_day(envelope):
        words = texts.say("{name} adopted the annual accounts, on {day}.", name=names, day=texts.day(day))
        return _note(envelope, words, texts)
    return _note(envelope, texts.say("{name} approved.", name=names), texts)


def note_sealed(envelope: Envelope, texts: Texts) -> Card:
    """The sealed PDF is there, for everybody who signed and for who asked."""
    words = texts.say("The sealed PDF is in the dossier.")
    level = (texts.say("Seal: {level}", level=describe_level(envelope.sealed.level, texts)),) if envelope.sealed else ()
    people = tuple(each for each in envelope.signers if each.account != envelope.sender.account)
    return _address(
        envelope,
        _join((envelope.sender, *people)),
        words,
        texts,
        *(Text((Plain(each),), muted=True) for each in level),
        Actions(
            (
                Button(VIEW, texts.say("View"), envelope.id, opens_page=True),
                Button(LOG, texts.say("Transaction log"), envelope.id),
            )
        ),
    )


def note_rejection(envelope: Envelope, texts: Texts) -> Card:
    """One signer rejected: the reason in their own words.

    Mentions who asked and can send a corrected version, and who signed before.
    """
    signer = next(each for each in envelope.signers if each.decision and each.decision.answer is Answer.REJECTED)
    reason = (signer.decision.reason if signer.decision else None) or ""
    ended = (Text((Plain(texts.say("Nobody can sign this any more.")),)),) if len(envelope.signers) > 1 else ()
    return _address(
        envelope,
        _join((envelope.sender, *_who_signed(envelope))),
        texts.say("{name} rejected, for this reason:", name=signer.name),
        texts,
        Text((Plain(reason),), quote=True),
        *ended,
        Text((Plain(texts.say("Answer in this thread, or send a corrected version.")),), muted=True),
        Actions((Button(RESEND, texts.say("Send a new version"), envelope.id, Style.PRIMARY),)),
    )


def note_withdrawal(envelope: Envelope, texts: Texts) -> Card:
    """Staff withdrew the request; mentions the signers who were asked."""
    by = envelope.closing.by.name if envelope.closing else envelope.sender.name
    return _address(
        envelope,
        _join(envelope.signers),
        texts.say("{name} withdrew this request. There is nothing left to do.", name=by),
        texts,
    )


def note_expiry(envelope: Envelope, texts: Texts) -> Card:
    """Its expiry passed before everybody answered; mentions who asked and can send it again."""
    late = [signer.name for signer in envelope.signers if signer.decision is None]
    words = texts.count(
        "This request has expired: {names} did not answer in time.",
        "This request has expired: {names} have not answered in time.",
        len(late),
        names=", ".join(late),
    )
    again = texts.say(
        "Nobody can sign it any more. Send it again with {command}.", command=spell(envelope.conversation.platform)
    )
    return _note(envelope, words, texts, Text((Plain(again),)))


def note_successor(envelope: Envelope, texts: Texts) -> Card:
    """A corrected version took the envelope's place; mentions the signers."""
    link = envelope.superseded_by.link if envelope.superseded_by else None
    label = texts.say("a corrected version")
    target: Span = Anchor(label, link) if link else Plain(label)
    words = (*_join(envelope.signers), Plain(" — " + texts.say("This was replaced by") + " "), target, Plain("."))
    return Card("", (Text(words),), flatten(words))


def _who_signed(envelope: Envelope) -> tuple[Signer, ...]:
    answered = ((each, each.decision) for each in envelope.signers if each.account != envelope.sender.account)
    return tuple(each for each, decision in answered if decision and decision.answer is Answer.APPROVED)


def _join(people: Iterable[Signer | Party]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for each in people:
        spans += [Plain(", ")] if spans else []
        spans.append(Mention(each.account.user, each.name))
    return tuple(spans)


def _note(envelope: Envelope, words: str, texts: Texts, *more: Element) -> Card:
    return _address(envelope, _join((envelope.sender,)), words, texts, *more)


def _address(envelope: Envelope, people: tuple[Span, ...], words: str, texts: Texts, *more: Element) -> Card:
    lead = (*people, Plain(" — "), Strong(words))
    summary = f"{flatten(lead)} ({describe_documents(envelope.documents, texts)})"
    return Card("", (Text(lead), *more), summary)


def say_twice(card: Card, texts: Texts) -> Card:
    """The card, for where nobody can tell whether it was sent before."""
    return _add(
        card, texts.say("The connection broke, so this may stand here twice. Only this one is kept up to date.")
    )


def say_twins(card: Card, message: MessageRef | None, texts: Texts) -> Card:
    """A viewer's own view of this message, or of the other where it stands there twice."""
    if message is None or not message.may_be_twice:
        return card
    return _add(card, texts.say("The connection broke, so this may stand here twice. It is one and the same."))


def _add(card: Card, words: str) -> Card:
    return replace(card, elements=(*card.elements, Text((Plain(words),), muted=True)))
