"""What signers leave on a document."""

from dataclasses import dataclass

from bot.domain.signature import Signature


@dataclass(frozen=True, slots=True)
class Mark:
    """What one signer leaves; `signer` counts from 0, as in `bot.domain.fields`.

    `day` is the text that is to stand there. `texts` are for the signer's text fields, in the order of the fields.
    Without `signature`, where none was asked, name and day stand in its place.
    """

    signer: int
    name: str
    day: str
    texts: tuple[str, ...] = ()
    signature: Signature | None = None
