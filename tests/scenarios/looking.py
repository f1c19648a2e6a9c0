"""What a person sees of a message in the chat."""

import re

from tests.strict_slack import Message

_ADDRESS = re.compile(r"<(https?://[^|>]+)\|")


def labels(message: Message) -> list[str]:
    """The labels of its buttons, in order."""
    return [button["text"]["text"] for button in message.buttons]


def links(message: Message) -> list[str]:
    """The addresses that its words lead to."""
    return _ADDRESS.findall(message.words)


def link_of(message: Message) -> str:
    """The address of the message itself."""
    return f"https://kantoor.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
