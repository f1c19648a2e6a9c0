"""RFC 3161 timestamps of checkpoints. What is asked and answered here travels over a network elsewhere.

A timestamp is of the checkpoint's text, without its signatures. One that could not be had stays owed: nothing stands in
for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.der import order_certificates
from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.errors import BadTimestamp
from storage.evidence.note import Note, parse_note

REQUEST_TYPE = "application/timestamp-query"
"""The content type of a request (RFC 3161, section 3.4)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send to an authority, and the number that must come back with its answer."""

    body: bytes
    nonce: int


def make_request(text: str) -> Request:
    """A request for a timestamp of a checkpoint's text, with the authority's certificate in the answer."""
    builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    if request.nonce is None:
        raise AssertionError
    return Request(request.as_bytes(), request.nonce)


def check_timestamp(answer: bytes, text: str, roots: Sequence[Certificate], nonce: int | None = None) -> datetime:
    """The time that an authority under one of the roots gave a checkpoint's text. Raises `BadTimestamp`."""
    builder = VerifierBuilder(roots=list(roots), nonce=nonce)
    try:
        response = decode_timestamp_response(order_certificates(answer))
        builder.build().verify_message(response, text.encode())
        return response.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise BadTimestamp(str(error)) from error


class TimestampShelf:
    """Timestamped checkpoints of one log, and the one that is owed a timestamp, in a folder. Raises `OSError`.

    A timestamp of a checkpoint stands for all entries below it, so what is owed is only ever the newest one.
    """

    def __init__(self, folder: Path, roots: Sequence[Certificate], disk: Disk | None = None) -> None:
        self._folder = folder
        self._roots = roots
        self._disk = disk or Disk()

    def owe(self, checkpoint: Note) -> None:
        """Remember that a checkpoint is to get a timestamp."""
        make_folders(self._disk, self._folder)
        write_safely(self._disk, self._find_path(checkpoint, "checkpoint"), str(checkpoint).encode())

    def owed(self) -> Note | None:
        """The newest checkpoint, where it has no timestamp yet."""
        sizes = self._list_sizes("checkpoint")
        if not sizes or sizes[-1] <= self.stamped_size():
            return None
        return self._read(sizes[-1])

    def stamped_size(self) -> int:
        """The size of the newest timestamped checkpoint; 0 where there is none."""
        return max(self._list_sizes("tsr"), default=0)

    def settle(self, checkpoint: Note, answer: bytes, nonce: int | None = None) -> datetime:
        """Keep an authority's answer, and tell its time. Raises `BadTimestamp`; then the timestamp stays owed."""
        at = check_timestamp(answer, checkpoint.text, self._roots, nonce)
        write_safely(self._disk, self._find_path(checkpoint, "tsr"), answer)
        stamped = set(self._list_sizes("tsr"))
        for size in self._list_sizes("checkpoint"):
            if size < read_checkpoint(checkpoint).size and size not in stamped:
                self._disk.remove(self._folder / f"{size}.checkpoint")
        return at

    def find(self, index: int) -> tuple[Note, bytes] | None:
        """The earliest timestamped checkpoint over the entry at an index, and the answer; None while it is owed."""
        size = next((each for each in self._list_sizes("tsr") if each > index), None)
        return None if size is None else (self._read(size), (self._folder / f"{size}.tsr").read_bytes())

    def _read(self, size: int) -> Note:
        return parse_note((self._folder / f"{size}.checkpoint").read_bytes())

    def _list_sizes(self, suffix: str) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob(f"*.{suffix}"))

    def _find_path(self, checkpoint: Note, suffix: str) -> Path:
        return self._folder / f"{read_checkpoint(checkpoint).size}.{suffix}"
