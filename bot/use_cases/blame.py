"""Where in a dialog it is said what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.faults import InvalidInput


@contextmanager
def blame(field: str, only: str = "") -> Iterator[None]:
    """Let any fault, or that of `only` one field, stand at this field, which the dialog that is open has."""
    try:
        yield
    except InvalidInput as invalid:
        named, fault = next(iter(invalid.faults.items()))
        raise InvalidInput({field if only in {"", named} else named: fault}) from invalid
