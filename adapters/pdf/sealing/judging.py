"""Judges a sealed PDF by our own rule of acceptance: pure, without network. It believes only whom it is told to.

The rule is narrower than the standard's, since readers differ in what they let pass: the file is certified with no
changes allowed, nothing but timestamps and what certificates are checked with comes after, and the last of these
covers the file to its last byte.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from typing import Final

from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, TextStringObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DSSCompareRule,
    FormUpdatingRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from adapters.pdf.sealing.keys import name_subject
from adapters.pdf.sealing.trust import Examined, Trust, examine_seal, examine_stamp, find_level
from adapters.seal_judgement import Check, Covered, Finding, Judgement, Kind
from storage.evidence.verify import Outcome

_MOST_REASON: Final = 200
"""Characters of what a seal says of itself."""
_ADDED: Final = ModificationLevel.LTA_UPDATES
_ONLY_TIMESTAMPS: Final = StandardDiffPolicy(
    # pyHanko's own policy lets title, metadata, version and orphans change as well.
    [
        CatalogModificationRule(frozenset({"/AcroForm", "/DSS"})),
        XrefStreamRule().as_qualified(_ADDED),
        ObjectStreamRule().as_qualified(_ADDED),
        DSSCompareRule().as_qualified(_ADDED),
    ],
    FormUpdatingRule([SigFieldCreationRule(), SigFieldModificationRule()]),
    ignore_orphaned_objects=False,
)


def judge(content: bytes, trust: Trust, logged: str | None = None) -> Judgement:
    """Judge a PDF; `logged` is the SHA-256 that the evidence log has of it, in hexadecimal. Never raises for the file.

    Not to be called where an event loop runs.
    """
    try:
        judged = asyncio.run(_judge(content, trust))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file does to a parser, it is no seal that holds
        judged = Judgement((Finding(Check.READABLE, Outcome.FAILED, type(error).__name__),), len(content))
    if logged is None:
        return judged
    is_same = sha256(content).hexdigest() == logged
    return replace(judged, findings=(*judged.findings, _tell(Check.LOGGED, is_same, "another-file")))


async def _judge(content: bytes, trust: Trust) -> Judgement:
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted:
        return Judgement((Finding(Check.READABLE, Outcome.FAILED, "encrypted"),), len(content))
    signatures = sorted(_read_signatures(reader), key=_measure)
    readable = Finding(Check.READABLE, Outcome.HELD)
    if not signatures:
        return Judgement((readable, Finding(Check.SEALED, Outcome.FAILED, "no-signature")), len(content))
    findings = (
        readable,
        _tell(Check.SEALED, _is_certified(reader, signatures), "other-signatures"),
        _tell(Check.RANGES, all(_is_contiguous(content, each) for each in signatures), "gap"),
        _tell(Check.WHOLE_FILE, _measure(signatures[-1]) == len(content), "more-follows"),
        _tell(Check.UNCHANGED, all(_is_unchanged(reader, each) for each in signatures), "changed"),
    )
    return await _examine(Judgement(findings, len(content)), reader, signatures, trust)


async def _examine(
    judged: Judgement, reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature], trust: Trust
) -> Judgement:
    stamps = [await examine_stamp(each, trust) for each in signatures if _is_stamp(each)]
    seals = [each for each in signatures if not _is_stamp(each)]
    lasting = min((each.claimed_at for each in stamps if each.is_trusted and each.claimed_at), default=None)
    sealed = [await examine_seal(each, trust, lasting=lasting) for each in seals]
    examined = [*sealed, *stamps]
    all_stamps = [*stamps, *(each.stamp for each in sealed if each.stamp)]
    findings = (
        *judged.findings,
        _tell(Check.SIGNATURES, all(each.is_sound for each in [*examined, *all_stamps]), "unsound"),
        _judge_sealer(sealed, trust),
        *_judge_stamps(all_stamps, trust),
    )
    return replace(
        judged,
        findings=findings,
        signatures=tuple(
            _describe(*each) for each in zip([*seals, *(s for s in signatures if _is_stamp(s))], examined, strict=True)
        ),
        level=find_level(reader, signatures, sealed[0]) if sealed else None,
    )


def _judge_sealer(sealed: Sequence[Examined], trust: Trust) -> Finding:
    if not trust.seals:
        return Finding(Check.SEALER, Outcome.UNCHECKED, "no-certificate")
    if all(each.is_trusted for each in sealed) and sealed:
        return Finding(Check.SEALER, Outcome.HELD)
    return Finding(Check.SEALER, Outcome.FAILED, "unknown" if all(each.is_in_time for each in sealed) else "expired")


def _judge_stamps(stamps: Sequence[Examined], trust: Trust) -> Iterator[Finding]:
    if stamps and not trust.authorities:
        yield Finding(Check.TIMESTAMPS, Outcome.UNCHECKED, "no-authorities")
    elif stamps:
        yield _tell(Check.TIMESTAMPS, all(each.is_trusted for each in stamps), "unknown")


def _read_signatures(reader: PdfFileReader) -> Iterator[EmbeddedPdfSignature]:
    """Every signature, also one of a kind that nobody knows."""
    for name, _value, field in enumerate_sig_fields(reader, filled_status=True):
        yield EmbeddedPdfSignature(reader, field, name)


def _is_stamp(signature: EmbeddedPdfSignature) -> bool:
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _measure(signature: EmbeddedPdfSignature) -> int:
    """Where what it covers ends, in bytes from the start."""
    _start, _size, second, size = (int(each) for each in signature.byte_range)
    return second + size


def _is_certified(reader: PdfFileReader, signatures: Sequence[EmbeddedPdfSignature]) -> bool:
    first, *others = signatures
    certification = read_certification_data(reader)
    return (
        certification is not None
        and certification.author_sig.container_ref == first.sig_object.container_ref
        and certification.permission is MDPPerm.NO_CHANGES
        and not _is_stamp(first)
        and all(_is_stamp(each) for each in others)
    )


def _is_contiguous(content: bytes, signature: EmbeddedPdfSignature) -> bool:
    start, gap, second, size = (int(each) for each in signature.byte_range)
    written = content[gap:second]
    if not (start == 0 < gap < second <= second + size <= len(content) and written[:1] + written[-1:] == b"<>"):
        return False
    held = bytes.fromhex(written[1:-1].decode("ascii"))
    used = len(ContentInfo.load(held).dump())
    return held == signature.pkcs7_content and not held[used:].strip(b"\0")


def _is_unchanged(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    signature.compute_integrity_info(_ONLY_TIMESTAMPS)
    result: object = signature.diff_result
    # What certificates are checked with may grow, but pyHanko lets it shrink as well.
    kept = set(_read_store(reader.get_historical_root(signature.signed_revision))) <= set(_read_store(reader.root))
    return isinstance(result, DiffResult) and result.modification_level <= _ADDED and kept


def _read_store(root: DictionaryObject) -> Iterator[tuple[str, bytes]]:
    """Each certificate and each answer about one that is kept in a file, as the file was when this was its root."""
    store = root.get("/DSS", DictionaryObject()).get_object()
    for kind in ("/Certs", "/OCSPs", "/CRLs"):
        for each in store.get(kind, ArrayObject()).get_object():
            yield kind, sha256(each.get_object().data).digest()


def _describe(signature: EmbeddedPdfSignature, examined: Examined) -> Covered:
    kind = Kind.TIMESTAMP if _is_stamp(signature) else Kind.SEAL if signature.docmdp_level else Kind.OTHER
    proven = examined.claimed_at if kind is Kind.TIMESTAMP and examined.is_trusted else examined.proven_at
    at = proven or examined.claimed_at
    name, size = name_subject(examined.certificate), _measure(signature)
    return Covered(kind, name, at, proven is not None, size, _read_reason(signature))


def _read_reason(signature: EmbeddedPdfSignature) -> str:
    written = signature.sig_object.get("/Reason")
    return " ".join(str(written).split())[:_MOST_REASON] if isinstance(written, TextStringObject) else ""


def _tell(check: Check, held: bool, otherwise: str) -> Finding:  # noqa: FBT001 - what is told is whether it held
    return Finding(check, Outcome.HELD) if held else Finding(check, Outcome.FAILED, otherwise)
