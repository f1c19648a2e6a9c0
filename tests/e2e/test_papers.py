import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from adapters.demo.office import ACCOUNTS, CORRECTED_RETURN, OLDER_DOCUMENT, RETURN
from adapters.demo.shelf import BAKERY_SHELF, BICYCLES_SHELF, Paper, Shelf, fill_shelf
from bot.use_cases.compose import RECENT_DOCUMENTS

NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)


def test_what_the_story_asks_for_can_be_ticked_and_something_can_only_be_searched() -> None:
    names = [paper.name for paper in fill_shelf(BAKERY_SHELF, NOW)]
    assert len(names) == len(set(names)) > RECENT_DOCUMENTS
    assert {RETURN, CORRECTED_RETURN, ACCOUNTS} < set(names[:RECENT_DOCUMENTS])
    assert OLDER_DOCUMENT in names[RECENT_DOCUMENTS:]


@pytest.mark.parametrize(("name", "pages"), [(RETURN, 2), (CORRECTED_RETURN, 2), (ACCOUNTS, 12)])
def test_papers_have_the_pages_that_such_papers_have(name: str, pages: int) -> None:
    assert len(_read(_find(name)).pages) == pages


def test_a_paper_is_readable_dutch_with_sums() -> None:
    text = "".join(page.extract_text() for page in _read(_find(RETURN)).pages)
    assert "Aangifte inkomstenbelasting 2025" in text
    assert "Betaalde hypotheekrente" in text
    assert "€ 4.120" in text
    assert "verzonnen voorbeeld" in text


def test_the_corrected_return_differs_in_the_interest_alone() -> None:
    first, second = (_read(_find(name)).pages[0].extract_text() for name in (RETURN, CORRECTED_RETURN))
    assert "4.120" in first
    assert "6.840" not in first
    assert "6.840" in second
    assert "4.120" not in second


@pytest.mark.parametrize("shelf", [BAKERY_SHELF, BICYCLES_SHELF])
def test_the_same_day_makes_the_same_bytes(shelf: Shelf) -> None:
    assert fill_shelf(shelf, NOW) == fill_shelf(shelf, NOW)


def test_papers_are_filed_on_days_of_their_own_and_all_in_the_past() -> None:
    days = [paper.filed_at for paper in fill_shelf(BAKERY_SHELF, NOW)]
    assert days == sorted(set(days), reverse=True)
    assert days[0] < NOW


def _find(name: str) -> Paper:
    return next(paper for paper in fill_shelf(BAKERY_SHELF, NOW) if paper.name == name)


def _read(paper: Paper) -> PdfReader:
    return PdfReader(io.BytesIO(paper.content))
