"""The strokes of a drawn signature, as a browser sends them: read strictly, and within limits."""

import json
import math
from typing import Any

from bot.domain.signature import Point

STROKES_LENGTH = 1_000_000
"""Characters of the JSON."""
MOST_STROKES = 500
MOST_POINTS = 10_000
"""Together, over all strokes: three minutes of drawing at the 60 points a second of most screens."""
FARTHEST = 10_000
"""CSS pixels from the corner of the pad, in any direction: pens do leave it."""
LATEST = 86_400_000.0
"""Milliseconds from the first point to any other."""


def read_strokes(text: str) -> tuple[tuple[Point, ...], ...]:
    """The strokes in JSON: a list of objects, each with `points`, each of these with `x`, `y`, `time` and `pressure`.

    That is how signature_pad gives them; what else it tells is left out. Times are milliseconds, here counted from the
    first point; time and pressure may be missing. Raises `ValueError` for anything else, for what is beyond the limits
    above, and where there is no stroke at all.
    """
    if len(text) > STROKES_LENGTH:
        raise ValueError("too much text")
    try:
        strokes = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(strokes, list) or not 1 <= len(strokes) <= MOST_STROKES:
        raise ValueError("no list of strokes")
    lists = [_read_points(stroke) for stroke in strokes]
    if sum(map(len, lists)) > MOST_POINTS:
        raise ValueError("too many points")
    start = _read_number(lists[0][0].get("time", 0), math.inf)
    return tuple(tuple(_read_point(point, start) for point in points) for points in lists)


def _read_points(stroke: object) -> list[dict[str, Any]]:
    points = stroke.get("points") if isinstance(stroke, dict) else None
    if not isinstance(points, list) or not points or not all(isinstance(point, dict) for point in points):
        raise ValueError("a stroke without points")
    return points


def _read_point(point: dict[str, Any], start: float) -> Point:
    x, y = (_read_number(point.get(axis), FARTHEST) for axis in ("x", "y"))
    if "time" not in point:
        return (x, y)
    time = _read_number(_read_number(point["time"], math.inf) - start, LATEST)
    return (x, y, time, _read_number(point["pressure"], 1)) if "pressure" in point else (x, y, time)


def _read_number(value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no number")  # noqa: TRY004 - for the caller one kind of refusal
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("no number of this size") from None
    if not math.isfinite(number) or abs(number) > most:
        raise ValueError("a number beyond its limit")
    return number
