"""Every limit that a platform sets to a card or a form, once; exceeding one is an error, never a silent cut.

The model's parts are bound by the tightest platform, which is Slack for all of them; what belongs to one platform says
so in its name. Slack: its reference pages of blocks, block elements, composition objects and views, and the checks of
`slack_sdk.models`. Microsoft Teams: "about 100 KB per message, aim below 80" in its documentation of cards.

Lengths are counted in UTF-16 units, as JavaScript counts: never fewer than Python's code points, so that a text that
passes here passes whichever of the two a platform means by "characters".

    LimitExceeded(ValueError)
    ├── TooLong    one text, or the whole, is too long
    └── TooMany    there are too many (or, where one is needed, too few) of something
"""

from collections.abc import Sized
from typing import Final, TypeVar

T = TypeVar("T", bound=Sized)

CARD_TITLE: Final = 150
"""Slack: text of a header block."""
FORM_TITLE: Final = 24
"""Slack: title of a modal."""
FORM_BUTTON: Final = 24
"""Slack: submit and close texts of a modal."""
FORM_CONTEXT: Final = 3_000
"""Slack: `private_metadata` of a view. Microsoft Teams has `TEAMS_FORM_CONTEXT`."""
BUTTON_LABEL: Final = 75
"""Slack: text of a button."""
BUTTON_VALUE: Final = 2_000
"""Slack: value of a button."""
BUTTONS_IN_ROW: Final = 25
"""Slack: elements of an actions block."""
FACT_LABEL: Final = 1_998
"""Slack: a field of a section holds 2,000; two of them make the label bold."""
ID: Final = 255
"""Slack: `block_id`, `action_id`, `callback_id`."""
URL: Final = 3_000
"""Slack: addresses of buttons and images."""
IMAGE_ALT: Final = 2_000
"""Slack: `alt_text` of an image."""
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
"""Slack: the confirmation dialog object."""
INPUT_LABEL: Final = 2_000
INPUT_HINT: Final = 2_000
"""Slack: label and hint of an input block; an error message is held to the same."""
TYPED_TEXT: Final = 3_000
"""Slack: `max_length` of a plain-text input."""
OPTION_LABEL: Final = 75
OPTION_HINT: Final = 75
OPTION_VALUE: Final = 150
"""Slack: the option object."""
OPTIONS_IN_LIST: Final = 10
"""Slack: options of check boxes and radio buttons."""
OPTIONS_IN_MENU: Final = 100
"""Slack: options of a select menu, and of an answer to a search."""
FILES: Final = 10
"""Slack: `max_files` of a file input."""

SLACK_MESSAGE_BLOCKS: Final = 50
SLACK_VIEW_BLOCKS: Final = 100
SLACK_SECTION_TEXT: Final = 3_000
SLACK_FIELD_TEXT: Final = 2_000
SLACK_FIELDS: Final = 10
SLACK_CONTEXT_TEXT: Final = 3_000
"""Slack: text objects hold 3,000; the reference of context blocks names no smaller number."""
SLACK_SUMMARY: Final = 4_000
"""Slack: `text` of `chat.postMessage`; more than this is discouraged, more than 40,000 is cut off."""
SLACK_MESSAGE_JSON: Final = 13_000
"""Slack refuses a message (`msg_blocks_too_long`) whose blocks hold more than about 13,200 characters as JSON.
Undocumented; reported in slackapi/bolt-js, issues 2509 and 2867."""
SLACK_VIEW_BYTES: Final = 250_000
"""Slack: a view with everything in it, as JSON in UTF-8."""

TEAMS_VIEWERS: Final = 60
"""Microsoft Teams: user ids for whom a card is refreshed by itself."""
TEAMS_FORM_CONTEXT: Final = 20_000
"""Of a form in Microsoft Teams, which limits the whole card alone: room for ten addresses of files in SharePoint, of up
to 2,000 characters each."""
TEAMS_AIM: Final = 80_000
"""Microsoft Teams: bytes of a card as JSON that are sure to pass, with room for what surrounds it in the message."""
TEAMS_BYTES: Final = 100_000
"""Microsoft Teams: bytes of a card as JSON beyond which it is refused."""


class LimitExceeded(ValueError):
    """`what` has `actual` of something of which the platform takes `limit`."""

    def __init__(self, what: str, limit: int, actual: int) -> None:
        super().__init__(f"{what}: {actual:,}, where the limit is {limit:,}.")
        self.what, self.limit, self.actual = what, limit, actual


class TooLong(LimitExceeded):
    """A text with more characters, or JSON with more bytes, than fit."""


class TooMany(LimitExceeded):
    """More things than fit, or none where at least one must be."""


def measure(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(text: str, limit: int, what: str) -> str:
    """`text` itself; raises TooLong when it is longer than `limit`."""
    if (actual := measure(text)) > limit:
        raise TooLong(what, limit, actual)
    return text


def count(things: T, limit: int, what: str, least: int = 0) -> T:
    """`things` themselves; raises TooMany when there are more than `limit` or fewer than `least`."""
    if (actual := len(things)) > limit or actual < least:
        raise TooMany(what, limit, actual)
    return things
