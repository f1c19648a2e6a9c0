"""Judging: every edit after sealing is refused, also one that a real timestamp covers."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys as der_keys
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

from adapters.pdf.sealing.held_key import to_der
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import OfficeSeal, load_pem
from adapters.pdf.sealing.making import MadeKey, make_office_key
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.stamping import CheckingTimeStamper
from adapters.pdf.sealing.trust import Trust
from adapters.pdf.sealing.writer import AddingWriter
from adapters.seal_judgement import Check, Judgement, Kind
from bot.domain.certified import SealLevel
from storage.evidence.verify import Outcome, Verdict
from tests.adapters.pdf.sealing import edits
from tests.adapters.pdf.sealing.authorities import Authorities
from tests.adapters.pdf.sealing.papers import lock, make_pdf, write_plain


def failed(judged: Judgement) -> set[Check]:
    return {each.check for each in judged.findings if each.outcome is Outcome.FAILED}


@pytest.fixture
def trust(office: OfficeSeal) -> Trust:
    return Trust([office.certificate])


@pytest.fixture
def sealed(office: OfficeSeal, trust: Trust) -> bytes:
    content = asyncio.run(seal(write_plain(form=True), office, SealLevel.B_B)).content
    assert judge(content, trust).verdict is Verdict.HOLDS
    return content


async def stamp(content: bytes, authorities: Authorities) -> bytes:
    """An archive timestamp by an authority that is trusted, as anybody can get one."""
    paper = BytesIO(content)
    stamper = PdfTimeStamper(CheckingTimeStamper(authorities.tsa), field_name="Archief")
    await stamper.async_timestamp_pdf(AddingWriter(paper, strict=False), "sha256", in_place=True)
    return paper.getvalue()


def sign_otherwise(content: bytes, made: MadeKey, described: PdfSignatureMetadata, *, in_field: bool = False) -> bytes:
    """By pyHanko alone, which does more than we would."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - only here
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
    from cryptography.x509 import load_pem_x509_certificate  # noqa: PLC0415 - only here

    key = load_pem_private_key(made.key, None).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    certificate = to_der(load_pem_x509_certificate(made.certificate))
    signer = SimpleSigner(certificate, der_keys.PrivateKeyInfo.load(key), SimpleCertificateStore())
    writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
    if in_field:
        append_signature_field(writer, SigFieldSpec(described.field_name or ""))
    done = asyncio.run(PdfSigner(described, signer).async_sign_pdf(writer))
    return bytes(done.getvalue())


@pytest.mark.parametrize("junk", [b"x", b"\n", b"\0", b"%%EOF\n", b"\n%comment\n%%EOF\n", b" " * 5_000])
def test_trailing_junk(junk: bytes, sealed: bytes, trust: Trust) -> None:
    judged = judge(sealed + junk, trust)
    assert judged.verdict is Verdict.FAILS
    # Where the end of the file cannot be found any more, nothing else is looked at.
    assert failed(judged) in ({Check.WHOLE_FILE}, {Check.READABLE})


@pytest.mark.parametrize("edit", [*edits.ON_ANY, edits.change_nothing])
def test_edits_after_sealing(edit: edits.Edit, sealed: bytes, trust: Trust) -> None:
    changed = edits.apply(sealed, edit)
    assert changed != sealed
    assert Check.WHOLE_FILE in failed(judge(changed, trust))


@pytest.mark.parametrize("edit", [*edits.ON_ANY, edits.empty_store])
async def test_edits_that_a_real_timestamp_covers(edit: edits.Edit, authorities: Authorities) -> None:
    key = authorities.open_seal()
    paper = await seal(write_plain(form=True), key, SealLevel.B_LT, authorities.tsa, authorities.revocation)
    changed = await stamp(edits.apply(paper.content, edit), authorities)
    judged = await asyncio.to_thread(judge, changed, authorities.trust)
    assert failed(judged) & {Check.UNCHANGED, Check.SEALED}, edit
    # The timestamp covers it and the file can be read, or nothing would be tested here.
    assert not failed(judged) & {Check.WHOLE_FILE, Check.READABLE}


async def test_a_timestamp_of_a_sealed_file_is_no_edit(authorities: Authorities) -> None:
    paper = await seal(write_plain(form=True), authorities.open_seal(), SealLevel.B_T, authorities.tsa)
    judged = await asyncio.to_thread(judge, await stamp(paper.content, authorities), authorities.trust)
    assert judged.verdict is Verdict.HOLDS, judged
    assert [each.kind for each in judged.signatures] == [Kind.SEAL, Kind.TIMESTAMP]
    assert [each.size < judged.size for each in judged.signatures] == [True, False]
    assert all(each.is_stamped for each in judged.signatures)


async def test_a_timestamp_by_a_stranger_fails(authorities: Authorities, office: OfficeSeal) -> None:
    paper = await seal(write_plain(), authorities.open_seal(), SealLevel.B_T, authorities.tsa)
    stranger = Trust(authorities.trust.seals, [office.certificate])
    judged = await asyncio.to_thread(judge, paper.content, stranger)
    assert failed(judged) == {Check.TIMESTAMPS}
    assert not judged.signatures[0].is_stamped


def test_flipped_bytes(sealed: bytes, trust: Trust) -> None:
    for at in range(0, len(sealed), 97):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert judge(bytes(changed), trust).verdict is not Verdict.HOLDS, at


def test_a_filled_gap_beside_the_signature(sealed: bytes, trust: Trust) -> None:
    end = sealed.rindex(b"00>")
    for hidden in (b"0f>", b"0 >", b"0g>"):
        changed = sealed[:end] + hidden + sealed[end + 3 :]
        assert judge(changed, trust).verdict is not Verdict.HOLDS


@pytest.mark.parametrize(
    "ranges", [(0, 10, 20, 30), (1, -1, 0, 0), (0, 0, 100, 0), (0, -60, 0, 0), (0, 0, 60, -60), (0, 0, 0, -100)]
)
def test_changed_ranges(ranges: Sequence[int], sealed: bytes, trust: Trust) -> None:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", sealed)
    assert found
    new = [int(old) + more for old, more in zip(found.groups(), ranges, strict=True)]
    written = b"/ByteRange [%d %d %d %d" % tuple(new)
    changed = sealed[: found.start()] + written.ljust(len(found[0]) - 1) + b"]" + sealed[found.end() :]
    assert judge(changed, trust).verdict is not Verdict.HOLDS


def test_a_signature_that_is_moved_behind_other_content(sealed: bytes, trust: Trust) -> None:
    """Signature wrapping: the signed second part is pushed back, and something else read in its place."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", sealed)
    assert found
    gap, second, size = map(int, found.groups())
    wedge = b"\n%" + b"x" * 997 + b"\n"
    moved = sealed[:second] + wedge + sealed[second:]
    new = b"/ByteRange [0 %d %d %d" % (gap, second + len(wedge), size)
    changed = moved.replace(found[0], new.ljust(len(found[0]))[: len(found[0])], 1)
    assert judge(changed, trust).verdict is not Verdict.HOLDS


def test_cut_off(sealed: bytes, trust: Trust) -> None:
    for size in (0, 5, 100, len(sealed) // 2, len(sealed) - 1):
        assert judge(sealed[:size], trust).verdict is Verdict.FAILS


def test_no_seal(trust: Trust) -> None:
    assert failed(judge(write_plain(), trust)) == {Check.SEALED}


@pytest.mark.parametrize(
    "described",
    [
        PdfSignatureMetadata(field_name="a", md_algorithm="sha256"),
        PdfSignatureMetadata(
            field_name="a", md_algorithm="sha256", certify=True, docmdp_permissions=MDPPerm.FILL_FORMS
        ),
        PdfSignatureMetadata(field_name="a", md_algorithm="sha256", certify=True, docmdp_permissions=MDPPerm.ANNOTATE),
    ],
    ids=["approval", "forms allowed", "annotations allowed"],
)
def test_a_seal_that_allows_changes(described: PdfSignatureMetadata, made: MadeKey, trust: Trust) -> None:
    assert failed(judge(sign_otherwise(write_plain(), made, described), trust)) == {Check.SEALED}


def test_a_seal_by_a_broken_hash(made: MadeKey, trust: Trust) -> None:
    described = PdfSignatureMetadata(
        field_name="a", md_algorithm="sha1", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    assert Check.SIGNATURES in failed(judge(sign_otherwise(write_plain(), made, described), trust))


def test_a_signature_before_the_seal(made: MadeKey, trust: Trust) -> None:
    first = PdfSignatureMetadata(field_name="a", md_algorithm="sha256")
    once = sign_otherwise(write_plain(), made, first)
    twice = sign_otherwise(once, made, PdfSignatureMetadata(field_name="b", md_algorithm="sha256"))
    assert failed(judge(twice, trust)) >= {Check.SEALED}


def test_a_seal_by_somebody_with_the_same_name(office: OfficeSeal, trust: Trust, tmp_path: Path) -> None:
    forged = make_office_key(office.name)
    certificate, key = tmp_path / "forged.pem", tmp_path / "forged-key.pem"
    certificate.write_bytes(forged.certificate)
    key.write_bytes(forged.key)
    content = asyncio.run(seal(write_plain(), load_pem(certificate, key), SealLevel.B_B)).content
    assert failed(judge(content, trust)) == {Check.SEALER}
    assert judge(content, Trust()).verdict is Verdict.INCOMPLETE


def test_a_seal_whose_certificate_expired(tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=6 * 365)
    old = make_office_key("Kantoor", now=past)
    certificate, key = tmp_path / "old.pem", tmp_path / "old-key.pem"
    certificate.write_bytes(old.certificate)
    key.write_bytes(old.key)
    expired = load_pem(certificate, key, now=past)
    judged = judge(asyncio.run(seal(write_plain(), expired, SealLevel.B_B)).content, Trust([expired.certificate]))
    assert failed(judged) == {Check.SEALER}


def test_the_hash_that_was_logged(sealed: bytes, trust: Trust) -> None:
    assert judge(sealed, trust, sha256(sealed).hexdigest()).verdict is Verdict.HOLDS
    assert failed(judge(sealed, trust, "0" * 64)) == {Check.LOGGED}


def test_an_encrypted_file(trust: Trust) -> None:
    judged = judge(lock(make_pdf()), trust)
    assert [(each.check, each.reason) for each in judged.findings] == [(Check.READABLE, "encrypted")]


@pytest.mark.parametrize(
    "hostile", [b"", b"x", b"%PDF-1.7", b"%PDF-1.7\n" + b"[" * 20_000, b"%PDF-1.7\n" + bytes(1000)]
)
def test_what_is_no_pdf(hostile: bytes, trust: Trust) -> None:
    assert failed(judge(hostile, trust)) == {Check.READABLE}
