"""Timestamps for seals, from an RFC 3161 authority; none is put into a file before it was checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from asn1crypto import cms, tsp
from cryptography.x509 import Certificate
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from adapters.evidence.stamping import Authority, Unanswered
from adapters.pdf.sealing.errors import NoTimestamp
from adapters.pdf.sealing.held_key import to_der
from storage.evidence.timestamps import Request


@dataclass(frozen=True, slots=True)
class Tsa:
    """A timestamp authority, and the roots that its certificate must lead to; any, where there are none."""

    authority: Authority
    roots: Sequence[Certificate] = ()


class CheckingTimeStamper(TimeStamper):
    """Asks an authority during one seal. Once it did not answer, it is not asked again: each wait is long."""

    def __init__(self, tsa: Tsa) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as pyHanko left it
        self._tsa = tsa
        self._trouble: NoTimestamp | None = None

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The answer, of which nothing was checked yet. Raises `Unanswered`, `ValueError`."""
        return tsp.TimeStampResp.load(await self._tsa.authority.ask(Request(req.dump(), req["nonce"].native)))

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A timestamp of that hash, by an authority under one of the roots. Raises `NoTimestamp`."""
        if self._trouble:
            raise self._trouble
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            await self._check(token, message_digest, md_algorithm)
        except (Unanswered, TimestampRequestError, SignatureValidationError, ValueError, TypeError, KeyError) as error:
            self._trouble = NoTimestamp(f"{type(error).__name__}: {error}")
            raise self._trouble from error
        return token

    async def _check(self, token: cms.ContentInfo, message_digest: bytes, md_algorithm: str) -> None:
        roots = [to_der(root) for root in self._tsa.roots]
        status = await validate_tst_signed_data(
            token["content"],
            ValidationContext(trust_roots=roots),
            lambda used: message_digest if used == md_algorithm else b"",
        )
        if not (status["intact"] and status["valid"]):
            raise SignatureValidationError("the timestamp is of something else, or not signed by its authority")
        if roots and status["trust_problem_indic"] is not None:
            raise SignatureValidationError("the timestamp is by an authority that is not trusted")
