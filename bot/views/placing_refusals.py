"""Why fields cannot be placed, in words."""

from typing import assert_never

from bot.domain.placing import (
    LABEL_LENGTH,
    MOST_FIELDS,
    MOST_TEMPLATES,
    FieldsRefused,
    Misplaced,
    NothingToPlaceOn,
    TooManyTemplates,
)
from bot.texts import Texts

PlacingRefusal = FieldsRefused | NothingToPlaceOn | TooManyTemplates


def word_placing_refusal(refusal: PlacingRefusal, texts: Texts) -> str:
    """What is wrong, and what to do."""
    match refusal:
        case NothingToPlaceOn(name):
            return texts.say(
                "Fields can only be placed on a PDF whose pages can be read, and {name} is not one: "
                "it is locked, damaged, signed already or another kind of file.",
                name=name,
            )
        case TooManyTemplates():
            return texts.say(
                "There are {number} templates already. Remove one that nobody uses, then save again.",
                number=MOST_TEMPLATES,
            )
        case FieldsRefused(why):
            return _word_misplaced(why, texts)
        case _:
            assert_never(refusal)


def _word_misplaced(why: Misplaced, texts: Texts) -> str:
    match why:
        case Misplaced.TOO_MANY:
            return texts.say("At most {number} fields fit on one document. Nothing was saved.", number=MOST_FIELDS)
        case Misplaced.NO_SUCH_SIGNER:
            return texts.say("A field is for a signer who is not there. Nothing was saved.")
        case Misplaced.NO_SUCH_PAGE | Misplaced.OUTSIDE:
            return texts.say("A field is not on a page, or not wholly. Nothing was saved.")
        case Misplaced.TOO_SMALL:
            return texts.say("A field is too small to hold anything. Nothing was saved.")
        case Misplaced.LABEL_TOO_LONG:
            return texts.say("A label is longer than {number} characters. Nothing was saved.", number=LABEL_LENGTH)
        case _:
            assert_never(why)
