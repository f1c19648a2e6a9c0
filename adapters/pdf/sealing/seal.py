"""Seals a PDF: PAdES, certified with no changes allowed, at the highest level that can be had."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from itertools import count
from typing import BinaryIO, Final

from cryptography.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference, TimestampDSSContentSettings
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, RevokedError
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend

from adapters.pdf.sealing.errors import NoTimestamp, SealRefused, Unsealable
from adapters.pdf.sealing.held_key import to_der
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.stamping import CheckingTimeStamper, Tsa
from adapters.pdf.sealing.writer import AddingWriter
from bot.domain.certified import SealLevel

FIELD: Final = "Paraaf"
"""The name of the field that holds the seal; a number is added where the document has one of that name."""
_HASH: Final = "sha256"
PATIENCE: Final = 60.0
"""Seconds for all that is asked of others about one file; after that it is sealed with what there is."""
_PATIENCE: Final = 10
"""Seconds for one answer about a certificate."""
_RESERVED: Final = 16384
"""Hexadecimal digits kept free for the signature: twice what it needs, which saves making it twice to measure it."""
_RESERVED_STAMPED: Final = 49152
"""As above, with a timestamp in it, whose chain of certificates may be long."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """Asking whether certificates were revoked, where they say; `roots` are those that they must lead to."""

    roots: Sequence[Certificate]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed PDF, and the level that was reached; `shortfall` says why it is none of those above."""

    content: bytes
    level: SealLevel
    shortfall: str = ""


async def seal(
    content: bytes, key: OfficeSeal, level: SealLevel, tsa: Tsa | None = None, revocation: Revocation | None = None
) -> Sealed:
    """Seal `content`, which stays a byte prefix of the result, at `level` or the highest below it that can be had.

    Raises `Unsealable` for a file that cannot be sealed, `SealRefused` where the certificate was revoked.
    """
    paper = BytesIO(content)
    reached, shortfall = await seal_file(paper, key, level, tsa, revocation)
    return Sealed(paper.getvalue(), reached, shortfall)


async def seal_file(
    paper: BinaryIO,
    key: OfficeSeal,
    level: SealLevel,
    tsa: Tsa | None = None,
    revocation: Revocation | None = None,
    reason: str = "",
) -> tuple[SealLevel, str]:
    """As `seal`, appended to a file that can be read, written and cut; it is as before where this fails.

    `reason` is what PDF readers show beside the seal, for people.
    """
    size = paper.seek(0, SEEK_END)
    until = asyncio.get_running_loop().time() + PATIENCE
    work = _Work(paper, key, CheckingTimeStamper(tsa) if tsa else None, revocation, reason, until)
    shortfall = ""
    for wanted in reversed(tuple(SealLevel)[: tuple(SealLevel).index(level) + 1]):
        try:
            reached, why = await work.reach(wanted)
        except _OutOfReach as trouble:
            shortfall = shortfall or f"{wanted}: {trouble}"
            paper.truncate(size)
        except BaseException:
            paper.truncate(size)
            raise
        else:
            return reached, shortfall or why
    raise AssertionError


class _OutOfReach(Exception):
    """A level cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class _Work:
    """One file on its way to being sealed; nobody is waited for after `until`, by the clock of the event loop."""

    paper: BinaryIO
    key: OfficeSeal
    stamper: CheckingTimeStamper | None
    revocation: Revocation | None
    reason: str
    until: float

    async def reach(self, level: SealLevel) -> tuple[SealLevel, str]:
        """The level that was reached, and where that is a lower one, why.

        Raises `_OutOfReach` where that would be one for which another signature is needed, `Unsealable`, `SealRefused`.
        """
        if level is SealLevel.B_B:
            await self._sign(None, None)
            return level, ""
        if self.stamper is None:
            raise _OutOfReach("no timestamp authority is set")
        with _tell_out_of_reach():
            if level is SealLevel.B_T:
                await self._sign(None, self.stamper)
                return level, ""
            return await self._sign_lastingly(level, self.stamper)

    async def _sign_lastingly(self, level: SealLevel, stamper: CheckingTimeStamper) -> tuple[SealLevel, str]:
        if self.revocation is None:
            raise _OutOfReach("nothing says whether the certificate was revoked")
        async with _open_context(self.revocation) as context:
            await self._sign(context, stamper)
            if level is SealLevel.B_LT:
                return level, ""
            size = self.paper.seek(0, SEEK_END)
            try:
                with _tell_out_of_reach():
                    await self._archive(context, stamper)
            except _OutOfReach as trouble:
                self.paper.truncate(size)  # what was reached before stays
                return SealLevel.B_LT, f"{level}: {trouble}"
            return level, ""

    async def _sign(self, context: ValidationContext | None, stamper: CheckingTimeStamper | None) -> None:
        writer = self._open()
        if any(enumerate_sig_fields(writer.prev, filled_status=True)):
            raise Unsealable("signed")
        signer = PdfSigner(
            _describe(_choose_field(writer), context, self.reason), signer=self.key.signer, timestamper=stamper
        )
        reserved = _RESERVED_STAMPED if stamper else _RESERVED
        async with asyncio.timeout_at(self.until if stamper else None):
            await signer.async_sign_pdf(writer, bytes_reserved=reserved, in_place=True)

    async def _archive(self, context: ValidationContext, stamper: CheckingTimeStamper) -> None:
        writer = self._open()
        async with asyncio.timeout_at(self.until):
            await PdfTimeStamper(stamper, field_name=_choose_field(writer)).async_timestamp_pdf(
                writer,
                _HASH,
                context,
                bytes_reserved=_RESERVED_STAMPED,
                dss_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True),
                in_place=True,
            )

    def _open(self) -> AddingWriter:
        try:
            self.paper.seek(0)
            writer = AddingWriter(self.paper, strict=False)
            is_encrypted = writer.prev.encrypted
        except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise Unsealable("broken") from error
        if is_encrypted:
            raise Unsealable("encrypted")
        return writer


@contextmanager
def _tell_out_of_reach() -> Iterator[None]:
    """Raises `_OutOfReach` for what others did not give, and `SealRefused` where the certificate was revoked."""
    try:
        yield
    except NoTimestamp as error:
        raise _OutOfReach("the timestamp authority gave no timestamp") from error
    except TimeoutError as error:
        raise _OutOfReach("the authorities took too long") from error
    except (PathBuildingError, PathValidationError, SigningError) as error:
        cause = error.__cause__ if isinstance(error, SigningError) else error
        if isinstance(error, SigningError) and isinstance(cause, RevokedError):
            raise SealRefused("the certificate of the seal was revoked") from error
        if not isinstance(cause, PathBuildingError | PathValidationError):
            raise
        raise _OutOfReach(f"the certificates cannot be checked ({type(cause).__name__})") from error


def _describe(field: str, context: ValidationContext | None, reason: str) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=field,
        reason=reason or None,
        md_algorithm=_HASH,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        validation_context=context,
        embed_validation_info=context is not None,
        signer_key_usage=set(),  # looked at when the key was loaded
        # With the signature, so that the file does not end in bytes that no signature covers.
        dss_settings=DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE),
    )


def _choose_field(writer: AddingWriter) -> str:
    taken = {name for name, _value, _field in enumerate_sig_fields(writer.prev)}
    return next(name for number in count(1) if (name := FIELD if number == 1 else f"{FIELD} {number}") not in taken)


@asynccontextmanager
async def _open_context(revocation: Revocation) -> AsyncIterator[ValidationContext]:
    """What checks certificates and remembers every answer, each of which is put into the file."""
    async with AIOHttpFetcherBackend(per_request_timeout=_PATIENCE) as fetchers:
        yield ValidationContext(
            trust_roots=[to_der(root) for root in revocation.roots],
            allow_fetching=True,
            fetchers=fetchers,
            revocation_mode="require",
        )
