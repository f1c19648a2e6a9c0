"""The send dialog. Its inputs have the names that `bot.views.forms` gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.certified import Way
from bot.domain.dossier import DossierItem
from bot.domain.envelope import Envelope
from bot.domain.expiry import find_last_day
from bot.domain.people import Client
from bot.domain.typed_text import DOCUMENTS, MESSAGE_LENGTH
from bot.texts import Texts
from bot.views.forms import DUE, EXPIRES, FOUND, MESSAGE, RECENT, REMIND, SEND, SIGNER, UPLOADS, WAY, show_files
from bot.views.options import offer_document
from cards.limits import OPTIONS_IN_MENU
from cards.model import (
    Choice,
    DateInput,
    Element,
    FileInput,
    Form,
    Input,
    Look,
    Option,
    Plain,
    Search,
    Strong,
    Text,
    TextInput,
    Toggle,
)


@dataclass(frozen=True, slots=True)
class SendChoices:
    """What the send dialog offers.

    `recent` are the newest documents of the dossier, which holds more where `has_more`; `files` are the names of
    files that come along, such as those of the message it was started on; `replaces` is the envelope that is being
    corrected; `way` is the way of signing that is recommended, None where there is only one;
    `upload_page` is where to bring files on platforms whose forms cannot ask for them.
    """

    client: Client
    recent: Sequence[DossierItem]
    has_more: bool
    files: Sequence[str]
    signers: Sequence[Option]
    preselected: Option | None
    way: Way | None
    replaces: Envelope | None
    upload_page: str = ""


def send_form(choices: SendChoices, context: str, today: date, texts: Texts) -> Form:
    """The send dialog."""
    client = f"{choices.client.number} · {choices.client.name}"
    return Form(
        id=SEND,
        title=texts.say("Have signed"),
        body=(
            Text((Plain(texts.say("Client") + ": "), Strong(client))),
            *_show_replaced(choices.replaces, texts),
            *show_files(choices.files, texts),
            # What is brought to the page meanwhile is found by searching.
            *_ask_documents(choices.recent, has_more=choices.has_more or bool(choices.upload_page), texts=texts),
            FileInput(
                UPLOADS,
                texts.say("Or upload"),
                DOCUMENTS.stop - 1,
                hint=texts.say("Uploads are filed in the client's dossier first."),
                page=choices.upload_page,
            ),
            *((_ask_way(choices.way, texts),) if choices.way else ()),
            _ask_signer(choices.signers, choices.preselected, texts),
            TextInput(
                MESSAGE,
                texts.say("Message"),
                MESSAGE_LENGTH.stop - 1,
                multiline=True,
                required=False,
                hint=texts.say("Stands on the card, for everyone in this conversation."),
            ),
            DateInput(
                DUE,
                texts.say("Due date"),
                required=False,
                hint=texts.say("It can still be signed after this day."),
            ),
            _ask_expiry(choices.replaces, today, texts),
            Toggle(REMIND, texts.say("Reminders"), texts.say("Remind people of this task automatically"), value=True),
        ),
        submit=texts.say("Send"),
        close=texts.say("Cancel"),
        context=context,
    )


def _ask_documents(recent: Sequence[DossierItem], *, has_more: bool, texts: Texts) -> tuple[Element | Input, ...]:
    asked: list[Element | Input] = []
    options = tuple(offer_document(item, texts) for item in recent)
    most = DOCUMENTS.stop - 1
    if options:
        asked.append(
            Choice(RECENT, texts.say("Documents from the dossier"), options, most=most, look=Look.LIST, required=False)
        )
    else:
        asked.append(Text((Plain(texts.say("The dossier has no documents yet: upload one.")),), muted=True))
    if has_more:
        asked.append(
            Choice(
                FOUND,
                texts.say("Other documents"),
                Search("documents"),
                most=most,
                required=False,
                hint=texts.say("Type a part of the name."),
            )
        )
    return tuple(asked)


def _ask_expiry(replaces: Envelope | None, today: date, texts: Texts) -> DateInput:
    """A corrected version has as long as what it corrects, unless the sender says otherwise or that is over."""
    before = find_last_day(replaces.expires_at) if replaces and replaces.expires_at else None
    return DateInput(
        EXPIRES,
        texts.say("Valid until"),
        before if before and before >= today else None,
        hint=texts.say("After this day nobody can sign it any more."),
        required=False,
    )


def _ask_way(way: Way, texts: Texts) -> Choice:
    options = {
        Way.APPROVAL: Option(Way.APPROVAL.value, texts.say("Approval"), texts.say("One signer, documents of any type")),
        Way.CERTIFIED: Option(
            Way.CERTIFIED.value,
            texts.say("Signing with a certificate"),
            texts.say("One PDF, which one or more people sign"),
        ),
    }
    return Choice(
        WAY,
        texts.say("Way of signing"),
        tuple(options.values()),
        selected=(options[way],),
        look=Look.LIST,
        hint=texts.say("For agreements, signing with a certificate is recommended."),
    )


def _ask_signer(signers: Sequence[Option], preselected: Option | None, texts: Texts) -> Choice:
    return Choice(
        SIGNER,
        texts.say("Signer"),
        tuple(signers) if len(signers) <= OPTIONS_IN_MENU else Search("participants"),
        selected=(preselected,) if preselected else (),
        hint=texts.say("Only who takes part in this conversation can sign: invite others to it first."),
    )


def _show_replaced(replaces: Envelope | None, texts: Texts) -> tuple[Element, ...]:
    if replaces is None:
        return ()
    names = ", ".join(document.name for document in replaces.documents)
    return (Text((Plain(texts.say("Corrected version of: {documents}", documents=names)),)),)
