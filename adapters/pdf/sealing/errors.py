"""Why something is not sealed."""


class SealRefused(Exception):
    """The key cannot seal; the message says why and what to do, for the operator."""


class Unsealable(Exception):
    """The file cannot be sealed. `reason` is a machine word: broken, encrypted, signed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoTimestamp(Exception):
    """The timestamp authority gave no timestamp that holds; the message says why, without its address."""
