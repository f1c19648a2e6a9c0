"""Which piece of work a line in the log is about: by ids alone, never by a name or a word of anybody."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from structlog.contextvars import bound_contextvars

from bot.conversation import Command, Interaction, Lookup, Press, Submission
from bot.domain.outgoing import Claimed

_OWN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
"""As `bot.use_cases.ids` makes them."""


class Follow(Protocol):
    """Follows a piece of work; with traces, as a span of that name with these ids."""

    def __call__(self, work: str, **ids: str) -> AbstractContextManager[None]:
        """Until the end of the block this work is under way."""


@contextmanager
def follow(work: str, **ids: str) -> Iterator[None]:
    """Put these ids on every line that is logged until the end of the block, and in tasks begun there."""
    del work  # each line tells by its event what is done
    with bound_contextvars(**ids):
        yield


def name_interaction(interaction: Interaction) -> dict[str, str]:
    """The conversation and the envelope that an interaction is about, as far as it tells."""
    match interaction:
        case Command():
            return {"conversation": interaction.place.channel}
        case Press():
            return {"conversation": interaction.place.channel, **_name_envelope(interaction.value)}
        case Submission() | Lookup():
            return _name_envelope(interaction.context)


def name_delivery(row: Claimed) -> dict[str, str]:
    """The conversation and the envelope that a delivery is about, and what it is."""
    ids = {"conversation": row.outgoing.place.channel, "errand": row.outgoing.errand, "row": str(row.id)}
    return ids | ({"envelope": row.outgoing.subject} if row.outgoing.subject else {})


def _name_envelope(value: str) -> dict[str, str]:
    """Buttons and forms carry an envelope's id or something else, which may be what somebody typed."""
    return {"envelope": value} if _OWN_ID.fullmatch(value) else {}
