"""Cosignatures of witnesses (C2SP tlog-cosignature). How they are asked for over a network is found elsewhere.

A witness cosigns one history only. A checkpoint that one has cosigned cannot be denied later by whoever has the log's
key, unless the witness helps.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.errors import BadCosignature, BadSignature, Malformed
from storage.evidence.note import Note, Signature, VerifierKey, parse_note

MAX_ANSWER = 20_000
"""Bytes of a witness's answer: a few signature lines."""
_TIME_SIZE = 8
_ED25519_SIZE = 64


def read_cosignature(answer: bytes, checkpoint: Note, witness: VerifierKey) -> Signature:
    """The witness's cosignature among the lines of its answer. Raises `BadCosignature`."""
    try:
        lines = parse_note(checkpoint.text.encode() + b"\n" + answer).signatures
    except Malformed as error:
        raise BadCosignature(error.reason) from error
    ours = [each for each in lines if (each.name, each.key_id) == (witness.name, witness.id)]
    if not ours:
        raise BadCosignature("no-known-signature")
    if len(ours[0].signature) != _TIME_SIZE + _ED25519_SIZE or not any(ours[0].signature[:_TIME_SIZE]):
        raise BadCosignature("bad-signature-line")
    try:
        witness.check(checkpoint.text, ours[0].signature)
    except BadSignature as error:
        raise BadCosignature(error.reason) from error
    return ours[0]


def read_time(cosignature: Signature) -> datetime:
    """When the witness says it saw the checkpoint. Raises `OverflowError` for a time in no calendar."""
    return datetime.fromtimestamp(int.from_bytes(cosignature.signature[:_TIME_SIZE], "big"), UTC)


class CosignatureShelf:
    """The cosigned checkpoints of one log, in a folder. Works on the disk; raises `OSError`."""

    def __init__(self, folder: Path, witnesses: Sequence[VerifierKey], disk: Disk | None = None) -> None:
        self._folder = folder
        self._witnesses = witnesses
        self._disk = disk or Disk()

    def keep(self, checkpoint: Note, cosignatures: Sequence[Signature]) -> Note:
        """Keep cosignatures below a checkpoint, beside those that are there; the whole of it."""
        kept = self.get(checkpoint) or checkpoint
        known = {(each.name, each.key_id) for each in kept.signatures}
        fresh = tuple(each for each in cosignatures if (each.name, each.key_id) not in known)
        whole = replace(kept, signatures=(*kept.signatures, *fresh))
        make_folders(self._disk, self._folder)
        write_safely(self._disk, self._find_path(read_checkpoint(checkpoint).size), str(whole).encode())
        return whole

    def get(self, checkpoint: Note) -> Note | None:
        """What is kept of exactly this checkpoint."""
        path = self._find_path(read_checkpoint(checkpoint).size)
        kept = parse_note(path.read_bytes()) if path.exists() else None
        return kept if kept and kept.text == checkpoint.text else None

    def find(self, index: int = -1) -> Note | None:
        """The newest cosigned checkpoint over the entry at an index, with as many of the witnesses as one has."""
        sizes = [size for size in self._list_sizes() if size > index]
        notes = [parse_note(self._find_path(size).read_bytes()) for size in sizes[-_LOOK_BACK:]]
        counted = [(len(self.list_signers(note)), read_checkpoint(note).size, note) for note in notes]
        best = max(counted, key=lambda each: each[:2], default=None)
        return best[2] if best and best[0] else None

    def newest_size(self, witness: VerifierKey) -> int:
        """The size of the newest checkpoint that this witness cosigned, as far as that is known here."""
        for size in reversed(self._list_sizes()):
            if witness in self.list_signers(parse_note(self._find_path(size).read_bytes())):
                return size
        return 0

    def list_signers(self, note: Note) -> list[VerifierKey]:
        """The witnesses that signed a note, of those that are asked."""
        named = {(each.name, each.key_id) for each in note.signatures}
        return [each for each in self._witnesses if (each.name, each.id) in named]

    def _list_sizes(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.checkpoint"))

    def _find_path(self, size: int) -> Path:
        return self._folder / f"{size}.checkpoint"


_LOOK_BACK = 16
"""So many of the newest checkpoints are looked at for one that every witness has cosigned."""
