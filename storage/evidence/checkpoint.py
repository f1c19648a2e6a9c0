"""C2SP tlog-checkpoint: what a log signs about itself."""

import re
from dataclasses import dataclass

from storage.evidence.errors import Malformed
from storage.evidence.merkle import HASH_SIZE
from storage.evidence.note import Note, decode_base64, encode_base64

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log of this origin has `size` entries, over which the tree has this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines, which this log never writes."""

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def read_checkpoint(note: Note) -> Checkpoint:
    """What a note says, whoever signed it. Raises `Malformed`."""
    lines = note.text[:-1].split("\n")
    try:
        origin, size, root, *extensions = lines
    except ValueError:
        raise Malformed("bad-checkpoint") from None
    if not all(lines):
        raise Malformed("bad-checkpoint")
    return Checkpoint(origin, parse_number(size), parse_hash(root), tuple(extensions))


def parse_number(written: str) -> int:
    """A count as decimal digits without leading zeroes. Raises `Malformed`."""
    if not _SIZE.fullmatch(written):
        raise Malformed("bad-number")
    return int(written)


def parse_hash(written: str) -> bytes:
    """A SHA-256 as base64. Raises `Malformed`."""
    decoded = decode_base64(written)
    if len(decoded) != HASH_SIZE:
        raise Malformed("bad-hash")
    return decoded
