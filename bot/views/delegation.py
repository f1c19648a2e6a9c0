"""Passing a task on: the dialogs, the note in which staff are asked, and the one that tells what they answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from bot.domain.delegation import Delegation, DelegationState, find_pending, is_pending
from bot.domain.envelope import Envelope
from bot.domain.people import Account
from bot.domain.typed_text import MESSAGE_LENGTH
from bot.texts import Texts
from bot.views.envelope_card import SHOW, Viewer
from bot.views.envelope_words import describe_documents, flatten
from cards.limits import OPTIONS_IN_MENU
from cards.model import (
    Actions,
    Button,
    Card,
    Choice,
    Element,
    Form,
    Mention,
    Option,
    Personal,
    Plain,
    Search,
    Span,
    Strong,
    Style,
    Text,
    TextInput,
)

ASK, REFUSE, CONFIRM = "delegate", "refuse_delegation", "confirm_delegate"
"""The dialogs. The context of the first is an envelope's id, that of the others a delegation's."""
TAKER, NOTE, REASON = "taker", "note", "refusal"
ALLOW, REFUSE_IT, TAKE_BACK = "allow_delegation", "refuse_delegation", "take_back_delegation"
"""What the buttons of a note ask for; the value of each is the delegation's id."""
TAKERS = "takers"
"""The source of a search for who could become the signer; behind a slash follows the envelope's id."""


def delegate_form(envelope: Envelope, signer: Account, takers: Sequence[Option], texts: Texts) -> Form:
    """To whom, and why."""
    pending = find_pending(envelope, signer)
    return Form(
        id=ASK,
        title=texts.say("Pass on"),
        body=(
            Text((Plain(texts.say("The office decides. Until then the task stays yours.")),)),
            *(_warn_of(pending, texts) if pending else ()),
            Choice(
                TAKER,
                texts.say("To whom"),
                tuple(takers) if len(takers) <= OPTIONS_IN_MENU else Search(f"{TAKERS}/{envelope.id}"),
                hint=texts.say("Only who takes part in this conversation can sign."),
            ),
            TextInput(
                NOTE,
                texts.say("Explanation"),
                MESSAGE_LENGTH.stop - 1,
                multiline=True,
                required=False,
                hint=texts.say("{name} and everyone in this conversation read this.", name=envelope.sender.name),
            ),
        ),
        submit=texts.say("Ask the office"),
        close=texts.say("Cancel"),
        context=envelope.id,
    )


def _warn_of(pending: Delegation, texts: Texts) -> tuple[Element, ...]:
    words = texts.say(
        "You asked to pass this on to {name}. What you send now takes the place of that request.",
        name=pending.taker.name,
    )
    return (Text((Plain(words),), muted=True),)


def refuse_form(delegation: Delegation, texts: Texts) -> Form:
    """Why not, which is told in the thread."""
    question = texts.say(
        "{signer} keeps the task, and {name} is not asked to sign.",
        signer=delegation.signer.name,
        name=delegation.taker.name,
    )
    return Form(
        id=REFUSE,
        title=texts.say("Refuse"),
        body=(
            Text((Plain(question),)),
            TextInput(
                REASON,
                texts.say("Reason"),
                MESSAGE_LENGTH.stop - 1,
                multiline=True,
                required=False,
                hint=texts.say("{name} and everyone in this conversation read this.", name=delegation.signer.name),
            ),
        ),
        submit=texts.say("Refuse"),
        close=texts.say("Cancel"),
        context=delegation.id,
    )


def confirm_form(question: Form, texts: Texts) -> Form:
    """Who the new signer is, asked as when a request is sent (`confirm_signer_form`), as the last step of allowing."""
    return replace(question, id=CONFIRM, submit=texts.say("Confirm and allow"))


def note_delegation(envelope: Envelope, delegation: Delegation, texts: Texts, viewer: Viewer | None = None) -> Card:
    """The request and what became of it, for everybody or as one viewer sees it; mentions who sent the envelope."""
    asked = texts.say(
        "{signer} asks to pass this task on to {name}.",
        signer=delegation.signer.name,
        name=delegation.taker.name,
    )
    sender = envelope.sender
    lead: tuple[Span, ...] = (Mention(sender.account.user, sender.name), Plain(" — "), Strong(asked))
    first = (sender.account.user, delegation.signer.account.user)
    return Card(
        title="",
        elements=(
            Text(lead),
            *((Text((Plain(delegation.note),), quote=True),) if delegation.note else ()),
            Text((Plain(_say_state(envelope, delegation, texts)),), muted=True),
            *_offer_answers(envelope, delegation, texts, viewer),
        ),
        summary=f"{flatten(lead)} ({describe_documents(envelope.documents, texts)})",
        personal=Personal(SHOW, delegation.id, tuple(dict.fromkeys(first))),
    )


def _say_state(envelope: Envelope, delegation: Delegation, texts: Texts) -> str:
    if delegation.closing is None:
        if is_pending(envelope, delegation):
            return texts.say("The office allows or refuses this.")
        return texts.say("This has lapsed: the task was done or closed meanwhile.")
    by, moment = delegation.closing.by.name, texts.moment(delegation.closing.at)
    match delegation.state:
        case DelegationState.ALLOWED:
            return "✅ " + texts.say("{name} allowed this on {moment}.", name=by, moment=moment)
        case DelegationState.REFUSED:
            return "❌ " + texts.say("{name} refused this on {moment}.", name=by, moment=moment)
        case DelegationState.TAKEN_BACK:
            return "↩️ " + texts.say("{name} took this back on {moment}.", name=by, moment=moment)
        case DelegationState.ASKED:
            message = "an open request has no closing"
            raise ValueError(message)
        case _:
            assert_never(delegation.state)


def _offer_answers(
    envelope: Envelope, delegation: Delegation, texts: Texts, viewer: Viewer | None
) -> tuple[Actions, ...]:
    if not is_pending(envelope, delegation):
        return ()
    id_ = delegation.id
    answers = (
        Button(ALLOW, texts.say("Allow"), id_, Style.PRIMARY),
        Button(REFUSE_IT, texts.say("Refuse"), id_, Style.DANGER),
    )
    back = (Button(TAKE_BACK, texts.say("Take back"), id_),)
    decides = viewer is None or viewer.is_staff
    asks = viewer is None or viewer.account == delegation.signer.account
    rows = (Actions(answers if decides else ()), Actions(back if asks else (), id="signer"))
    return tuple(row for row in rows if row.items)


def note_answer(envelope: Envelope, delegation: Delegation, texts: Texts) -> Card:
    """What staff answered: mentions the new signer and the old one, or who keeps the task, with the reason."""
    signer, taker = delegation.signer, delegation.taker
    by = delegation.closing.by.name if delegation.closing else envelope.sender.name
    old, new = Mention(signer.account.user, signer.name), Mention(taker.account.user, taker.name)
    quote: tuple[Element, ...] = ()
    lines: tuple[tuple[Span, ...], ...]
    if delegation.is_allowed:
        yours = texts.say("{signer} passed this task on to you. Answer on the card.", signer=signer.name)
        gone = texts.say("{name} allowed that. There is nothing left to do for you.", name=by)
        lines = ((new, Plain(" — "), Strong(yours)), (old, Plain(" — " + gone)))
    else:
        kept = texts.say(
            "{name} did not allow passing this on to {taker}. The task stays yours.", name=by, taker=taker.name
        )
        lines = ((old, Plain(" — "), Strong(kept)),)
        quote = (Text((Plain(delegation.reason),), quote=True),) if delegation.reason else ()
    summary = f"{flatten(lines[0])} ({describe_documents(envelope.documents, texts)})"
    return Card("", (*map(Text, lines), *quote), summary)
