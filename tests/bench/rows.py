"""What was measured, as rows of one table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

HEADINGS = ("", "Paraaf", "beside it", "ratio", "target", "")


@dataclass(frozen=True, slots=True)
class Bound:
    """A target: a number that must be at least `least`, or stay below `below`."""

    words: str
    least: float | None = None
    below: float | None = None

    def is_met(self, number: float) -> bool:
        """Whether a measured number keeps to it."""
        return (self.least is None or number >= self.least) and (self.below is None or number < self.below)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of Paraaf's, in `unit`, and where there is one the same figure of what it stands on.

    `ratio` is how fast Paraaf is as a share of the other, above 1 where it is faster. A target is about the ratio where
    it says `of_ratio`, else about the figure itself.
    """

    section: str
    what: str
    unit: str
    figure: float
    other: float | None = None
    ratio: float | None = None
    bound: Bound | None = None
    of_ratio: bool = False

    @property
    def verdict(self) -> str:
        """`met` or `MISSED`; empty without a target."""
        number = self.ratio if self.of_ratio else self.figure
        if self.bound is None or number is None:
            return ""
        return "met" if self.bound.is_met(number) else "MISSED"

    def aim(self, bound: Bound, *, of_ratio: bool = False) -> "Row":
        """The same row with a target."""
        return replace(self, bound=bound, of_ratio=of_ratio)


def render_table(rows: Iterable[Row]) -> str:
    """The rows as text, under their sections, in columns."""
    lines: list[tuple[str, ...]] = [HEADINGS]
    for section, members in groupby(rows, key=lambda row: row.section):
        lines += [(), (section,), *map(_render, members)]
    return _align(lines)


def _render(row: Row) -> tuple[str, ...]:
    other = "" if row.other is None else _tell(row.other, row.unit)
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    target = row.bound.words if row.bound else ""
    return (f"  {row.what}", _tell(row.figure, row.unit), other, ratio, target, row.verdict)


def _tell(number: float, unit: str) -> str:
    digits = 0 if number >= 100 else 1 if number >= 10 else 2
    return f"{number:,.{digits}f} {unit}"


def _align(lines: Sequence[Sequence[str]]) -> str:
    cells = [line for line in lines if len(line) > 1]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join(_align_line(line, widths) for line in lines)


def _align_line(line: Sequence[str], widths: Sequence[int]) -> str:
    if len(line) <= 1:
        return "".join(line)
    words, *numbers, target, verdict = line
    aligned = [f"{number:>{width}}" for number, width in zip(numbers, widths[1:], strict=False)]
    return "  ".join([f"{words:<{widths[0]}}", *aligned, f"{target:<{widths[-2]}}", verdict]).rstrip()
