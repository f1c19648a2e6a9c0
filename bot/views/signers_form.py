"""The steps of the send dialog in the certified way: who signs, and in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.certified import MOST_SIGNERS
from bot.domain.sealing import Inspection
from bot.texts import Texts
from bot.views.forms import ARRANGE_SIGNERS, CHOOSE_SIGNERS, IN_ORDER, SIGNERS
from cards.limits import OPTIONS_IN_LIST, OPTIONS_IN_MENU
from cards.model import Anchor, Choice, Form, Look, Option, Plain, Search, Text, Toggle


@dataclass(frozen=True, slots=True)
class Paper:
    """What is known of the document, and the address of the page for placing fields on it; None and empty where not."""

    inspection: Inspection | None = None
    placing: str = ""


def signers_form(
    candidates: Sequence[Option], chosen: Sequence[Option], paper: Paper, context: str, texts: Texts, *, in_order: bool
) -> Form:
    """Who signs, whether they take turns, and what there is to know of where they do."""
    return Form(
        id=CHOOSE_SIGNERS,
        title=texts.say("Who signs?"),
        body=(
            Choice(
                SIGNERS,
                texts.say("Signers"),
                tuple(candidates) if len(candidates) <= OPTIONS_IN_MENU else Search("participants"),
                selected=tuple(chosen),
                most=MOST_SIGNERS,
                look=Look.LIST if len(candidates) <= OPTIONS_IN_LIST else Look.MENU,
                hint=texts.say("Whoever is not in this conversation has to be invited to it first."),
            ),
            Toggle(
                IN_ORDER,
                texts.say("Order"),
                texts.say("One after the other; you say the order in the next step"),
                value=in_order,
            ),
            *_tell_paper(paper, texts),
        ),
        submit=texts.say("Next"),
        close=texts.say("Cancel"),
        context=context,
    )


def _tell_paper(paper: Paper, texts: Texts) -> Iterator[Text]:
    inspection = paper.inspection
    if inspection and inspection.is_signed:
        words = texts.say(
            "This PDF is signed already. It stays as it is, attached to the sealed PDF that bears the new signatures."
        )
        yield Text((Plain(words),), muted=True)
        return
    if inspection and inspection.signers:
        words = texts.count(
            "The document has a place for {number} signer.",
            "The document has places for {number} signers.",
            inspection.signers,
        )
        yield Text((Plain(words),), muted=True)
    if paper.placing:
        lead = texts.say("Without a place on the document people sign on a page at its end.")
        yield Text((Plain(f"{lead} "), Anchor(texts.say("Place fields on the document"), paper.placing)), muted=True)
    if inspection and inspection.is_pdfa:
        yield Text(
            (Plain(texts.say("The sealed PDF will no longer be PDF/A, which this document says it is.")),), muted=True
        )


def name_position(number: int, round_: int) -> str:
    """The field for who signs at place `number`, from 0.

    Every round has fields of its own: a client may keep what was chosen in a field of the same name.
    """
    return f"position_{number + 1}_{round_}" if round_ else f"position_{number + 1}"


def order_form(signers: Sequence[Option], round_: int, context: str, texts: Texts) -> Form:
    """Who signs first, second, …: `signers` in their order, which is shown again when `round_` is not 0."""
    lead = texts.say("Each gets the request when everybody before them has signed.")
    again = texts.say("The others moved along. Press Next if this is the right order.")
    return Form(
        id=ARRANGE_SIGNERS,
        title=texts.say("Order of signing"),
        body=(
            Text((Plain(again if round_ else lead),), muted=not round_),
            Text((Plain(texts.say("Now: {names}", names=", ".join(each.label for each in signers))),)),
            *(
                Choice(
                    name_position(number, round_),
                    texts.say("Signs as number {number}", number=number + 1),
                    tuple(signers),
                    selected=(signer,),
                )
                for number, signer in enumerate(signers)
            ),
        ),
        submit=texts.say("Next"),
        close=texts.say("Cancel"),
        context=context,
    )
