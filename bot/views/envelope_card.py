"""The card of an envelope, as everybody in the conversation sees it."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.dossier import Document
from bot.domain.envelope import Answer, Envelope, EnvelopeState, Signer
from bot.domain.expiry import find_last_day
from bot.domain.people import Account
from bot.texts import Texts
from bot.views.adoption import name_approval, tell_adoption
from bot.views.envelope_words import (
    describe_document,
    describe_documents,
    describe_level,
    find_day,
    flatten,
    show_evidence,
    show_late,
    show_places,
    show_status,
)
from bot.views.signer_lines import list_signers
from cards.limits import CARD_TITLE
from cards.model import (
    Actions,
    Anchor,
    Button,
    Card,
    Confirm,
    Divider,
    Element,
    Fact,
    Facts,
    Link,
    Personal,
    Plain,
    Span,
    Strong,
    Style,
    Text,
)
from cards.text import shorten

VIEW, APPROVE, REJECT, WITHDRAW, RESEND = "view", "approve", "reject", "withdraw", "resend"
"""What the buttons ask for; the value of each is the envelope's id."""
DELEGATE = "delegate"
"""Asks that somebody else signs, by the same value."""
REMIND = "remind"
"""Asks that the signers are reminded at once, by the same value."""
LOG = "log"
"""Asks for the transaction log, by the same value."""
SHOW = "show"
"""Asks for the viewer's own view of the card, by the same value."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone who looks at a card, on a platform that shows each viewer a view of their own."""

    account: Account
    is_staff: bool


def show_envelope(envelope: Envelope, texts: Texts, now: datetime, viewer: Viewer | None = None) -> Card:
    """The card of an envelope as it is at `now`: for everybody, or as one viewer sees it."""
    headline = describe_documents(envelope.documents, texts)
    status = _show_status_to(viewer, envelope, texts, now)
    message = (Text((Plain(envelope.message),), quote=True),) if envelope.message else ()
    first = (*(signer.account.user for signer in envelope.signers), envelope.sender.account.user)
    return Card(
        title=shorten(headline, CARD_TITLE),
        elements=(
            Text(status),
            *message,
            *_show_pointers(envelope, texts),
            Text(_list_documents(envelope.newest_documents, texts)),
            *list_signers(envelope, texts),
            _show_facts(envelope, texts, now),
            *_show_evidence(envelope, texts),
            Divider(),
            *_show_actions(envelope, texts, viewer),
        ),
        summary=f"{headline} · {flatten(status)}",
        personal=Personal(SHOW, envelope.id, tuple(dict.fromkeys(first))),
    )


def _show_status_to(viewer: Viewer | None, envelope: Envelope, texts: Texts, now: datetime) -> tuple[Span, ...]:
    if viewer is None or viewer.account not in {signer.account for signer in envelope.waiting_for}:
        return show_status(envelope, texts, now)
    return (Strong(texts.say("Carry out this task")), *show_late(envelope, texts, now))


def _show_pointers(envelope: Envelope, texts: Texts) -> tuple[Element, ...]:
    shown: list[Element] = []
    if envelope.supersedes:
        shown.append(
            _point(texts.say("Corrected version; replaces"), texts.say("the earlier request"), envelope.supersedes.link)
        )
    if envelope.superseded_by:
        shown.append(_point(texts.say("Replaced by"), texts.say("the corrected version"), envelope.superseded_by.link))
    return tuple(shown)


def _point(lead: str, label: str, link: str | None) -> Text:
    target: Span = Anchor(label, link) if link else Plain(label)
    return Text((Plain(f"🔁 {lead} "), target))


def _list_documents(documents: tuple[Document, ...], texts: Texts) -> tuple[Span, ...]:
    spans: list[Span] = []
    for document in documents:
        spans += [Plain("\n")] if spans else []
        spans += [Plain("📄 "), Strong(document.name), Plain(f" · {describe_document(document, texts)}")]
    return tuple(spans)


def _show_facts(envelope: Envelope, texts: Texts, now: datetime) -> Facts:
    rows = [Fact(texts.say("From"), (Plain(envelope.sender.name),))]
    only = envelope.signers if len(envelope.signers) == 1 else ()
    rows += [Fact(texts.say("Signer"), (Plain(_show_signer(each, texts)),)) for each in only]
    rows += [Fact(label, (Plain(value),)) for label, value in tell_adoption(envelope, texts)]
    if envelope.due:
        late = " · " + texts.say("Late") if envelope.is_late(find_day(now)) else ""
        rows.append(Fact(texts.say("Due"), (Plain(texts.day(envelope.due) + late),)))
    if envelope.expires_at and envelope.state is EnvelopeState.OPEN:
        rows.append(Fact(texts.say("Valid until"), (Plain(texts.day(find_last_day(envelope.expires_at))),)))
    if envelope.sealed:
        rows.append(Fact(texts.say("Seal"), (Plain(describe_level(envelope.sealed.level, texts)),)))
    decisions = [each.decision for each in only if each.decision]
    places = [place for decision in decisions for place in show_places(decision, texts)]
    rows += [Fact(texts.say("Place"), (Plain(place),)) for place in places]
    return Facts(tuple(rows))


def _show_evidence(envelope: Envelope, texts: Texts) -> tuple[Text, ...]:
    words = show_evidence(envelope, texts)
    return (Text((Plain(words),), muted=True),) if words else ()


def _show_signer(signer: Signer, texts: Texts) -> str:
    if signer.decision is None:
        return signer.name
    if signer.decision.adopted_on:
        state = texts.say("adopted")
        return f"{signer.name} · {state}"
    approved = signer.decision.answer is Answer.APPROVED
    # Not inside the braces: Babel does not look for messages there.
    state = texts.say("approved") if approved else texts.say("rejected")
    return f"{signer.name} · {state}"


def _show_actions(envelope: Envelope, texts: Texts, viewer: Viewer | None) -> tuple[Actions, ...]:
    """What can be pressed: by anybody, who is then told if it is not for them, or only what is for this viewer."""
    signs = viewer is None or viewer.account in {signer.account for signer in envelope.waiting_for}
    manages = viewer is None or viewer.is_staff
    looks = viewer is None or viewer.is_staff or envelope.signer(viewer.account) is not None
    log = Button(LOG, texts.say("Transaction log"), envelope.id)
    view = (Button(VIEW, texts.say("View"), envelope.id, opens_page=True),) if looks else ()
    if envelope.state is not EnvelopeState.OPEN:
        return (Actions((*view, log)),) if looks else ()
    approve = Button(APPROVE, name_approval(envelope.asks, texts), envelope.id, Style.PRIMARY)
    reject = Button(REJECT, texts.say("Reject"), envelope.id, Style.DANGER)
    withdraw = Button(WITHDRAW, texts.say("Withdraw"), envelope.id, confirm=_confirm_withdrawal(texts))
    delegate = Button(DELEGATE, texts.say("Pass on"), envelope.id)
    answer = (*view, approve, reject, delegate) if signs else view
    remind = Button(REMIND, texts.say("Remind now"), envelope.id)
    rows = (Actions(answer), Actions((remind, withdraw, log) if manages else (), id="staff"))
    return tuple(row for row in rows if row.items)


def _confirm_withdrawal(texts: Texts) -> Confirm:
    return Confirm(
        title=texts.say("Withdraw this request?"),
        text=texts.say("Nobody can sign it after that. Everyone in this conversation sees that it was withdrawn."),
        yes=texts.say("Withdraw"),
        no=texts.say("Keep it"),
    )


def offer_buttons(envelope: Envelope, texts: Texts, viewer: Viewer) -> tuple[Button | Link, ...]:
    """What this viewer can press on the card, but for what asks a question first: that is asked on the card itself."""
    items = [item for row in _show_actions(envelope, texts, viewer) for item in row.items]
    return tuple(item for item in items if isinstance(item, Link) or item.confirm is None)


def describe_status(envelope: Envelope, texts: Texts, now: datetime, viewer: Viewer) -> str:
    """The state as this viewer reads it on the card, in plain words that mention nobody."""
    return flatten(_show_status_to(viewer, envelope, texts, now))
