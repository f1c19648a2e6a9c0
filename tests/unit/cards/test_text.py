import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.limits import TooLong, TooMany, count, fit, measure
from cards.text import clean, is_blank, isolate, join_lines, shorten, split_clusters
from tests.unit.cards.cases import FAMILY

BIDI = st.text(alphabet="a\u05d0\n\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", max_size=40)
ANY = st.text(alphabet=st.characters(codec=None), max_size=200)


@pytest.mark.parametrize(
    ("given_text", "limit", "expected"),
    [
        ("kort.pdf", 8, "kort.pdf"),
        ("Aangifte inkomstenbelasting 2025.pdf", 20, "Aangifte inkoms….pdf"),
        ("Aangifte inkomstenbelasting 2025", 20, "Aangifte inkoms…2025"),
        ("Jaarrekening 2025.tar.gz", 15, "Jaarrekenin….gz"),
        (FAMILY * 4 + ".pdf", 20, FAMILY + "….pdf"),
        ("e\u0301" * 12, 10, "e\u0301" * 2 + "…" + "e\u0301" * 2),
        ("🇳🇱" * 6, 14, "🇳🇱" * 2 + "…" + "🇳🇱"),
        ("👍🏽" * 6, 13, "👍🏽" * 2 + "…" + "👍🏽"),
        ("regel een\nregel twee", 40, "regel een regel twee"),
        ("\u200b \n", 10, "–"),
        ("abcdef", 1, "…"),
    ],
)
def test_a_name_is_shortened_before_its_end(given_text: str, limit: int, expected: str) -> None:
    assert shorten(given_text, limit) == expected


@given(ANY, st.integers(1, 60))
def test_a_shortened_name_fits_and_shows_that_it_is_short(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert measure(short) <= limit
    assert "\n" not in short
    assert short == join_lines(text) or "…" in short
    assert not _lonely(short)


@given(ANY)
def test_clusters_are_the_text(text: str) -> None:
    clusters = list(split_clusters(text))
    assert "".join(clusters) == text
    assert all(unicodedata.category(cluster[0]) not in {"Mn", "Me", "Mc"} for cluster in clusters[1:])


@pytest.mark.parametrize(
    "cluster", [FAMILY, "🇧🇪", "👍🏽", "e\u0301\u0323", "🏴\U000e0067\U000e0062\U000e007f", "한", "ᄒ\u1161\u11ab"]
)
def test_a_cluster_stays_whole(cluster: str) -> None:
    assert list(split_clusters(f"a{cluster}{cluster}b")) == ["a", cluster, cluster, "b"]


@given(BIDI)
def test_nothing_stays_that_could_reorder_what_follows(text: str) -> None:
    cleaned = clean(text)
    assert not _lonely(cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e")
    assert [char for char in cleaned if char in "a\u05d0\n"] == [char for char in text if char in "a\u05d0\n"]


@given(ANY)
def test_cleaning_twice_changes_no_more_than_once(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_a_file_name_shows_its_real_extension() -> None:
    assert clean("invoice_\u202efdp.exe") == "invoice_fdp.exe"


def test_a_name_from_right_to_left_stays_in_its_place() -> None:
    assert isolate("שלום.pdf") == "\u2068שלום.pdf\u2069"
    assert isolate("Sanne") == "Sanne"
    assert isolate(isolate("שלום")).count("\u2068") == isolate(isolate("שלום")).count("\u2069")


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d\ufeff", "\n\t", "\u3164\u2800", "\u202e"])
def test_blank(text: str) -> None:
    assert is_blank(text)
    assert join_lines(text) == "–"


@pytest.mark.parametrize("text", ["a", "…", "👍", "."])
def test_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_a_limit_says_what_it_is() -> None:
    with pytest.raises(TooLong, match=r"title: 3, where the limit is 2\.") as caught:
        fit("a🎉", 2, "title")
    assert (caught.value.what, caught.value.limit, caught.value.actual) == ("title", 2, 3)
    assert fit("a🎉", 3, "title") == "a🎉"
    with pytest.raises(TooMany):
        count([], 5, "options", least=1)
    with pytest.raises(TooMany):
        count([1, 2], 1, "options")


def _lonely(text: str) -> bool:
    """Whether an isolate has no partner on its own line."""
    for line in text.split("\n"):
        depth = 0
        for char in line:
            depth += (char in "\u2066\u2067\u2068") - (char == "\u2069")
            if depth < 0:
                return True
        if depth:
            return True
    return False
