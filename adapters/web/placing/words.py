"""The words of the page that its script needs as well."""

from bot.domain.fields import FieldKind
from bot.domain.placing import MOST_FIELDS
from bot.texts import Texts


def name_kinds(texts: Texts) -> dict[str, str]:
    """What comes into a field, by its kind."""
    return {
        FieldKind.SIGNATURE.value: texts.say("Signature"),
        FieldKind.NAME.value: texts.say("Name"),
        FieldKind.DATE.value: texts.say("Date"),
        FieldKind.TEXT.value: texts.say("Free text"),
    }


def list_words(texts: Texts) -> dict[str, str]:
    """What the script says, with what it fills in between braces."""
    names = ("kind", "signer", "page")
    gaps = dict(zip(names, (f"{{{name}}}" for name in names), strict=True))
    number = "{number}"
    return name_kinds(texts) | {
        "signerNumber": texts.say("Signer {number}", number=number),
        "field": texts.say("{kind}, {signer}, page {page}", **gaps),
        "found": texts.say("{kind}, {signer}, page {page}, in the document itself", **gaps),
        "removed": texts.say("Removed."),
        "undone": texts.say("Undone."),
        "full": texts.say("At most {number} fields fit on one document.", number=MOST_FIELDS),
        "used": texts.say("Fields of the template: {number}.", number=number),
        "failed": texts.say("The template cannot be fetched right now. Please try again in a moment."),
        "unsaved": texts.say("Not saved yet."),
    }
