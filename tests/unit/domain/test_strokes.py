"""The strokes of a drawn signature: read as signature_pad tells them, within limits."""

# ruff: noqa: ANN401 - a browser may send anything

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.domain.strokes import FARTHEST, LATEST, MOST_POINTS, MOST_STROKES, STROKES_LENGTH, read_strokes
from tests.pictures import STROKES


def stroke(*points: Any) -> dict[str, Any]:
    return {"points": list(points)}


def point(**changes: Any) -> dict[str, Any]:
    return {"x": 1, "y": 2, **changes}


def test_strokes_keep_their_points_with_times_from_the_first() -> None:
    assert read_strokes(STROKES) == (((10, 20.5, 0, 0.5),), ((11, 21, 16, 0.25),))


def test_time_and_pressure_may_be_missing() -> None:
    told = json.dumps([stroke(point(), point(time=5), point(time=6, pressure=1))])
    assert read_strokes(told) == (((1, 2), (1, 2, 5), (1, 2, 6, 1)),)


def test_a_pen_may_leave_the_pad() -> None:
    assert read_strokes(json.dumps([stroke(point(x=-20, y=FARTHEST))])) == (((-20, FARTHEST),),)


def test_as_much_as_is_allowed_is_read() -> None:
    assert len(read_strokes(json.dumps([stroke(point())] * MOST_STROKES))) == MOST_STROKES
    assert len(read_strokes(json.dumps([stroke(*[point()] * MOST_POINTS)]))[0]) == MOST_POINTS


BROKEN: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no JSON": lambda: "[{",
    "no list": lambda: "{}",
    "no strokes": lambda: "[]",
    "a stroke that is none": lambda: "[1]",
    "a stroke without points": lambda: '[{"points": []}]',
    "points that are no list": lambda: '[{"points": "abc"}]',
    "a point that is none": lambda: '[{"points": [[1, 2]]}]',
    "a point without y": lambda: '[{"points": [{"x": 1}]}]',
    "a word for a number": lambda: json.dumps([stroke(point(x="1"))]),
    "a truth for a number": lambda: json.dumps([stroke(point(x=True))]),
    "no number": lambda: '[{"points": [{"x": NaN, "y": 1}]}]',
    "without end": lambda: '[{"points": [{"x": 1e999, "y": 1}]}]',
    "a number of 400 digits": lambda: f'[{{"points": [{{"x": {"9" * 400}, "y": 1}}]}}]',
    "a number of 5,000 digits": lambda: f'[{{"points": [{{"x": {"9" * 5_000}, "y": 1}}]}}]',
    "too far away": lambda: json.dumps([stroke(point(x=FARTHEST + 1))]),
    "too late": lambda: json.dumps([stroke(point(time=1), point(time=LATEST + 2))]),
    "too much pressure": lambda: json.dumps([stroke(point(time=1, pressure=1.1))]),
    "too many strokes": lambda: json.dumps([stroke(point())] * (MOST_STROKES + 1)),
    "too many points": lambda: json.dumps([stroke(*[point()] * MOST_POINTS), stroke(point())]),
    "too much text": lambda: json.dumps([stroke(point())]) + " " * STROKES_LENGTH,
    "nested deeply": lambda: "[" * 400_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_anything_else_is_refused(text: Callable[[], str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_strokes(text())
