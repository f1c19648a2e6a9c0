"""C2SP tlog-proof: a text file that shows, without any network, that an entry is in a log."""

from dataclasses import dataclass

from storage.evidence.checkpoint import parse_hash, parse_number
from storage.evidence.errors import Malformed
from storage.evidence.note import MAX_NOTE, Note, decode_base64, encode_base64, parse_note
from storage.evidence.tiles import MAX_ENTRY

SUFFIX = ".tlog-proof"
MAX_PATH = 63
"""Hashes on the way from a leaf to the root of the largest tree."""
MAX_PROOF = MAX_NOTE + 2 * MAX_ENTRY
"""Bytes of a proof: a note, and an entry and a path in base64."""

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """The entry at `index` is in the tree of a signed checkpoint. What is in a proof is believed only once verified."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: Note
    entry: bytes
    """The entry itself. In the format it is the `extra` line, whose meaning is left to the log."""

    def __str__(self) -> str:
        path = "".join(f"{encode_base64(each)}\n" for each in self.path)
        return f"{_HEADER}\nextra {encode_base64(self.entry)}\nindex {self.index}\n{path}\n{self.checkpoint}"


def parse_proof(written: bytes) -> Proof:
    """A proof from the bytes of its file. Raises `Malformed`."""
    if len(written) > MAX_PROOF:
        raise Malformed("too-long")
    head, separator, below = written.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("bad-header") from None
    match lines:
        case [header, extra, index, *path] if separator and header == _HEADER and len(path) <= MAX_PATH:
            return Proof(
                parse_number(_strip(index, "index ")),
                tuple(map(parse_hash, path)),
                parse_note(below),
                decode_base64(_strip(extra, "extra ")),
            )
        case _:
            raise Malformed("bad-header")


def _strip(line: str, word: str) -> str:
    if not line.startswith(word):
        raise Malformed("bad-header")
    return line.removeprefix(word)
