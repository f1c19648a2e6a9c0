"""Why a delivery was not taken in, in words, for who makes or keeps the software that delivers."""

from typing import assert_never

from bot.domain.delivery import Kind
from bot.domain.delivery_refusals import DeliveryFault, DeliveryTrouble, Stray
from bot.texts import Texts


def explain_fault(fault: DeliveryFault, texts: Texts) -> str:
    """What is wrong and what to do about it."""
    field = fault.field
    match fault.trouble:
        case DeliveryTrouble.MISSING:
            return texts.say("“{field}” is missing or empty.", field=field)
        case DeliveryTrouble.UNKNOWN_FIELD:
            return texts.say("There is no field “{field}”. Put anything else under “extra”.", field=field)
        case DeliveryTrouble.UNKNOWN_KIND:
            return texts.say("This kind of document is unknown. Choose from: {kinds}.", kinds=", ".join(Kind))
        case DeliveryTrouble.TOO_LONG:
            return texts.say("“{field}” is longer than {number}.", field=field, number=fault.limit)
        case DeliveryTrouble.WRONG if field == "tax_number":
            return texts.say("“{field}” is an RSIN or BSN: 8 or 9 digits.", field=field)
        case DeliveryTrouble.WRONG:
            return texts.say("“{field}” is not as it should be: write text in one line.", field=field)
        case DeliveryTrouble.NOT_READABLE:
            return texts.say("What is said of the document cannot be read: it is no JSON or XML as is expected here.")
        case DeliveryTrouble.EMPTY:
            return texts.say("The file is empty.")
        case DeliveryTrouble.TOO_LARGE:
            return texts.say("“{field}” is larger than {limit}.", field=field, limit=texts.size(fault.limit))
        case DeliveryTrouble.NOT_A_PDF | DeliveryTrouble.BROKEN_PDF:
            return _explain_file(fault.trouble, texts)
        case DeliveryTrouble.KEY_USED:
            return texts.say("This key was used before, for another document. Use a new key for each document.")
        case DeliveryTrouble.NOT_AN_INSTANCE | DeliveryTrouble.UNSAFE_XML:
            return _explain_xml(fault.trouble, texts)
        case _:
            assert_never(fault.trouble)


def explain_stray(stray: Stray, name: str, texts: Texts) -> str:
    """Why a file in a watched folder was put aside; `name` is that without its ending."""
    match stray:
        case Stray.LINK:
            return texts.say("There is a shortcut (symbolic link) in the folder. Put the file itself there.")
        case Stray.ALONE:
            return texts.say(
                "The file “{name}” lies alone: there is nothing that says what it is. Put a {suffix} file of that name "
                "beside it.",
                name=f"{name}.pdf",
                suffix=".json",
            )
        case Stray.NO_PDF:
            return texts.say("There is no PDF “{name}” that belongs to this file.", name=f"{name}.pdf")
        case Stray.NO_DOCUMENT:
            return texts.say(
                "Only PDF files can be delivered, with a .json, .xml or .xbrl file of the same name beside it."
            )
        case _:
            assert_never(stray)


def _explain_file(trouble: DeliveryTrouble, texts: Texts) -> str:
    if trouble is DeliveryTrouble.NOT_A_PDF:
        return texts.say("The file is no PDF. Only PDF documents can be delivered.")
    return texts.say("The PDF cannot be read: it is cut off, damaged, or locked with a password. Make it again.")


def _explain_xml(trouble: DeliveryTrouble, texts: Texts) -> str:
    if trouble is DeliveryTrouble.NOT_AN_INSTANCE:
        return texts.say("What came along is no SBR instance (XBRL). Leave it out, or send the instance itself.")
    return texts.say("The XML declares a document type or entities, which is not taken. Leave these out.")
