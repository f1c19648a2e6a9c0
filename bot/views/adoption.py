"""What is asked about annual accounts, and the day on which they were adopted, in words."""

from datetime import date

from bot.domain.accounts import Asks, find_adoption_day, looks_like_accounts
from bot.domain.envelope import Envelope
from bot.texts import Texts
from cards.model import Choice, DateInput, Form, Look, Option, Plain, Text

CHOOSE_ASKS = "choose_asks"
"""The dialog that asks the sender which of the two is asked; `ASKS` is its field."""
ASKS = "asks"
ADOPTED_ON = "adopted_on"
"""The field for the date of adoption, in the dialog and on the signing page."""


def name_approval(asks: Asks, texts: Texts) -> str:
    """What the button is called that does what is asked."""
    return texts.say("Adopt") if asks is Asks.ADOPT else texts.say("Approve")


def name_asked(asks: Asks, texts: Texts) -> str:
    """What is asked about annual accounts."""
    if asks is Asks.ADOPT:
        return texts.say("Adopt the annual accounts (general meeting)")
    return texts.say("Agree with the draft annual accounts (management)")


def tell_adoption_day(period_end: date | None, texts: Texts) -> str:
    """Which day is meant by that of adoption."""
    if period_end is None:
        return texts.say("The day on which the general meeting adopted the annual accounts.")
    return texts.say(
        "The day on which the general meeting adopted the annual accounts: {day} or later.", day=texts.day(period_end)
    )


def tell_adoption(envelope: Envelope, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Labels with values: what is asked where the documents are annual accounts, and when these were adopted."""
    is_about_accounts = any(looks_like_accounts(document.name) for document in envelope.documents)
    told = []
    if is_about_accounts or envelope.asks is Asks.ADOPT:
        told.append((texts.say("Asked"), name_asked(envelope.asks, texts)))
    if day := find_adoption_day(envelope):
        told.append((texts.say("Date of adoption"), texts.day(day)))
    return tuple(told)


def ask_adoption_day(envelope: Envelope, today: date, texts: Texts) -> tuple[DateInput, ...]:
    """The input for the date of adoption, where the envelope asks it."""
    if envelope.asks is not Asks.ADOPT:
        return ()
    hint, label = tell_adoption_day(envelope.period_end, texts), texts.say("Date of adoption")
    return (DateInput(ADOPTED_ON, label, find_adoption_day(envelope) or today, hint),)


def asks_form(asks: Asks, context: str, texts: Texts) -> Form:
    """Whether annual accounts are to be agreed with or to be adopted; `asks` is chosen to begin with."""
    options = {
        Asks.APPROVE: Option(
            Asks.APPROVE.value, texts.say("Agree with the draft"), texts.say("By the management, before the meeting")
        ),
        Asks.ADOPT: Option(
            Asks.ADOPT.value, texts.say("Adopt"), texts.say("By the general meeting; its date is asked and recorded")
        ),
    }
    lead = texts.say(
        "You are sending annual accounts. These two are different things, and are kept apart in the record."
    )
    return Form(
        id=CHOOSE_ASKS,
        title=texts.say("Annual accounts"),
        body=(
            Text((Plain(lead),)),
            Choice(
                ASKS,
                texts.say("What do you ask?"),
                tuple(options.values()),
                selected=(options[asks],),
                look=Look.LIST,
            ),
        ),
        submit=texts.say("Next"),
        close=texts.say("Cancel"),
        context=context,
    )
