"""Page numbers as they stand in the log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pages import read_pages, write_pages


@pytest.mark.parametrize(
    ("pages", "written"),
    [((), ""), ((3,), "3"), ((1, 2), "1-2"), ((5, 1, 3, 2, 1), "1-3 5"), ((9, 10, 11, 1), "1 9-11")],
)
def test_neighbours_are_one_span(pages: tuple[int, ...], written: str) -> None:
    assert write_pages(pages) == written


@given(st.frozensets(st.integers(1, 60)))
def test_what_is_written_is_read(pages: frozenset[int]) -> None:
    assert read_pages(write_pages(pages)) == pages
