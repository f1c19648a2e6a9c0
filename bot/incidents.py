"""Failures in the log: where and what kind, never what people wrote."""

import traceback
from uuid import uuid4


def name_incident() -> str:
    """A short number under which a person can report what the log has; 32 random bits."""
    return uuid4().hex[:8]


def describe(error: BaseException) -> dict[str, object]:
    """Kinds and places of an error and what led to it.

    Its message is left out: it may quote names, reasons or tokens.
    """
    kinds: list[str] = []
    at: BaseException | None = error
    told: set[int] = set()
    while at is not None and id(at) not in told:  # `raise error from error` makes an error its own cause
        told.add(id(at))
        kinds.append(type(at).__name__)
        at = at.__cause__ or at.__context__
    frames = traceback.extract_tb(error.__traceback__)
    return {"kind": " < ".join(kinds), "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}
