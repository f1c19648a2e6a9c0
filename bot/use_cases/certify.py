"""Look into a document that is to be signed in the certified way: when it is sent, not after everybody signed."""

import asyncio
from collections.abc import Iterable

from bot.domain.errors import SealingUnavailable, StoreUnavailable
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.fields import Field, count_signers
from bot.domain.sealing import CannotBeSealed, Inspection, Obstacle
from bot.ports import Ports
from bot.use_cases.filing import PDF
from bot.views import forms

PATIENCE = 1.0
"""Seconds that a dialog waits for it; Slack gives three for all that an answer takes."""

_PROBLEMS = {
    Obstacle.ENCRYPTED: Problem.PDF_ENCRYPTED,
    Obstacle.BROKEN: Problem.PDF_BROKEN,
    Obstacle.XFA: Problem.PDF_XFA,
    Obstacle.ACTIVE: Problem.PDF_ACTIVE,
    Obstacle.TOO_MANY_PAGES: Problem.PDF_TOO_HEAVY,
    Obstacle.TOO_HEAVY: Problem.PDF_TOO_HEAVY,
}


async def inspect(ports: Ports, sha256: str) -> Inspection:
    """What is known of a PDF.

    Raises `InvalidInput` where it cannot be sealed, `SealingUnavailable`, `StoreUnavailable`.
    """
    if ports.sealer is None:
        raise SealingUnavailable("sealing is not set up")
    try:
        return await ports.sealer.inspect(sha256)
    except CannotBeSealed as refusal:
        raise InvalidInput({forms.RECENT: Fault(_PROBLEMS[refusal.obstacle])}) from refusal


async def inspect_soon(ports: Ports, sha256: str) -> Inspection | None:
    """As `inspect`; None where it takes longer than somebody can wait, so that it has to be asked again later."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await inspect(ports, sha256)
    except (TimeoutError, SealingUnavailable, StoreUnavailable):
        return None


def require_one_pdf(media_types: Iterable[str]) -> None:
    """Raise `InvalidInput` unless these are the types of what is signed with a certificate: one PDF."""
    if list(media_types) != [PDF]:
        raise InvalidInput({forms.RECENT: Fault(Problem.NOT_ONE_PDF)})


def require_signers(fields: Iterable[Field], signers: int) -> None:
    """Raise `InvalidInput` where the document has places for more than so many signers: these would stay empty."""
    if (least := count_signers(fields)) > signers:
        raise InvalidInput({forms.SIGNERS: Fault(Problem.TOO_FEW_SIGNERS, least)})
