"""As much of DER (X.690) as it takes to put the certificates of an RFC 3161 answer in order.

DER wants the members of a set in the order of their bytes. Many authorities, OpenSSL among them, send certificates as
their chain runs, which strict parsers refuse. No signature is over that set (RFC 5652, section 5.4), so its order
says nothing, and may be changed by whoever reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from storage.evidence.errors import Malformed

_SEQUENCE, _FIRST = 0x30, 0xA0
"""Tags: a sequence, and what is marked as [0]."""
_LONG = 0x80
_MOST_LENGTH = 4
"""Bytes of a length: far more than anything that an authority answers."""


@dataclass(frozen=True, slots=True)
class _Element:
    """Something in DER: its content is at `start` to `end` of the bytes that it is read from."""

    tag: int
    begin: int
    start: int
    end: int


def order_certificates(answer: bytes) -> bytes:
    """The answer with its certificates in the order that DER wants; the rest stays as it is. Raises `Malformed`."""
    response = _take(_read(answer, 0, len(answer)), 0, _SEQUENCE)
    members = list(_read(answer, response.start, response.end))
    if len(members) == 1:
        return answer  # a refusal bears no token
    token = _take(iter(members), 1, _SEQUENCE)
    wrapped = _take(_read(answer, token.start, token.end), 1, _FIRST)
    signed = _take(_read(answer, wrapped.start, wrapped.end), 0, _SEQUENCE)
    # Behind version, digest algorithms and content (RFC 5652, section 5.1); left out where there are none.
    marked = [each for each in _read(answer, signed.start, signed.end) if each.tag == _FIRST]
    if not marked:
        return answer
    start, end = marked[0].start, marked[0].end
    ordered = b"".join(sorted(answer[each.begin : each.end] for each in _read(answer, start, end)))
    return answer[:start] + ordered + answer[end:]


def _take(elements: Iterator[_Element], number: int, tag: int) -> _Element:
    found = list(elements)
    if len(found) <= number or found[number].tag != tag:
        raise Malformed("bad-der")
    return found[number]


def _read(written: bytes, at: int, end: int) -> Iterator[_Element]:
    while at < end:
        element = _read_one(written, at, end)
        yield element
        at = element.end


def _read_one(written: bytes, at: int, end: int) -> _Element:
    if end - at < len(b"tl"):
        raise Malformed("bad-der")
    tag, length, start = written[at], written[at + 1], at + 2
    if length >= _LONG:
        count = length - _LONG
        if not 0 < count <= _MOST_LENGTH:
            raise Malformed("bad-der")
        length, start = int.from_bytes(written[start : start + count], "big"), start + count
    if start + length > end:
        raise Malformed("bad-der")
    return _Element(tag, at, start, start + length)
