"""What signers agree to, in words, and the names under which these words are recorded."""

from typing import assert_never

from bot.domain.certified import Way
from bot.texts import LANGUAGES, Texts, load_texts

_VERSIONS = {Way.APPROVAL: "1", Way.CERTIFIED: "certified-1"}
"""Counts up whenever the sentence of that way changes in any language, and `recall_consent` then keeps the old one."""


def say_consent(way: Way, texts: Texts) -> str:
    """The sentence that a signer agrees to."""
    match way:
        case Way.APPROVAL:
            return texts.say("I agree to the documents below")
        case Way.CERTIFIED:
            return texts.say("I sign the document below")
        case _:
            assert_never(way)


def name_consent(way: Way, texts: Texts) -> str:
    """Which sentence that was: `version/language`."""
    return f"{_VERSIONS[way]}/{texts.language}"


def recall_consent(name: str) -> str | None:
    """The sentence that was recorded as `version/language`, in that language; None where none has that name."""
    version, _, language = name.partition("/")
    ways = [way for way, known in _VERSIONS.items() if known == version]
    return say_consent(ways[0], load_texts(language)) if ways and language in LANGUAGES else None
