"""What signers agree to, in words, and the names under which these words are recorded."""

from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.texts import LANGUAGES, Texts, load_texts

_VERSIONS = {
    (Way.APPROVAL, Asks.APPROVE): "1",
    (Way.CERTIFIED, Asks.APPROVE): "certified-1",
    (Way.APPROVAL, Asks.ADOPT): "adopt-1",
    (Way.CERTIFIED, Asks.ADOPT): "certified-adopt-1",
}
"""Counts up whenever that sentence changes in any language, and `recall_consent` then keeps the old one."""


def say_consent(way: Way, asks: Asks, texts: Texts) -> str:
    """The sentence that a signer agrees to."""
    match way, asks:
        case Way.APPROVAL, Asks.APPROVE:
            return texts.say("I agree to the documents below")
        case Way.CERTIFIED, Asks.APPROVE:
            return texts.say("I sign the document below")
        case Way.APPROVAL, Asks.ADOPT:
            return texts.say("We adopt the annual accounts below")
        case _:
            return texts.say("We adopt the annual accounts below, and I sign them")


def name_consent(way: Way, asks: Asks, texts: Texts) -> str:
    """Which sentence that was: `version/language`."""
    return f"{_VERSIONS[way, asks]}/{texts.language}"


def recall_consent(name: str) -> str | None:
    """The sentence that was recorded as `version/language`, in that language; None where none has that name."""
    version, _, language = name.partition("/")
    known = next((each for each, named in _VERSIONS.items() if named == version), None)
    return say_consent(*known, load_texts(language)) if known and language in LANGUAGES else None
