"""Saved and restored states in what a page is drawn with."""

import pytest

from adapters.pdf.composing.nesting import Nesting, measure_nesting


@pytest.mark.parametrize(
    ("content", "nesting"),
    [
        (b"", Nesting()),
        (b"q 1 0 0 1 0 0 cm Q", Nesting()),
        (b"q q Q", Nesting(open=1)),
        (b"Q q Q Q q", Nesting(missing=2, open=1)),
        (b"q[]0 d(x)Tj/F 1 Tf[(x)]TJ<00>Tj q", Nesting(open=2)),
        (b"q\rq\nq\0Q", Nesting(open=2)),
        (b"q (a Q (b Q) \\) \\( Q \\\\) Tj", Nesting(open=1)),
        (b"q % Q Q (\rQ Q", Nesting(missing=1)),
        (b"q (% x) Tj Q", Nesting()),
        (b"/q gs /Q Do qq Q1 q1 1 w", Nesting()),
        (b"q BI /W 1 ID \x00 Q ( EIx Q EI Q", Nesting()),
        (b"q BI ID Q Q Q", Nesting(open=1)),
        (b"(" * 100_000 + b" Q", Nesting()),
        (b"ID " * 100_000, Nesting()),
    ],
)
def test_nesting_is_measured_by_what_are_operators(content: bytes, nesting: Nesting) -> None:
    assert measure_nesting(content) == nesting
