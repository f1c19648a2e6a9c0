"""Places and messages as they lie in JSON, where nothing is ever looked for in them."""

from typing import Any

from bot.domain.people import Platform
from bot.domain.places import MessageRef, Place


def write_place(place: Place | None) -> list[Any] | None:
    """A place."""
    return [place.platform, place.tenant, place.channel, place.thread] if place else None


def read_place(written: list[Any] | None) -> Place | None:
    """The place that `write_place` wrote."""
    return Place(Platform(written[0]), *written[1:]) if written else None


def write_message(message: MessageRef | None) -> dict[str, Any] | None:
    """A message."""
    if message is None:
        return None
    return {"place": write_place(message.place), "id": message.id, "link": message.link, "twice": message.may_be_twice}


def read_message(written: dict[str, Any] | None) -> MessageRef | None:
    """The message that `write_message` wrote."""
    place = read_place(written["place"]) if written else None
    return MessageRef(place, written["id"], written["link"], written.get("twice", False)) if written and place else None
