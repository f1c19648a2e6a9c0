"""What a source package says of a document that it delivers: in a request, or in a file beside it."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.domain.delivery import Kind
from bot.domain.delivery_refusals import DeliveryFault, DeliveryRefused, DeliveryTrouble, refuse
from bot.domain.sbr import ClientNumber, Scheme

METADATA_LIMIT = 64 * 1_000
"""Bytes of all that is said of one document."""
OF_OURS: Final = frozenset(ClientNumber(scheme, "").field for scheme in Scheme)
"""Names in `extra` that Paraaf itself writes."""
# No line ends and other control characters: all of it is shown in one line, and PostgreSQL takes no NUL.
_VISIBLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_TROUBLES: Final = {
    "missing": DeliveryTrouble.MISSING,
    "string_too_short": DeliveryTrouble.MISSING,
    "string_too_long": DeliveryTrouble.TOO_LONG,
    "too_long": DeliveryTrouble.TOO_LONG,
    "extra_forbidden": DeliveryTrouble.UNKNOWN_FIELD,
    "enum": DeliveryTrouble.UNKNOWN_KIND,
}
"""What pydantic calls what is wrong, and what we call it; anything else is `WRONG`."""


def _leave_ours(extra: dict[str, str]) -> dict[str, str]:
    if taken := OF_OURS & extra.keys():
        raise ValueError(f"{min(taken)} is written by Paraaf")
    return extra


_Line = Annotated[str, StringConstraints(strip_whitespace=True, pattern=_VISIBLE)]
_Name = Annotated[_Line, StringConstraints(min_length=1, max_length=40)]


class Metadata(BaseModel):
    """What a source package says of a document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Annotated[Kind, Field(description="What kind of document it is.")]
    client: Annotated[
        _Name,
        Field(
            description="The client's number at the office. A number that the office does not know is taken in; "
            "staff then say who it is."
        ),
    ]
    period: Annotated[
        _Name,
        Field(
            description="What it is about: 2025, 2025-Q3, 2025-07, or 2025-07-01/2026-06-30 for another financial year."
        ),
    ]
    title: Annotated[
        _Line, StringConstraints(max_length=200), Field(description="What people read; may be left out.")
    ] = ""
    reference: Annotated[
        _Line,
        StringConstraints(max_length=200),
        Field(description="Your own name for the document, told back to you with whatever becomes of it."),
    ] = ""
    tax_number: Annotated[
        str,
        StringConstraints(strip_whitespace=True, pattern=r"^([0-9]{8,9})?$"),
        Field(
            description="The client's RSIN or BSN, compared with that in the SBR instance. Only a keyed hash is kept."
        ),
    ] = ""
    extra: Annotated[
        dict[_Name, Annotated[_Line, StringConstraints(max_length=500)]],
        Field(max_length=20, description="Anything else, kept as it is."),
        AfterValidator(_leave_ours),
    ] = {}


def read_metadata(content: bytes) -> Metadata:
    """What JSON says. Raises `DeliveryRefused` that names each field that is wrong."""
    if len(content) > METADATA_LIMIT:
        raise refuse(DeliveryTrouble.TOO_LARGE, "metadata", METADATA_LIMIT)
    try:
        return Metadata.model_validate_json(content)
    except ValidationError as error:
        raise _explain(error) from None


def accept_metadata(said: Mapping[str, object]) -> Metadata:
    """As `read_metadata`, for what was read already."""
    try:
        return Metadata.model_validate(said)
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> DeliveryRefused:
    faults = []
    for each in error.errors(include_url=False, include_input=False):
        where = ".".join(str(step) for step in each["loc"] if step != "[key]")
        trouble = _TROUBLES.get(each["type"], DeliveryTrouble.WRONG) if where else DeliveryTrouble.NOT_READABLE
        limit = (each.get("ctx") or {}).get("max_length", 0)
        faults.append(DeliveryFault(trouble, where or "metadata", limit))
    return DeliveryRefused(*faults)
