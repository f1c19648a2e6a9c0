"""The card that asks staff about a delivery in the intake channel, and the dialogs behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from bot.domain.delivery import Delivery, DeliveryId, DeliveryState, Doubt
from bot.domain.outline import Outline
from bot.domain.typed_text import REASON_LENGTH
from bot.domain.workflow import is_reserved
from bot.texts import Texts
from bot.views.delivery_words import name_kind, name_period, say_doubt
from cards.model import (
    Actions,
    Button,
    Card,
    Choice,
    Divider,
    Element,
    Fact,
    Facts,
    Form,
    Input,
    Option,
    Plain,
    Search,
    Style,
    Text,
    TextInput,
    Toggle,
)

CHOOSE: Final = "choose_delivery"
AGAIN: Final = "retry_delivery"
MAKE: Final = "make_conversation"
REFUSE: Final = "refuse_delivery"
"""What the buttons of the card ask for, the value of each being the delivery's id; two are dialogs as well."""
IDENTIFY: Final = "identify_contact"
"""The dialog that asks who the chosen participant is at the client; its context is a `write_question`."""
CLIENT, TEMPLATE, PLACE, CONTACT, SENDER, REMEMBER, WHY = (
    *("delivery_client", "template", "conversation", "addressee", "sender", "remember"),
    "refusal",
)
_BY_CLIENT: Final = {Doubt.UNKNOWN_CLIENT, Doubt.DISAGREES}
_BY_TEMPLATE: Final = {
    *(Doubt.NO_TEMPLATE, Doubt.SEVERAL_TEMPLATES, Doubt.TOO_WEAK, Doubt.CANNOT_BE_SEALED, Doubt.NO_STANDARD_DOCUMENT)
}
_BY_CONTACT: Final = {Doubt.NO_PREFERRED_CONTACT, Doubt.CONTACT_NOT_THERE}


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is to choose from; `clients` None where there are too many to show at once."""

    clients: tuple[Option, ...] | None
    templates: tuple[Option, ...]
    places: tuple[Option, ...]
    contacts: tuple[Option, ...]
    can_send: bool
    """Whether whoever chooses could send it in their own name."""


def show_intake(delivery: Delivery, source: str, known: Outline, sent_to: str, texts: Texts) -> Card:
    """What was delivered, what is known, what is doubtful, and what staff can do; or what became of it.

    `sent_to` names the signer once it was sent.
    """
    title = texts.say("Delivery: {document}", document=_name(delivery, texts))
    elements: list[Element] = [Facts(tuple(_list_facts(delivery, source, known, texts)))]
    match delivery.state:
        case DeliveryState.WAITING:
            elements += [Divider(), *(Text((Plain("• " + say_doubt(each, texts)),)) for each in delivery.doubts)]
            elements.append(Actions(tuple(_list_buttons(delivery, known, texts))))
            said = texts.say("A delivery waits for a choice.")
        case DeliveryState.RECEIVED:
            said = texts.say("This is being looked at.")
            elements.append(Text((Plain("⏳ " + said),), muted=True))
        case DeliveryState.SENT:
            said = texts.say("Sent to {name}.", name=sent_to) if sent_to else texts.say("Sent.")
            elements.append(Text((Plain("✅ " + said),)))
        case DeliveryState.REFUSED:
            said = _say_refused(delivery, texts)
            elements.append(Text((Plain("❌ " + said),)))
            if delivery.refused:
                elements.append(Text((Plain(delivery.refused.reason),), quote=True))
        case _:
            assert_never(delivery.state)
    return Card(title, tuple(elements), f"{title} — {said}")


def _name(delivery: Delivery, texts: Texts) -> str:
    return delivery.title.strip() or f"{name_kind(delivery.kind, texts)} {name_period(delivery.period, texts)}".strip()


def _list_facts(delivery: Delivery, source: str, known: Outline, texts: Texts) -> Iterator[Fact]:
    client = f"{known.client.number} · {known.client.name}" if known.client else delivery.client_number
    rows = {
        texts.say("Source package"): source,
        texts.say("Kind"): name_kind(delivery.kind, texts),
        texts.say("Client"): client,
        texts.say("Period"): name_period(delivery.period, texts),
        texts.say("File"): delivery.file_name,
        texts.say("Workflow template"): known.template.name if known.template else "",
        texts.say("Contact"): known.contact.name if known.contact else "",
        texts.say("From"): known.sender.name if known.sender else "",
        texts.say("Received"): texts.moment(delivery.received_at),
    }
    return (Fact(label, (Plain(value),)) for label, value in rows.items() if value)


def _list_buttons(delivery: Delivery, known: Outline, texts: Texts) -> Iterator[Button]:
    if not is_reserved(delivery.kind):
        if _needs_choice(delivery):
            yield Button(CHOOSE, texts.say("Choose"), delivery.id, Style.PRIMARY)
        if Doubt.NO_CONVERSATION in delivery.doubts and known.client:
            yield Button(MAKE, texts.say("Make conversation"), delivery.id)
        yield Button(AGAIN, texts.say("Look again"), delivery.id)
    yield Button(REFUSE, texts.say("Reject delivery"), delivery.id, Style.DANGER)


def _needs_choice(delivery: Delivery) -> bool:
    choosable = {*_BY_CLIENT, *_BY_TEMPLATE, *_BY_CONTACT, Doubt.SEVERAL_CONVERSATIONS, Doubt.NO_SENDER}
    return bool(choosable & set(delivery.doubts))


def _say_refused(delivery: Delivery, texts: Texts) -> str:
    if delivery.refused is None:
        return texts.say("Rejected.")
    by, moment = delivery.refused.by, texts.moment(delivery.refused.at)
    return texts.say("{name} rejected this delivery on {moment}.", name=by, moment=moment)


def choose_form(delivery: Delivery, offers: Offers, texts: Texts) -> Form:
    """What is doubtful, as far as there is something to choose from."""
    doubts = set(delivery.doubts)
    inputs: list[Input] = []
    if doubts & _BY_CLIENT:
        options = Search("clients") if offers.clients is None else offers.clients
        inputs.append(Choice(CLIENT, texts.say("Client"), options))
    if doubts & _BY_TEMPLATE and offers.templates:
        inputs.append(Choice(TEMPLATE, texts.say("Workflow template"), offers.templates, required=not inputs))
    if Doubt.SEVERAL_CONVERSATIONS in doubts and offers.places:
        inputs.append(Choice(PLACE, texts.say("Conversation"), offers.places, required=not inputs))
    if doubts & _BY_CONTACT and offers.contacts:
        hint = texts.say("Only who takes part in the client's conversation can sign.")
        inputs.append(Choice(CONTACT, texts.say("Who signs"), offers.contacts, required=not inputs, hint=hint))
    if Doubt.NO_SENDER in doubts and offers.can_send:
        inputs.append(Toggle(SENDER, texts.say("Sender"), texts.say("Send it in my name"), value=True))
    title = texts.say("Choose for delivery")
    if not inputs:
        return Form(CHOOSE, title, (Text((Plain(_say_elsewhere(texts)),)),), close=texts.say("Close"))
    words = texts.say("For the next deliveries of this kind and client number as well")
    inputs.append(Toggle(REMEMBER, texts.say("From now on"), words, value=False))
    return Form(
        id=CHOOSE,
        title=title,
        body=(*(Text((Plain("• " + say_doubt(each, texts)),), muted=True) for each in delivery.doubts), *inputs),
        submit=texts.say("Use this"),
        close=texts.say("Cancel"),
        context=delivery.id,
    )


def _say_elsewhere(texts: Texts) -> str:
    return texts.say(
        "There is nothing to choose from yet. Add what is missing (a workflow template, a role, or somebody to the "
        "client's conversation), then press “Look again”."
    )


def refuse_delivery_form(delivery: Delivery, texts: Texts) -> Form:
    """Why it is not sent."""
    words = texts.say("Nothing is sent to the client. The document is not filed in the dossier.")
    return Form(
        id=REFUSE,
        title=texts.say("Reject delivery"),
        body=(
            Text((Plain(words),)),
            TextInput(WHY, texts.say("Reason"), REASON_LENGTH.stop - 1, multiline=True),
        ),
        submit=texts.say("Reject delivery"),
        close=texts.say("Cancel"),
        context=delivery.id,
    )


def write_question(delivery: DeliveryId, user: str, *, remember: bool) -> str:
    """Of which delivery and participant is asked, and whether the answer holds from now on, as a context."""
    return f"{delivery}/{REMEMBER if remember else ''}/{user}"


def read_question(context: str) -> tuple[DeliveryId, str, bool]:
    """What `write_question` wrote."""
    delivery, _, rest = context.partition("/")
    remembered, _, user = rest.partition("/")
    return DeliveryId(delivery), user, remembered == REMEMBER


def offer_names(names: Sequence[str], texts: Texts) -> str:
    """Who takes part in a conversation, which tells it from another one."""
    return ", ".join(names) if names else texts.say("nobody")
