"""Sealing: what was there stays, the level that was reached is told, and verifiers of others accept it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.evidence.stamping import Authority
from adapters.pdf.sealing.errors import SealRefused, Unsealable
from adapters.pdf.sealing.judging import judge
from adapters.pdf.sealing.keys import OfficeSeal
from adapters.pdf.sealing.seal import seal
from adapters.pdf.sealing.stamping import Tsa
from adapters.pdf.sealing.trust import Trust
from bot.domain.certified import SealLevel
from storage.evidence.verify import Verdict
from tests.adapters.pdf.sealing.authorities import Authorities
from tests.adapters.pdf.sealing.papers import lock, make_pdf, pack, turn, write_plain
from tests.adapters.pdf.sealing.verifiers import ask_all

PAPERS: dict[str, Callable[[], bytes]] = {
    "PDF 1.3": lambda: write_plain("1.3"),
    "PDF 1.4": lambda: write_plain("1.4"),
    "PDF 1.7": write_plain,
    "PDF 2.0": lambda: write_plain("2.0"),
    "a form": lambda: write_plain(form=True),
    "one page": make_pdf,
    "1,000 pages": lambda: make_pdf(1_000),
    "rotated and cropped": lambda: turn(make_pdf(3)),
    "object streams": lambda: pack(make_pdf(3)),
    "a form in object streams": lambda: pack(write_plain("1.5", form=True)),
}


@pytest.mark.parametrize("level", SealLevel)
async def test_verifiers_of_others_accept_every_level(
    level: SealLevel, authorities: Authorities, tmp_path: Path
) -> None:
    original = write_plain()
    sealed = await seal(original, authorities.open_seal(), level, authorities.tsa, authorities.revocation)
    assert (sealed.level, sealed.shortfall) == (level, "")
    assert sealed.content.startswith(original)
    judged = await asyncio.to_thread(judge, sealed.content, authorities.trust)
    assert (judged.verdict, judged.level) == (Verdict.HOLDS, level)
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed.content)
    await asyncio.to_thread(ask_all, file, authorities.find("root"), level)


@pytest.mark.parametrize("name", PAPERS)
async def test_verifiers_of_others_accept_every_kind_of_pdf(name: str, office: OfficeSeal, tmp_path: Path) -> None:
    original = PAPERS[name]()
    sealed = await seal(original, office, SealLevel.B_B)
    assert sealed.content.startswith(original)
    judged = await asyncio.to_thread(judge, sealed.content, Trust([office.certificate]))
    assert judged.verdict is Verdict.HOLDS, judged
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed.content)
    await asyncio.to_thread(ask_all, file, office.certificate, SealLevel.B_B)


@pytest.mark.parametrize("name", ["a form", "object streams"])
async def test_the_highest_level_fits_other_kinds_of_pdf(name: str, authorities: Authorities, tmp_path: Path) -> None:
    seal_of_office = authorities.open_seal()
    sealed = await seal(PAPERS[name](), seal_of_office, SealLevel.B_LTA, authorities.tsa, authorities.revocation)
    assert sealed.level is SealLevel.B_LTA
    judged = await asyncio.to_thread(judge, sealed.content, authorities.trust)
    assert judged.verdict is Verdict.HOLDS, judged


@pytest.mark.parametrize(
    ("away", "reached"),
    [({"tsa"}, SealLevel.B_B), ({"ocsp"}, SealLevel.B_T), ({"crls"}, SealLevel.B_T), ({"ocsp", "tsa"}, SealLevel.B_B)],
)
async def test_what_does_not_answer_lowers_the_level_and_is_told(
    away: set[str], reached: SealLevel, authorities: Authorities
) -> None:
    authorities.away = away
    original = write_plain()
    sealed = await seal(original, authorities.open_seal(), SealLevel.B_LTA, authorities.tsa, authorities.revocation)
    assert sealed.level is reached
    assert sealed.shortfall.startswith("B-LTA: ")
    judged = await asyncio.to_thread(judge, sealed.content, authorities.trust)
    assert (judged.verdict, judged.level) == (Verdict.HOLDS, reached)
    assert sealed.content.startswith(original)


async def test_an_authority_that_goes_away_before_the_last_timestamp_leaves_what_was_reached(
    authorities: Authorities,
) -> None:
    authorities.most = {"tsa": 2}  # one to learn its certificate, one for the seal, none for the archive
    sealed = await seal(
        write_plain(), authorities.open_seal(), SealLevel.B_LTA, authorities.tsa, authorities.revocation
    )
    assert sealed.level is SealLevel.B_LT
    assert sealed.shortfall == "B-LTA: the timestamp authority gave no timestamp"
    assert sealed.content.count(b"/ByteRange") == 1
    judged = await asyncio.to_thread(judge, sealed.content, authorities.trust)
    assert (judged.verdict, judged.level) == (Verdict.HOLDS, SealLevel.B_LT)


async def test_a_silent_authority_is_asked_once(authorities: Authorities) -> None:
    authorities.away = {"tsa"}
    await seal(write_plain(), authorities.open_seal(), SealLevel.B_LTA, authorities.tsa, authorities.revocation)
    assert authorities.asked.count("tsa") == 1


async def test_a_timestamp_by_a_stranger_is_not_put_in(authorities: Authorities, office: OfficeSeal) -> None:
    url = f"{authorities.address}/office/tsa/stamper"
    stranger = Tsa(Authority(authorities.session, url), [office.certificate])
    sealed = await seal(write_plain(), office, SealLevel.B_T, stranger)
    assert sealed.level is SealLevel.B_B
    assert authorities.asked == ["tsa"]


async def test_without_authorities_it_is_the_lowest_level(office: OfficeSeal) -> None:
    sealed = await seal(write_plain(), office, SealLevel.B_LTA)
    assert (sealed.level, sealed.shortfall) == (SealLevel.B_B, "B-LTA: no timestamp authority is set")


async def test_a_revoked_certificate_seals_nothing(authorities: Authorities) -> None:
    revoked = authorities.open_seal("revoked")
    with pytest.raises(SealRefused, match="revoked"):
        await seal(write_plain(), revoked, SealLevel.B_LTA, authorities.tsa, authorities.revocation)


async def test_what_cannot_be_sealed_is_refused_with_its_reason(office: OfficeSeal) -> None:
    sealed = (await seal(write_plain(), office, SealLevel.B_B)).content
    for content, reason in ((lock(make_pdf()), "encrypted"), (sealed, "signed"), (b"%PDF-1.7 no more", "broken")):
        with pytest.raises(Unsealable) as refused:
            await seal(content, office, SealLevel.B_B)
        assert refused.value.reason == reason


async def test_title_and_times_of_the_document_stay(office: OfficeSeal) -> None:
    sealed = (await seal(make_pdf(), office, SealLevel.B_B)).content
    added = sealed[len(make_pdf()) :]
    assert b"/ModDate" not in added
    assert b"/Producer" not in added
    assert b"pyHanko" not in added
