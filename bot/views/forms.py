"""The dialogs: what they ask, in which words. `bot.use_cases` reads their inputs by the names below."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.dossier import Document
from bot.domain.envelope import Envelope
from bot.domain.people import Client, Contact, Person
from bot.domain.typed_text import PLACE_LENGTH, REASON_LENGTH
from bot.texts import Texts
from bot.views.adoption import ask_adoption_day, name_approval
from bot.views.consent import say_consent
from bot.views.envelope_words import describe_document
from bot.views.options import fit, offer_contact
from cards.limits import OPTIONS_IN_MENU
from cards.model import (
    Actions,
    Anchor,
    Choice,
    Element,
    Form,
    Link,
    Option,
    Plain,
    Search,
    Strong,
    Text,
    TextInput,
)

SEND, LINK, CONFIRM_SIGNER, APPROVE, REJECT, DOCUMENTS_FORM = (
    "send",
    "link",
    "confirm_signer",
    "approve",
    "reject",
    "documents",
)
BRING, SIGN = "bring", "sign"
CHOOSE_SIGNERS, ARRANGE_SIGNERS = "choose_signers", "arrange_signers"
RECENT, FOUND, UPLOADS = "documents", "more_documents", "uploads"
SIGNER, MESSAGE, DUE, EXPIRES, REMIND = "signer", "message", "due", "expires", "remind"
WAY, SIGNERS, IN_ORDER = "way", "signers", "in_order"
CLIENT, CONTACT, PLACE, REASON = "client", "contact", "place", "reason"
SIGNATURE, TYPED_NAME = "signature", "typed_name"
"""Fields of the signing page, which asks for texts as well; see `name_text`."""
NEW_CONTACT = "new"
"""The option that makes a new contact of the signer."""


def link_form(clients: Sequence[Option] | None, linked: Client | None, context: str, texts: Texts) -> Form:
    """Which client the conversation belongs to; `clients` is None when there are too many to show at once."""
    now = texts.say("Now linked to {client}.", client=f"{linked.number} · {linked.name}") if linked else ""
    return Form(
        id=LINK,
        title=texts.say("Link to a client"),
        body=(
            Text(
                (
                    Plain(
                        texts.say(
                            "Which client does this conversation belong to? Its documents can then be sent from here."
                        )
                    ),
                )
            ),
            *((Text((Plain(now),), muted=True),) if now else ()),
            Choice(CLIENT, texts.say("Client"), Search("clients") if clients is None else tuple(clients)),
        ),
        submit=texts.say("Link"),
        close=texts.say("Cancel"),
        context=context,
    )


def bring_form(clients: Sequence[Option] | None, files: Sequence[str], context: str, texts: Texts) -> Form:
    """Whose dossier files belong in; `clients` is as in `link_form`."""
    return Form(
        id=BRING,
        title=texts.say("File in a dossier"),
        body=(
            *show_files(files, texts),
            Choice(CLIENT, texts.say("Client"), Search("clients") if clients is None else tuple(clients)),
        ),
        submit=texts.say("File"),
        close=texts.say("Cancel"),
        context=context,
    )


def confirm_signer_form(
    signer: Person, client: Client, contacts: Sequence[Contact], match: Contact | None, context: str, texts: Texts
) -> Form:
    """Who an account is at the client, asked once before the first request to it."""
    email = f" ({signer.email})" if signer.email else ""
    options = [offer_contact(contact, texts) for contact in contacts][: OPTIONS_IN_MENU - 1]
    new = Option(NEW_CONTACT, fit(texts.say("New contact: {name}", name=signer.name)))
    chosen = offer_contact(match, texts) if match else None
    return Form(
        id=CONFIRM_SIGNER,
        title=texts.say("Who is this?"),
        body=(
            Text(
                (
                    Plain(texts.say("Who is this person at {client}?", client=client.name) + " "),
                    Strong(signer.name + email),
                )
            ),
            Text(
                (
                    Plain(
                        texts.say("You confirm this once. It is kept with every signature as how this person is known.")
                    ),
                ),
                muted=True,
            ),
            Choice(CONTACT, texts.say("Contact"), (*options, new), selected=(chosen,) if chosen else ()),
        ),
        submit=texts.say("Confirm and send"),
        close=texts.say("Cancel"),
        context=context,
    )


def name_text(number: int) -> str:
    """The field of the signing page for text `number`, from 0, that the envelope asks of its signer."""
    return f"text_{number + 1}"


def name_contact(number: int) -> str:
    """The field that asks who signer `number` is, from 0.

    Each has one of its own: a client may keep what was chosen in a field of the same name in the dialog before.
    """
    return f"{CONTACT}_{number + 1}" if number else CONTACT


def ask_in_turn(question: Form, number: int, left: int, texts: Texts) -> Form:
    """The question of `confirm_signer_form` for signer `number`, from 0; after it `left - 1` others are asked."""
    body = tuple(replace(each, id=name_contact(number)) if isinstance(each, Choice) else each for each in question.body)
    return replace(question, body=body, submit=texts.say("Confirm") if left > 1 else question.submit)


def approve_form(envelope: Envelope, last_place: str | None, today: date, texts: Texts) -> Form:
    """The consent sentence over the documents, when annual accounts were adopted, and the place where one signs."""
    return Form(
        id=APPROVE,
        title=name_approval(envelope.asks, texts),
        body=(
            Text((Strong(say_consent(envelope.way, envelope.asks, texts)),)),
            *_show_documents(envelope.documents, texts),
            *ask_adoption_day(envelope, today, texts),
            TextInput(
                PLACE,
                texts.say("Place"),
                PLACE_LENGTH.stop - 1,
                value=last_place or "",
                hint=texts.say("The place where you sign, such as Utrecht."),
            ),
        ),
        submit=texts.say("Sign"),
        close=texts.say("Cancel"),
        context=envelope.id,
    )


def reject_form(envelope: Envelope, context: str, texts: Texts) -> Form:
    """The reason, which everybody in the conversation will read."""
    return Form(
        id=REJECT,
        title=texts.say("Reject"),
        body=(
            *_show_documents(envelope.documents, texts),
            TextInput(
                REASON,
                texts.say("Reason"),
                REASON_LENGTH.stop - 1,
                multiline=True,
                hint=texts.say("{name} and everyone in this conversation read this.", name=envelope.sender.name),
            ),
        ),
        submit=texts.say("Reject"),
        close=texts.say("Cancel"),
        context=context,
    )


def documents_form(envelope: Envelope, address: str, hours: int, texts: Texts) -> Form:
    """The documents of an envelope, on the signing page at this address."""
    return Form(
        DOCUMENTS_FORM,
        texts.say("Documents"),
        (
            *_show_documents(envelope.documents, texts),
            Actions((Link(texts.say("Open the documents"), address),)),
            _offer_link(address, texts),
            _tell_whose(hours, texts),
        ),
        close=texts.say("Close"),
        page=address,
    )


def sign_form(envelope: Envelope, address: str, hours: int, texts: Texts) -> Form:
    """In place of `approve_form` where a signature is required, which the signing page at this address takes."""
    return Form(
        SIGN,
        name_approval(envelope.asks, texts),
        (
            Text((Plain(texts.say("This request is signed on a page, where you put your signature.")),)),
            *_show_documents(envelope.documents, texts),
            Actions((Link(texts.say("Open the page to sign"), address),)),
            _offer_link(address, texts),
            _tell_whose(hours, texts),
        ),
        close=texts.say("Close"),
        page=address,
    )


def _offer_link(address: str, texts: Texts) -> Text:
    """The address to take along to a telephone, where one can draw; what a button opens cannot be copied."""
    return Text((Anchor(texts.say("The same page, as a link to copy"), address),))


def _tell_whose(hours: int, texts: Texts) -> Text:
    words = texts.count(
        "This link is yours alone and works for {number} hour.",
        "This link is yours alone and works for {number} hours.",
        hours,
    )
    return Text((Plain(words),), muted=True)


def loading_form(texts: Texts) -> Form:
    """Stands in a dialog's place until its contents are known."""
    return Form("loading", "Paraaf", (Text((Plain(texts.say("One moment…")),)),), texts.say("Close"))


def show_files(files: Sequence[str], texts: Texts) -> tuple[Element, ...]:
    """The names of files that come along."""
    return tuple(Text((Plain("📎 "), Strong(name), Plain(" · " + texts.say("comes along")))) for name in files)


def _show_documents(documents: tuple[Document, ...], texts: Texts) -> tuple[Element, ...]:
    return tuple(
        Text((Plain("📄 "), Strong(document.name), Plain(f" · {describe_document(document, texts)}")))
        for document in documents
    )
