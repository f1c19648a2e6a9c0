"""The keys that one log is signed with, encrypted at rest."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from storage.evidence.disk import Disk, make_folders, write_safely
from storage.evidence.note import Signer, VerifierKey, decode_base64, encode_base64, parse_key
from storage.evidence.vault import Vault


@dataclass(frozen=True, slots=True)
class LogKeys:
    """`current` signs; `coming` is one that a change of keys is under way to; `past` are those that signed before."""

    current: Signer
    coming: Signer | None = None
    past: tuple[VerifierKey, ...] = ()

    @property
    def trusted(self) -> list[VerifierKey]:
        """The keys that may have signed the newest checkpoint."""
        return [each.key for each in (self.current, self.coming) if each]

    def promote(self) -> "LogKeys":
        """The same once the change is in the log: the old private key is gone."""
        if self.coming is None:
            return self
        return LogKeys(self.coming, past=(*self.past, self.current.key))


class KeyFile:
    """Keeps the keys of the log `origin` in a file. Made by the first `load`."""

    def __init__(self, path: Path, vault: Vault, origin: str, disk: Disk | None = None) -> None:
        self.origin = origin
        self._path = path
        self._vault = vault
        self._disk = disk or Disk()

    def load(self) -> LogKeys:
        """The keys. Raises `WrongSecret`, `OSError`."""
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return self.save(LogKeys(self._generate()))
        read = json.loads(self._vault.open(f"log {self.origin}", sealed))
        current, *rest = (self._load_signer(each) for each in read["signers"])
        return LogKeys(current, rest[0] if rest else None, tuple(map(parse_key, read["past"])))

    def prepare(self, keys: LogKeys) -> Signer:
        """The key to change to, which lasts before anything is signed with it."""
        coming = keys.coming or self._generate()
        self.save(replace(keys, coming=coming))
        return coming

    def save(self, keys: LogKeys) -> LogKeys:
        """Keep these keys in place of the former."""
        signers = [encode_base64(each.export()) for each in (keys.current, keys.coming) if each]
        written = json.dumps({"signers": signers, "past": [str(key) for key in keys.past]})
        make_folders(self._disk, self._path.parent)
        write_safely(self._disk, self._path, self._vault.seal(f"log {self.origin}", written.encode()))
        return keys

    def _generate(self) -> Signer:
        return Signer(self.origin, Ed25519PrivateKey.generate())

    def _load_signer(self, encoded: str) -> Signer:
        return Signer(self.origin, Ed25519PrivateKey.from_private_bytes(decode_base64(encoded)))
