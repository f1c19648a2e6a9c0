"""Whether signatures were made with their keys, and whether those are trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.x509 import Certificate, load_der_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    DocumentSecurityStore,
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from adapters.pdf.sealing.errors import SealRefused
from adapters.pdf.sealing.held_key import to_der
from adapters.pdf.sealing.keys import check_strength
from bot.domain.certified import SealLevel

_HASHES: Final = {"sha256", "sha384", "sha512"}
_FOR_SEALS: Final = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom one believes: certificates of seals or of their issuers, and of timestamp authorities or their issuers."""

    seals: Sequence[Certificate] = ()
    authorities: Sequence[Certificate] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """A signature whose mathematics were looked at. Times are None where nothing says them."""

    is_sound: bool
    """Made with the key of its certificate over the bytes it covers, with nothing that is broken."""
    is_trusted: bool
    is_in_time: bool
    """Whether its certificate was valid then."""
    certificate: Certificate
    claimed_at: datetime | None
    """By the clock of who signed; of a document timestamp, its time."""
    stamp: "Examined | None" = None
    """The timestamp in a seal."""

    @property
    def proven_at(self) -> datetime | None:
        """When it was at the latest, as a trusted authority says."""
        return self.stamp.claimed_at if self.stamp and self.stamp.is_sound and self.stamp.is_trusted else None


async def examine_seal(signature: EmbeddedPdfSignature, trust: Trust, *, lasting: datetime | None) -> Examined:
    """Examine a seal as of the time that a timestamp proves: its own, or `lasting` of one over the whole; else now."""
    first = await _examine(signature, trust, None)
    at = first.proven_at or lasting
    return await _examine(signature, trust, at) if at else first


async def examine_stamp(signature: EmbeddedPdfSignature, trust: Trust) -> Examined:
    """Examine a document timestamp."""
    context = _make_context(signature.reader, trust.authorities, None)
    status = await async_validate_pdf_timestamp(signature, context, skip_diff=True)
    return _read(status, status.timestamp)


def find_level(reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature], seal: Examined) -> SealLevel:
    """What level a file's seal has, by what it carries."""
    if seal.stamp is None:
        return SealLevel.B_B
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return SealLevel.B_T
    if not (store.ocsps or store.crls):
        return SealLevel.B_T
    return SealLevel.B_LTA if any(each.sig_object_type == "/DocTimeStamp" for each in signatures) else SealLevel.B_LT


async def _examine(signature: EmbeddedPdfSignature, trust: Trust, at: datetime | None) -> Examined:
    reader = signature.reader
    status = await async_validate_pdf_signature(
        signature,
        _make_context(reader, trust.seals, at),
        _make_context(reader, trust.authorities, None),
        key_usage_settings=_FOR_SEALS,
        skip_diff=True,
    )
    stamped = status.timestamp_validity
    stamp = _read(stamped, stamped.timestamp) if stamped else None
    return _read(status, status.signer_reported_dt, stamp, at)


def _read(
    status: SignatureStatus, claimed: datetime | None, stamp: Examined | None = None, at: datetime | None = None
) -> Examined:
    certificate = load_der_x509_certificate(status.signing_cert.dump())
    is_sound = status.intact and status.valid and status.md_algorithm in _HASHES and _is_strong(certificate)
    # A certificate that is trusted as such is valid for ever in the eyes of the library; not in ours.
    moment = at or (claimed if isinstance(status, TimestampSignatureStatus) else datetime.now(UTC))
    is_valid = moment is not None and certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    return Examined(is_sound, is_sound and status.trusted and is_valid, is_valid, certificate, claimed, stamp)


def _is_strong(certificate: Certificate) -> bool:
    try:
        check_strength(certificate)
    except SealRefused:
        return False
    return True


def _make_context(reader: PdfFileReader, roots: Sequence[Certificate], at: datetime | None) -> ValidationContext:
    """Trusts the roots only, and asks nobody: what there is to know of revocation stands in the file."""
    known: dict[str, Any] = {"trust_roots": [to_der(root) for root in roots], "moment": at, "allow_fetching": False}
    try:
        return DocumentSecurityStore.read_dss(reader).as_validation_context(known)
    except NoDSSFoundError:
        return ValidationContext(**known)
