"""`paraaf verify` and `paraaf evidence fsck`."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path

from cryptography import x509
from cryptography.x509 import Certificate

from adapters.settings import SettingsError
from bot.texts import Texts
from storage.evidence.checkpoint import Checkpoint, read_checkpoint
from storage.evidence.errors import Malformed
from storage.evidence.fsck import Audit, Fault, audit_log
from storage.evidence.note import VerifierKey, parse_key, parse_note
from storage.evidence.proof import MAX_PROOF, parse_proof
from storage.evidence.verify import Report, Timestamp, verify_proof
from storage.evidence.writer import CHECKPOINT


def verify(
    file: Path, keys: Sequence[str], document: Path | None, stamp: Path | None, authorities: Sequence[Path]
) -> Report:
    """Check a proof file. Raises `SettingsError` for what is no key or certificate, `OSError`."""
    digest = None
    if document is not None:
        with document.open("rb") as opened:
            digest = file_digest(opened, "sha256").hexdigest()
    roots = [root for path in authorities for root in _load_certificates(path)]
    timestamp = Timestamp(stamp.read_bytes(), roots) if stamp else None
    with file.open("rb") as opened:
        written = opened.read(MAX_PROOF + 1)
    return verify_proof(written, read_keys(keys), digest, timestamp)


def audit(folder: Path, keys: Sequence[str], earlier: Sequence[Path]) -> Audit:
    """Recompute a log. Raises `SettingsError` for what is no log, no key or no checkpoint, `OSError`."""
    _require_log(folder)
    return audit_log(folder, read_keys(keys), [_read_earlier(path) for path in earlier])


def _require_log(folder: Path) -> None:
    """A log that lost its checkpoint is damaged; where there is nothing of a log, nothing was."""
    if any((folder / part).exists() for part in (CHECKPOINT, "tile")):
        return
    logs = sorted(head.parent for head in (*folder.glob(f"*/{CHECKPOINT}"), *folder.glob(f"logs/*/{CHECKPOINT}")))
    advice = f"give one of {', '.join(map(str, logs))}" if logs else "give the folder of an office's log: logs/OFFICE"
    raise SettingsError({"FOLDER": f"{folder} holds no log; {advice}"})


def read_keys(given: Sequence[str]) -> list[VerifierKey]:
    """Keys, each given as such or as a file with one in each line. Raises `SettingsError`, `OSError`."""
    keys = []
    for each in given:
        try:
            lines = [each] if "+" in each and not Path(each).exists() else Path(each).read_text().splitlines()
            keys += [parse_key(line.strip()) for line in lines if line.strip()]
        except (Malformed, UnicodeDecodeError, FileNotFoundError):
            raise SettingsError({"--key": f"{each} is no key, nor a file of keys such as name+id+key"}) from None
    return keys


def _load_certificates(path: Path) -> list[Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError:
        raise SettingsError({"--authority": f"{path} holds no certificates in PEM"}) from None


def _read_earlier(path: Path) -> Checkpoint:
    """The checkpoint in a file that is one, or a proof."""
    written = path.read_bytes()
    with suppress(Malformed):
        return read_checkpoint(parse_proof(written).checkpoint)
    with suppress(Malformed):
        return read_checkpoint(parse_note(written))
    raise SettingsError({"--since": f"{path} is neither a checkpoint nor a proof"})


def describe_audit(found: Audit, texts: Texts) -> Iterator[str]:
    """An audit: what does not fit, the first entry of it first; the verdict last."""
    yield from (_describe_fault(fault, texts) for fault in found.faults)
    for path in found.leftovers:
        yield texts.say("{path}: left over from a write that was cut off; no harm", path=path)
    if found.faults:
        yield texts.say("This log was damaged or changed.")
        return
    yield texts.count("{number} entry, and it fits.", "{number} entries, and all of them fit.", found.size)
    if not found.signed:
        yield texts.say("Whose log this is was not checked; give its key with --key.")


def _describe_fault(fault: Fault, texts: Texts) -> str:
    if fault.index is None:
        return texts.say("{path}: does not fit ({reason})", path=fault.path, reason=fault.reason)
    return texts.say(
        "{path}: does not fit from entry {index} on ({reason})", path=fault.path, index=fault.index, reason=fault.reason
    )
