import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.certified import Way
from bot.domain.delivery import Kind
from bot.domain.workflow import (
    Match,
    Mismatch,
    fill_in,
    find_alien_placeholders,
    find_mismatches,
    find_placeholders,
    is_reserved,
    is_strong_enough,
    overlap,
)
from tests import builders as a

VALUES = {"client": "Haddad", "period": "2025", "document": "IB", "due": "16 maart 2026", "sender": "Sanne"}
RETURNS = Match(frozenset({Kind.INCOME_TAX}))


def test_an_engagement_needs_a_certificate_and_an_opinion_more_than_there_is() -> None:
    approved = {kind for kind in Kind if is_strong_enough(Way.APPROVAL, kind)}
    certified = {kind for kind in Kind if is_strong_enough(Way.CERTIFIED, kind)}
    assert set(Kind) - approved == {Kind.ENGAGEMENT, Kind.AUDIT_OPINION}
    assert set(Kind) - certified == {Kind.AUDIT_OPINION} == {kind for kind in Kind if is_reserved(kind)}


@pytest.mark.parametrize(
    ("match", "mismatches"),
    [
        (RETURNS, []),
        (replace(RETURNS, sources=frozenset({"FISCAAL gemak"})), []),
        (replace(RETURNS, kinds=frozenset()), []),
        (replace(RETURNS, clients=frozenset({"10*"})), []),
        (replace(RETURNS, groups=frozenset({"mkb"})), []),
        (replace(RETURNS, clients=frozenset({"2*"}), groups=frozenset({"MKB"})), []),
        (replace(RETURNS, except_clients=frozenset({"2*"}), except_groups=frozenset({"DGA"})), []),
        (replace(RETURNS, kinds=frozenset({Kind.VAT})), [Mismatch.KIND]),
        (replace(RETURNS, sources=frozenset({"Anders"})), [Mismatch.SOURCE]),
        (replace(RETURNS, clients=frozenset({"2*"})), [Mismatch.CLIENT]),
        (replace(RETURNS, groups=frozenset({"DGA"})), [Mismatch.CLIENT]),
        (replace(RETURNS, except_groups=frozenset({"mkb"})), [Mismatch.EXCEPTED]),
        (replace(RETURNS, except_clients=frozenset({"1001"})), [Mismatch.EXCEPTED]),
        (Match(frozenset({Kind.VAT}), frozenset({"x"}), frozenset({"2"})), list(Mismatch)[:3]),
    ],
)
def test_a_template_matches_on_kind_source_and_client(match: Match, mismatches: list[Mismatch]) -> None:
    client = a.a_client(group="MKB")
    assert list(find_mismatches(match, Kind.INCOME_TAX, "Fiscaal Gemak", client)) == mismatches


def test_a_client_in_no_group_is_in_none() -> None:
    for match in (replace(RETURNS, groups=frozenset({""})), replace(RETURNS, groups=frozenset({"MKB"}))):
        assert find_mismatches(match, Kind.INCOME_TAX, "x", a.a_client()) == (Mismatch.CLIENT,)


def test_without_a_client_only_kind_and_source_count() -> None:
    match = replace(RETURNS, clients=frozenset({"2"}), sources=frozenset({"x"}))
    assert find_mismatches(match, Kind.INCOME_TAX, "y", None) == (Mismatch.SOURCE,)


@pytest.mark.parametrize(
    ("pattern", "number", "fits"),
    [
        ("1001", "1001", True),
        ("1001", "10011", False),
        ("*", "", True),
        ("10*", "10", True),
        ("*01", "1001", True),
        ("1*1", "1", False),
        ("1*0*1", "1001", True),
        ("1*2*1", "1001", False),
        ("**1**", "1", True),
        ("a.c", "abc", False),
        ("A[0]*", "a[0]7", True),
        ("k?1", "k21", False),
    ],
)
def test_a_star_stands_for_any_characters_and_nothing_else_does(pattern: str, number: str, fits: bool) -> None:  # noqa: FBT001 - the expectation
    found = find_mismatches(
        replace(RETURNS, clients=frozenset({pattern})), Kind.INCOME_TAX, "x", a.a_client(number=number)
    )
    assert (found == ()) is fits


@pytest.mark.parametrize(
    ("changes", "meets"),
    [
        ({}, True),
        ({"kinds": frozenset()}, True),
        ({"kinds": frozenset({Kind.VAT})}, False),
        ({"sources": frozenset({"ELSEWHERE"})}, False),
        ({"sources": frozenset({"here"})}, True),
        ({"clients": frozenset({"100*"})}, True),
        ({"clients": frozenset({"2*"})}, True),  # one of the group
        ({"clients": frozenset({"2*"}), "except_groups": frozenset({"Mkb"})}, False),
        ({"groups": frozenset({"MKB"})}, True),
        ({"groups": frozenset({"Dga"})}, True),  # a client of that group whose number begins with 10
        ({"groups": frozenset({"Dga"}), "except_clients": frozenset({"10*"})}, False),
        ({"except_groups": frozenset({"mkb"})}, True),
        ({"except_groups": frozenset({"mkb"}), "except_clients": frozenset({"10*"})}, False),
        ({"groups": frozenset({"Horeca"})}, False),
    ],
)
def test_whether_two_templates_are_for_the_same_delivery(changes: dict[str, frozenset[Any]], meets: bool) -> None:  # noqa: FBT001 - the expectation
    one = replace(
        RETURNS,
        sources=frozenset({"Here"}),
        clients=frozenset({"10*"}),
        groups=frozenset({"Mkb"}),
        except_groups=frozenset({"Horeca"}),
    )
    other = replace(RETURNS, **changes)
    assert overlap(one, other) is overlap(other, one) is meets


def test_placeholders_are_filled_in_once() -> None:
    values = VALUES | {"client": "{sender} {client.__class__}\nB.V."}
    assert (
        fill_in("{client}: {period} {due}{sender}", values)
        == "{sender} {client.__class__} B.V.: 2025 16 maart 2026Sanne"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{client.__class__}",
        "{client[0]}",
        "{0}",
        "{}",
        "{client!r}",
        "{client:>99999999}",
        "{ client }",
        "{Client}",
        "{x",
    ],
)
def test_braces_are_no_format_string(text: str) -> None:
    assert find_alien_placeholders(text) == (text if text != "{x" else "{",)
    assert fill_in(text, VALUES) == text


def test_what_a_text_asks_for_is_told() -> None:
    assert find_placeholders("{due} {client} {x} {due}") == {"due", "client"}
    assert find_alien_placeholders("{client} {period} {document} {due} {sender}") == ()
    assert find_alien_placeholders("{a} {a} } {b}") == ("{a}", "{b}", "}")


def test_many_stars_are_no_work() -> None:
    match = replace(RETURNS, clients=frozenset({"*a" * 50 + "b"}))
    assert find_mismatches(match, Kind.INCOME_TAX, "x", a.a_client(number="a" * 5_000)) == (Mismatch.CLIENT,)


@given(st.text("1a*", max_size=8), st.text("1a", max_size=8))
def test_patterns_fit_as_a_regular_expression_would(pattern: str, number: str) -> None:
    expected = re.fullmatch(pattern.replace("*", ".*"), number) is not None
    match = replace(RETURNS, clients=frozenset({pattern}))
    assert (find_mismatches(match, Kind.INCOME_TAX, "x", a.a_client(number=number)) == ()) is expected


@given(st.text("{}client._0 ", max_size=30))
def test_no_text_breaks_filling_in(text: str) -> None:
    filled = fill_in(text, VALUES)
    assert filled == text.replace("{client}", "Haddad")
    assert find_alien_placeholders(filled) == find_alien_placeholders(text)
