"""What can be wrong with evidence."""

from pathlib import Path


class EvidenceError(Exception):
    """Evidence cannot be read, written or believed."""


class Malformed(EvidenceError, ValueError):
    """Bytes are not of the format that they are said to be; `reason` is a machine word such as `bad-base64`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadSignature(EvidenceError):
    """A note bears no signature of a known key, or one that is wrong; `reason` is a machine word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BadTimestamp(EvidenceError):
    """What a timestamp authority answered is no timestamp of this checkpoint by one that is trusted."""


class BadCosignature(EvidenceError):
    """What a witness answered is no cosignature of this checkpoint by its key; `reason` is a machine word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Damaged(EvidenceError):
    """What lies in a log's folder does not fit together; nothing may be appended to it. See `paraaf evidence fsck`."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class RolledBack(Damaged):
    """The log holds less than, or something else than, what was acknowledged from it before."""


class Locked(EvidenceError):
    """Another process has the log open for appending."""


class EntryDiffers(EvidenceError):
    """Under this decision id the log holds other facts already, at `index`."""

    def __init__(self, decision: str, index: int) -> None:
        super().__init__(f"decision {decision} is recorded at index {index} with other facts")
        self.decision = decision
        self.index = index


class WrongSecret(EvidenceError):
    """The passphrase or secret file is not the one that the keys were encrypted with."""


class Erased(EvidenceError):
    """The key of this person was deleted, so that nothing of theirs can be read any more; or there never was one."""


class Unopenable(Erased):
    """What was kept of this person does not open with their key: it is damaged, swapped, or from before an erasure."""
